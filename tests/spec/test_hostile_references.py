"""Hostile specs over what they refer to and inherit: one clear line each, in bounded time.

Also that everything wrong in a document is told at once, and nothing that only follows from it.
"""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from reconciler.spec.issues import SpecErrors
from reconciler.spec.loading import load

from .conftest import TARGETS, WORKFORCE, Refuse
from .test_layers import AZUREML, SET, TAKES_SET

REMOTE = WORKFORCE.replace("laptop", "eastus")
WAYS = {
    "task.file": "task: {file: PATH}",
    "task.code": "task: {command: x, code: PATH}",
    "task.inputs.data.path": "task: {command: x, inputs: {data: {path: PATH}}}",
    "task.environment.conda_file": "task: {command: x, environment: {image: i, conda_file: PATH}}",
    "task.environment.build.path": "task: {command: x, environment: {build: {path: PATH}}}",
}


def errors() -> list[str]:
    with pytest.raises(SpecErrors) as caught:
        load(["specs"])
    return str(caught.value).splitlines()


def spec(way: str, path: str) -> str:
    task = WAYS[way].replace("PATH", path)
    return f"{AZUREML}---\n" + REMOTE.replace("task: {command: sleep 1}", task)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "path", ["../private", "/dev/zero", "/proc/self/environ", "a/../../private", "_link", "_far/x"]
)
def test_what_leads_out_of_the_folder_is_not_read(
    way: str, path: str, write: Any, folder: Path
) -> None:
    (folder / "private").write_text("hidden words\n")
    write({"spec.yaml": spec(way, path), "a/.keep": ""})
    (folder / "specs" / "_link").symlink_to("../private")
    (folder / "specs" / "_far").symlink_to("/")
    (error,) = errors()
    assert f": {way}: '{path}' leads out of specs, the folder that was given" in error
    assert "hidden" not in error


@pytest.mark.parametrize("way", WAYS)
def test_a_pipe_is_not_waited_for(way: str, write: Any, folder: Path) -> None:
    write({"spec.yaml": spec(way, "_pipe")})
    os.mkfifo(folder / "specs" / "_pipe")
    (error,) = errors()
    assert f"{way}: " in error
    assert "specs/_pipe is n" in error


def test_a_pipe_within_code_is_not_waited_for(write: Any, folder: Path) -> None:
    write({"spec.yaml": spec("task.code", "src"), "src/a.py": ""})
    os.mkfifo(folder / "specs" / "src" / "pipe")
    (error,) = errors()
    assert "task.code: specs/src/pipe is neither a file nor a folder: remove it" in error


def test_links_in_a_ring_are_one_error(write: Any, folder: Path) -> None:
    write({"spec.yaml": spec("task.file", "_ring")})
    (folder / "specs" / "_ring").symlink_to("_ring")
    (error,) = errors()
    assert "task.file: there is no file specs/_ring" in error


def test_a_huge_job_file_is_not_read(write: Any, folder: Path) -> None:
    write({"spec.yaml": spec("task.file", "_job.yml"), "_job.yml": ""})
    os.truncate(folder / "specs" / "_job.yml", 100_000_000)
    tracemalloc.start()
    try:
        assert errors() == ["specs/_job.yml:1:1: the file is larger than 10 MB: split it"]
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("hides", ["file: victim.yaml", "command: x, code: team"])
def test_a_task_can_not_make_the_specs_of_others_disappear(hides: str, write: Any) -> None:
    victim = WORKFORCE.replace("name: w", "name: victim")
    place = "victim.yaml" if "file" in hides else "team/victim.yaml"
    own = WORKFORCE.replace("{command: sleep 1}", f"{{{hides}}}")
    write({"own.yaml": f"{TARGETS}---\n{own}", place: victim})
    if "file" in hides:
        (error,) = errors()
        assert "task.file: specs/victim.yaml holds spec documents" in error
    else:
        names = [one.name for one in load(["specs"]).specs.workforces]
        assert names == ["w", "victim"]


def test_a_job_that_a_broken_file_names_is_not_taken_for_a_spec(write: Any) -> None:
    write({"spec.yaml": f"{spec('task.file', 'job.yml')}tail: [\n", "job.yml": "command: x\n"})
    (error,) = errors()
    assert error.startswith("specs/spec.yaml:")


def test_secrets_in_the_wrong_place_are_not_printed(refused: Refuse) -> None:
    secret = "AccountName=a;AccountKey=c2VjcmV0"
    queue = "queue: {storage: {account: acc, name: q-1, connection_string: SECRET}}\n"
    variable = "environment_variables: {KEY: {from_env: SECRET}}"
    told = "\n".join(
        refused(
            WORKFORCE.replace("sleep 1", f"x, {variable}").replace("SECRET", f"'{secret}'"),
            WORKFORCE.replace("name: w", "name: v") + queue.replace("SECRET", f"'{secret}'"),
        )
    )
    assert told.count("a secret doesn't stand in a spec") == 2
    assert "AccountKey" not in told


LONG = "\\u200b" + "x" * 5_000


