"""`show`: the resolved workforce as a spec that means the same, each value with its origin."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.workforce import Workforce
from reconciler.rendering.lines import plain
from reconciler.rendering.resolved import resolved_json, resolved_lines
from reconciler.rendering.yaml_text import block, scalar
from reconciler.spec.loading import Loaded, load
from reconciler.spec.origins import entries
from reconciler.spec.parsing import parse

FILES: dict[str, str | bytes] = {
    "defaults.yaml": "kind: Defaults\nlayoffs: none\nscale: {tasks_per_worker: 2}\n",
    "targets.yaml": (
        "kind: Targets\ndefaults:\n  azureml:\n"
        "    subscription_id: 00000000-0000-0000-0000-000000000000\n    resource_group: rg\n"
        '    workspace: "ws-{target}"\n    compute: "es-{target}"\n'
        "targets: {eastus: {}, uksouth: {}, laptop: {local: {}}}\n"
    ),
    "fleet.yaml": (
        "kind: RegionSet\nname: fleet\nregions:\n  eastus: {max: 50}\n  uksouth: {max: 60}\n"
    ),
    "w.yaml": (
        "kind: Workforce\nname: w\ntask:\n  file: jobs/job.yml\n  command: own\n"
        "  environment_variables: {A: 1.10, KEY: {from_env: SECRET}}\nscale: {desired: 7}\n"
        "region_set: fleet\nregion_defaults: {max: 40}\n"
        "regions: {eastus: {max: 9, compute: big}}\nlayoffs: graceful\n"
    ),
    "jobs/job.yml": "command: from file\ncode: src\nresources: {shm_size: 256MiB}\n",
    "jobs/src/a.py": "print()\n",
}


def shown(name: str = "w") -> tuple[Loaded, str]:
    loaded = load(["specs"], keep=True)
    assert loaded.resolution is not None
    return loaded, plain(resolved_lines(entries(loaded.resolution, name)))


def comments(text: str) -> dict[str, str]:
    """By the text of a line before its comment, without the spaces around."""
    lines = [line.partition("  # ") for line in text.splitlines()]
    return {before.strip(): after for before, _, after in lines if after}


def test_every_value_has_its_origin_and_what_it_overrode(write: Any) -> None:
    write(FILES)
    _, text = shown()
    found = comments(text)
    assert found["command: own"] == "specs/w.yaml:5 (over specs/jobs/job.yml:1: from file)"
    assert found['A: "1.10"'] == "specs/w.yaml:6"
    assert found["tasks_per_worker: 2"] == "specs/defaults.yaml:3"
    assert found["layoffs: graceful"] == "specs/w.yaml:11 (over specs/defaults.yaml:2: none)"
    assert found["placement: balanced"] == "default"
    assert found["max: 9"] == ("specs/w.yaml:10 (over specs/w.yaml:9: 40, specs/fleet.yaml:4: 50)")
    assert found["max: 40"] == "specs/w.yaml:9 (over specs/fleet.yaml:5: 60)"
    assert found["compute: big"] == "specs/w.yaml:10 (over specs/targets.yaml:7: es-{target})"
    assert found["compute: es-uksouth"] == "specs/targets.yaml:7"
    assert found["experiment: w-uksouth"] == "default"
    assert found["uksouth:"] == "specs/fleet.yaml:5"


def test_secrets_are_shown_by_name(write: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("SECRET", "hidden")
    write(FILES)
    _, text = shown()
    assert "from_env: SECRET" in text
    assert "hidden" not in text


def test_paths_are_those_of_the_workforces_own_file(write: Any) -> None:
    write(FILES)
    _, text = shown()
    assert comments(text)["code: jobs/src"] == "specs/jobs/job.yml:2"


def without_places(workforce: Workforce) -> Workforce:
    regions = tuple(replace(region, position=None) for region in workforce.regions)
    safety = replace(workforce.safety, positions={})
    needs = tuple(replace(need, position=None, path="") for need in workforce.needs)  # type: ignore[arg-type]  # left out to compare
    return replace(workforce, regions=regions, safety=safety, needs=needs, position=None,
                   desired_position=None)  # fmt: skip


def test_what_is_shown_is_a_spec_that_means_the_same(write: Any, folder: Path) -> None:
    write(FILES)
    loaded, text = shown()
    (folder / "specs" / "defaults.yaml").unlink()
    (folder / "specs" / "fleet.yaml").unlink()
    (folder / "specs" / "jobs" / "job.yml").unlink()
    write({"w.yaml": text})
    again = load(["specs"])
    assert without_places(again.specs.workforces[0]) == without_places(loaded.specs.workforces[0])


def test_json_gives_the_values_and_their_places(write: Any) -> None:
    write(FILES)
    loaded, _ = shown()
    assert loaded.resolution is not None
    shown_json = resolved_json("default", entries(loaded.resolution, "w"))
    workforce: Any = shown_json["workforce"]
    assert workforce["regions"]["eastus"]["max"] == 9
    origins: Any = shown_json["origins"]
    by_path = {tuple(one["path"]): one for one in origins}
    assert by_path["regions", "eastus", "max"] == {
        "path": ["regions", "eastus", "max"],
        "value": 9,
        "from": {"file": "specs/w.yaml", "line": 10, "column": 25},
        "over": [
            {"value": "40", "from": {"file": "specs/w.yaml", "line": 9, "column": 24}},
            {"value": "50", "from": {"file": "specs/fleet.yaml", "line": 4, "column": 17}},
        ],
    }
    assert by_path["placement",]["from"] is None


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)
       | st.text("ab: #-{}[]'\"\\|>&*!%@`,?~=0123.eE+yesnotruf\n\t ", max_size=120))  # fmt: skip
def test_every_text_comes_back_from_yaml(text: str) -> None:
    folded = block(text, 2)
    written = f"a: {scalar(text)}\n"
    if folded is not None:
        mark, lines = folded
        written = f"a: {mark}\n" + "".join(f"{line}\n" for line in lines)
    parsed = parse("f", written.encode())
    refused = [issue for issue in parsed.issues if "U+" in issue.message]
    if not refused:
        assert parsed.issues == ()
        assert parsed.documents[0].root == {"a": text}
