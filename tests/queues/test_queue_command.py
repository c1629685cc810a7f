"""`reconciler queue push` and `size`, as someone types them."""

from __future__ import annotations

import io
import json

import pytest
from queue_bench import counts

from reconciler.cli.main import run
from reconciler.processes.identity import Life
from reconciler.queues.local import MOST_DEATHS, LocalQueue


def commands(queue):
    found = []
    while claim := queue.claim():
        found.append(claim.command)
    return found


def test_push_takes_a_command_from_each_argument_and_says_what_the_queue_holds(bench, queue):
    done = bench.reconciler("push", "tasks", "sleep 1", "echo hi")
    assert done.returncode == 0
    assert done.stdout == "Pushed 2 to tasks: 2 waiting, 0 in progress.\n"
    assert commands(queue) == ["sleep 1", "echo hi"]


def test_push_reads_a_command_from_each_line_of_stdin_that_is_not_blank(bench, queue):
    lines = "\ufeffecho 1\n\n  \necho 'ü'\r\n  echo 3".encode()
    done = bench.reconciler("push", "tasks", "first", "-", "last", stdin=lines)
    assert done.stdout.startswith("Pushed 5 ")
    assert commands(queue) == ["first", "echo 1", "echo 'ü'", "  echo 3", "last"]


def test_push_reads_a_file_and_repeats_the_whole(bench, queue):
    (bench.folder / "list").write_text("a\nb\n")
    done = bench.reconciler("push", "tasks", "--file", "list", "--repeat", "2")
    assert done.stdout.startswith("Pushed 4 ")
    assert commands(queue) == ["a", "b", "a", "b"]


def test_push_of_an_empty_list_is_no_error(bench):
    done = bench.reconciler("push", "tasks", "-")
    assert (done.returncode, done.stdout) == (0, "Pushed 0 to tasks: 0 waiting, 0 in progress.\n")


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (["push", "tasks"], b"", "nothing to push"),
        (["push", "tasks", ""], b"", "command 1 is empty"),
        (["push", "tasks", "-"], b"echo a\necho \xff\n", "stdin:2: not valid UTF-8"),
        (["push", "tasks", "--file", "missing"], b"", "missing can't be read"),
        (["push", "tasks", "--file", "."], b"", ". can't be read"),
        (["push", "tasks", "--repeat", "0", "a"], b"", "--repeat"),
        (["push"], b"", "NAME"),
        (["push", "Tasks", "a"], b"", "'Tasks' can't name a queue"),
        (["size", "../tasks"], b"", "'../tasks' can't name a queue"),
        (["size", "tasks", "-o", "yaml"], b"", "yaml"),
        (["work", "a" * 41], b"", "can't name a queue"),
        (["work", "tasks", "--idle", "5"], b"", "--idle: '5' is not a duration"),
        (["work", "tasks", "--parallel", "0"], b"", "--parallel"),
    ],
)
def test_what_can_not_be_done_is_said_on_stderr_with_exit_1(
    queue, arguments, stdin, words, capsys, monkeypatch
):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
    assert run(["queue", *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert counts(queue) == (0, 0, 0)


def test_size_in_words(bench, queue):
    queue.push(["a", "b", "c"])
    queue.claim()
    done = bench.reconciler("size", "tasks")
    assert (done.stdout, done.stderr) == ("2 waiting, 1 in progress\n", "")


def test_size_in_json(bench, queue):
    queue.push(["a", "b", "c"])
    queue.claim()
    document = json.loads(bench.reconciler("size", "tasks", "-o", "json").stdout)
    assert document.pop("at").endswith("+00:00")
    assert document == {
        "format_version": "1",
        "queue": "tasks",
        "visible": 2,
        "in_flight": 1,
        "dead_lettered": 0,
    }


def test_dead_letters_show_in_the_size_with_the_way_to_put_them_back(bench, queue):
    doomed = LocalQueue(queue.path, judge=lambda _: Life.ENDED)
    doomed.push(["poison"])
    for _ in range(MOST_DEATHS):
        doomed.claim()
    doomed.size()
    shown = bench.reconciler("size", "tasks")
    assert shown.stdout == "0 waiting, 0 in progress, 1 dead-lettered\n"
    assert "reconciler queue push tasks --dead-letters" in shown.stderr
    done = bench.reconciler("push", "tasks", "--dead-letters")
    assert done.stdout == "Pushed 0 to tasks: 1 waiting, 0 in progress.\n"


@pytest.mark.parametrize("command", ["push", "size", "work"])
def test_help_has_examples_and_exit_codes_within_80_columns(command, capsys):
    assert run(["queue", command, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Examples:" in text
    assert f"reconciler queue {command} tasks" in text
    assert "Exit codes:" in text
    assert max(map(len, text.splitlines())) <= 80
