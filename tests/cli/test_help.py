"""Every command's help: examples that work, exit codes, and no line over 80 columns."""

from __future__ import annotations

import pytest

from tests.cli.shell import Shell

COMMANDS = (
    *("init", "validate", "plan", "apply", "status", "logs", "scale", "drain", "destroy"),
    *("fmt", "show", "schema", "dump", "doctor", "demo"),
    *("queue", "queue-push", "queue-size", "queue-work"),
)


def help_of(shell: Shell, command: str) -> str:
    result = shell.run(*command.split("-"), "--help")
    assert result.code == 0
    return result.out


@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_of_help_is_over_80_columns(shell: Shell, command: str) -> None:
    assert [line for line in help_of(shell, command).splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "queue"])
def test_help_has_examples_and_exit_codes(shell: Shell, command: str) -> None:
    text = help_of(shell, command)
    assert "Examples:" in text
    assert "Exit codes:" in text


def test_every_command_is_listed(shell: Shell) -> None:
    text = shell.run("--help").out
    listed = {line.split()[0] for line in text.splitlines() if line.startswith("  ")}
    assert {name for name in COMMANDS if "-" not in name} <= listed


def examples(text: str) -> list[str]:
    lines = text.split("Examples:")[1].split("Exit codes:")[0].splitlines()
    return [line.strip() for line in lines if line.strip()]


@pytest.mark.parametrize(
    "command", [name for name in COMMANDS if name not in ("init", "demo") and "queue" not in name]
)
def test_the_examples_of_help_run(shell: Shell, command: str) -> None:
    shell.run("init")
    shell.run("apply", "--auto-approve", "--wait")
    found = examples(help_of(shell, command))
    assert found
    for example in found:
        if example.endswith(" -f"):
            continue  # follows until the workers end
        if "--auto-approve" not in example and command in ("drain", "apply", "destroy"):
            example += " --auto-approve"
        if "--cancel-running" not in example and command == "destroy":
            example += " --cancel-running"
        result = shell.bash(example)
        expected = (0, 2) if "--detailed-exitcode" in example else (0,)
        assert result.code in expected, (example, result)


def test_usage_errors_are_exit_code_1(shell: Shell) -> None:
    for wrong in (["pln"], ["plan", "--nope"], ["drain"], ["plan", "-o", "xml"]):
        result = shell.run(*wrong)
        assert result.code == 1, wrong
        assert result.err.startswith("Error: ")
        assert "Traceback" not in result.err