@pytest.mark.parametrize(
    "document",
    [
        WORKFORCE.replace("name: w", "name: ../w"),
        WORKFORCE.replace("name: w", f'name: "{LONG}"'),
        WORKFORCE.replace("{laptop: {}}", "{../laptop: {}}"),
        WORKFORCE.replace("{laptop: {}}", f'{{laptop: {{experiment: "{LONG}"}}}}'),
        WORKFORCE.replace("{laptop: {}}", f'{{laptop: {{target: "{LONG}"}}}}'),
        TAKES_SET.replace("fleet", f'"{LONG}"'),
        TAKES_SET.replace("fleet", "../fleet"),
        SET.replace("fleet", "../fleet") + "---\n" + WORKFORCE,
        WORKFORCE + f'mounts: {{"{LONG}": {{account: a, container: abc, link: /x}}}}\n',
        WORKFORCE + f'layoffs: "{LONG}"\n',
        WORKFORCE + f'queue: {{local: {{name: "{LONG}"}}}}\n',
        WORKFORCE + f'back_channel: {{service_bus: {{namespace: n, topic: "{LONG}"}}}}\n',
        WORKFORCE + f'back_channel: {{service_bus: {{namespace: n}}, drain_timeout: "{LONG}"}}\n',
        WORKFORCE + f'"{LONG}": 1\n',
        f'kind: "{LONG}"\n',
        WORKFORCE.replace("command: sleep 1", f'file: "{LONG}"'),
        WORKFORCE.replace("desired: 1", f'desired: 1, policy: {{"{LONG}": {{}}}}'),
    ],
)
def test_long_and_invisible_texts_are_one_short_line_that_prints(
    document: str, refused: Refuse
) -> None:
    (line,) = refused(document)
    assert line.isprintable()
    assert len(line) < 700


@pytest.mark.parametrize("character", ["\\u202e", "\\x1b[2J", "\\u2066", "\\0", "\\x7f"])
@pytest.mark.parametrize(
    "document",
    [
        WORKFORCE.replace("sleep 1", '"X"'),
        WORKFORCE.replace("sleep 1", 'x, tags: {a: "X"}'),
        WORKFORCE + 'mounts: {out: {account: a, container: abc, link: "/X"}}\n',
        SET.replace("name: fleet", 'name: "X"') + "---\n" + WORKFORCE,
        WORKFORCE + 'queue: {service_bus: {namespace: n, queue: "X"}}\n',
        WORKFORCE.replace("sleep 1", 'x, extra: {a: ["X"]}'),
    ],
)
def test_characters_that_hide_something_are_refused_in_every_text(
    character: str, document: str, refused: Refuse
) -> None:
    lines = refused(document.replace("X", character))
    assert "this text holds the character U+" in lines[0]
    assert all(line.isprintable() for line in lines)


def test_a_thousand_workforces_over_one_set_with_an_error_tell_it_once(refused: Refuse) -> None:
    regions = "".join(f"  r{number}: {{target: gone}}\n" for number in range(100))
    many = [TAKES_SET.replace("name: w", f"name: w{number}") for number in range(100)]
    lines = refused(f"kind: RegionSet\nname: fleet\nregions:\n{regions}", *many)
    assert len(lines) == 100


def test_the_largest_set_under_many_workforces_loads_in_bounded_memory(write: Any) -> None:
    regions = "".join(f"  r{n}: {{target: laptop, experiment: '{{workforce}}-{{region}}'}}\n"
                      for n in range(1_000))  # fmt: skip
    fleet = f"kind: RegionSet\nname: fleet\nregions:\n{regions}"
    many = [TAKES_SET.replace("name: w", f"name: w{number}") for number in range(8)]
    write({"spec.yaml": "---\n".join([TARGETS, fleet, *many])})
    tracemalloc.start()
    try:
        loaded = load(["specs"])
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    assert sum(len(one.regions) for one in loaded.specs.workforces) == 8_000


def test_a_set_that_is_too_large_is_one_error(refused: Refuse) -> None:
    regions = "".join(f"  r{number}: {{target: laptop}}\n" for number in range(2_000))
    lines = refused(f"kind: RegionSet\nname: fleet\nregions:\n{regions}", TAKES_SET)
    assert lines == ["specs/spec.yaml:4:3: regions: has more than 1000 entries"]


def test_unknown_targets_and_wrong_keys_of_a_document_are_told_at_once(refused: Refuse) -> None:
    document = WORKFORCE.replace("desired", "desird").replace("laptop: {}", "lapto: {max: few}")
    assert [line.split(": ")[1] for line in refused(document)] == [
        "scale.desired",
        "scale.desird",
        "regions.lapto",
        "regions.lapto.max",
    ]


def test_an_unknown_set_hides_nothing_else_and_brings_no_noise(refused: Refuse) -> None:
    document = TAKES_SET.replace("desired: 5", "desired: five").replace("fleet", "flet")
    lines = refused(SET, document + "regions: {laptop: null, towr: {}}\n")
    assert [line.split(": ")[1] for line in lines] == [
        "scale.desired",
        "region_set",
        "regions.towr",
    ]


def test_what_broken_defaults_would_give_is_not_missing(refused: Refuse) -> None:
    defaults = "kind: Defaults\nscael: {desired: 1}\ntask: {command: x}\n"
    lines = refused(defaults, "kind: Workforce\nname: w\nregions: {lapto: {}}\nlayoffs: maybe\n")
    assert [line.split(": ")[1] for line in lines] == ["scael", "regions.lapto", "layoffs"]


def test_what_an_unreadable_file_of_defaults_would_give_is_not_missing(write: Any) -> None:
    write({
        "defaults.yaml": "kind: Defaults\ntask: {command: x\n",
        "spec.yaml": f"{TARGETS}---\nkind: Workforce\nname: w\nregions: {{laptop: {{}}}}\n",
    })  # fmt: skip
    (error,) = errors()
    assert error.startswith("specs/defaults.yaml:")


def test_an_image_of_the_workforce_completes_the_environment_of_defaults(write: Any) -> None:
    defaults = "kind: Defaults\ntask: {environment: {conda_file: {name: dft}}}\n"
    own = REMOTE.replace("sleep 1", "x, environment: {image: i}")
    write({"spec.yaml": "---\n".join([AZUREML.replace("es-{target}", "es"), defaults, own])})
    job: Any = load(["specs"]).specs.workforces[0].regions[0].task.job
    assert set(job["environment"]) == {"conda_file", "image"}
