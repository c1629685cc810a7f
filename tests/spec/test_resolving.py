"""What documents come to: defaults, overrides, experiments, positions, warnings."""

from __future__ import annotations

import pytest

from reconciler.model.workforce import Layoffs, Placement, RegionKey, Safety
from reconciler.spec.issues import SpecIssue
from reconciler.values.count import Count
from reconciler.values.duration import Duration

from .conftest import WORKFORCE, Load, Refuse


def workforce(**lines: str) -> str:
    parts = {
        "name": "w",
        "task": "{command: sleep 1}",
        "scale": "{desired: 1}",
        "regions": "{laptop: {}}",
    }
    return "kind: Workforce\n" + "".join(f"{k}: {v}\n" for k, v in {**parts, **lines}.items())


def messages(warnings: tuple[SpecIssue, ...]) -> list[str]:
    return [f"{warning.path}: {warning.message}" for warning in warnings]


def test_what_a_spec_leaves_out_has_its_default(load_specs: Load) -> None:
    specs = load_specs(WORKFORCE).specs
    (one,) = specs.workforces
    (region,) = one.regions
    assert specs.project == "default"
    assert specs.safety == Safety(None, None)
    assert (one.placement, one.layoffs) == (Placement.BALANCED, Layoffs.GRACEFUL)
    assert (one.tasks_per_worker, one.priority, one.adopt) == (1, 0, False)
    assert one.safety == Safety(1000, Count(30, is_percent=True))
    assert (region.min, region.max, region.weight, region.priority) == (0, None, 1, 0)
    assert region.experiment == "w-laptop"
    assert region.task.timeout is None


def test_what_a_spec_sets_is_so(load_specs: Load) -> None:
    (one,) = load_specs(
        workforce(
            scale="{desired: 7, tasks_per_worker: 4}",
            placement="priority",
            priority="3",
            layoffs="pending-only",
            safety="{max_hires: 5, max_running_cancels: 2}",
            regions="{here: {target: tower, min: 1, max: 9, weight: 2, priority: -1}}",
        )
    ).specs.workforces
    (region,) = one.regions
    assert (one.desired, one.tasks_per_worker, one.priority) == (7, 4, 3)
    assert (one.placement, one.layoffs) == (Placement.PRIORITY, Layoffs.PENDING_ONLY)
    assert one.safety == Safety(5, Count(2))
    assert (region.name, region.target.name) == ("here", "tower")
    assert (region.min, region.max, region.weight, region.priority) == (1, 9, 2, -1)


def test_a_project_has_limits_of_its_own(load_specs: Load) -> None:
    specs = load_specs("kind: Project\nname: lab\nsafety: {max_running_cancels: 10%}\n").specs
    assert specs.safety == Safety(None, Count(10, is_percent=True))
    assert {key: str(at) for key, at in specs.safety.positions.items()} == {
        "max_running_cancels": "specs/spec.yaml:3:31"
    }


def test_a_region_overrides_the_task_key_by_key(load_specs: Load) -> None:
    (one,) = load_specs(
        workforce(
            task="{command: a, environment_variables: {A: 1, B: 2}, tags: {t: x}, "
            "limits: {timeout: 2h}}",
            regions="{laptop: {}, tower: {task: {environment_variables: {B: 3, C: 4}, "
            "tags: {u: y}}}, third: {target: tower, experiment: third, "
            "task: {command: b, limits: {timeout: 60}}}}",
        )
    ).specs.workforces
    plain, variables, command = (region.task for region in one.regions)
    assert dict(plain.environment_variables) == {"A": "1", "B": "2"}
    assert dict(variables.environment_variables) == {"A": "1", "B": "3", "C": "4"}
    assert dict(variables.tags) == {"t": "x", "u": "y"}
    assert (variables.command, variables.timeout) == ("a", Duration(7200))
    assert (command.command, command.timeout) == ("b", Duration(60))
    assert dict(command.environment_variables) == {"A": "1", "B": "2"}
    assert len({region.digest for region in one.regions}) == 3


def test_an_override_that_changes_nothing_keeps_the_digest(load_specs: Load) -> None:
    (one,) = load_specs(
        workforce(regions="{laptop: {}, tower: {task: {command: sleep 1}}}")
    ).specs.workforces
    assert one.regions[0].digest == one.regions[1].digest


@pytest.mark.parametrize(
    ("pattern", "experiment"),
    [
        ("mine", "mine"),
        ("{region}", "here"),
        ("{workforce}.{target}_{region}-x", "w.tower_here-x"),
        ("{target}{target}", "towertower"),
    ],
)
def test_placeholders_of_an_experiment(pattern: str, experiment: str, load_specs: Load) -> None:
    (one,) = load_specs(
        workforce(regions=f'{{here: {{target: tower, experiment: "{pattern}"}}}}')
    ).specs.workforces
    assert one.regions[0].experiment == experiment


def test_one_experiment_on_two_targets_is_two_regions(load_specs: Load) -> None:
    (one,) = load_specs(
        workforce(regions="{laptop: {experiment: x}, tower: {experiment: x}}")
    ).specs.workforces
    assert len({region.key for region in one.regions}) == 2
    assert {region.key.experiment for region in one.regions} == {"x"}


def test_a_targets_document_may_hold_defaults(load_specs: Load) -> None:
    specs = load_specs(
        targets="kind: Targets\ndefaults: {local: {slots: 3}}\n"
        "targets: {a: {}, b: {local: {}}, c: {local: {slots: 8}}}\n"
    ).specs
    assert [target.settings["slots"] for target in specs.targets] == [3, 3, 8]


def test_slots_left_out_are_settled_when_the_machine_is_looked_at(load_specs: Load) -> None:
    specs = load_specs(targets="kind: Targets\ntargets: {a: {local: {}}}\n").specs
    assert specs.targets[0].settings["slots"] is None


def test_targets_of_two_projects_are_two_places(load_specs: Load) -> None:
    keys: set[RegionKey] = set()
    for project in ("one", "two"):
        specs = load_specs(f"kind: Project\nname: {project}\n", WORKFORCE).specs
        keys.add(specs.workforces[0].regions[0].key)
    assert len(keys) == 2


def test_positions_lead_back_to_the_file(load_specs: Load) -> None:
    text = (
        "kind: Workforce\nname: w\ntask:\n  command: x\nscale:\n  tasks_per_worker: 1\n"
        "  desired: 4\nregions:\n  laptop: {}\n  tower:\n    max: 2\nsafety: {max_hires: 9}\n"
    )
    (one,) = load_specs(text).specs.workforces
    assert str(one.position) == "specs/spec.yaml:2:7"
    assert str(one.desired_position) == "specs/spec.yaml:7:12"
    assert [str(region.position) for region in one.regions] == [
        "specs/spec.yaml:9:3",
        "specs/spec.yaml:10:3",
    ]
    assert {key: str(at) for key, at in one.safety.positions.items()} == {
        "max_hires": "specs/spec.yaml:12:21"
    }


def test_a_sum_of_minimums_above_desired_is_doubtful(load_specs: Load) -> None:
    loaded = load_specs(
        workforce(scale="{desired: 3}", regions="{laptop: {min: 2}, tower: {min: 2}}")
    )
    assert messages(loaded.warnings) == [
        "scale.desired: is 3, below the 4 that the regions' min add up to"
    ]
    assert str(loaded.warnings[0].position) == "specs/spec.yaml:4:18"


def test_desired_above_the_sum_of_maximums_is_doubtful(load_specs: Load) -> None:
    loaded = load_specs(
        workforce(scale="{desired: 5}", regions="{laptop: {max: 2}, tower: {max: 2}}")
    )
    assert messages(loaded.warnings) == [
        "scale.desired: is 5, above the 4 that the regions' max add up to"
    ]


def test_desired_is_never_too_high_for_a_region_without_maximum(load_specs: Load) -> None:
    loaded = load_specs(workforce(scale="{desired: 5}", regions="{laptop: {max: 2}, tower: {}}"))
    assert loaded.warnings == ()


@pytest.mark.parametrize("written", ["--num-workers 3", "--num-workers=3", "--num-workers '3'"])
def test_another_number_of_workers_in_the_command_is_doubtful(
    written: str, load_specs: Load
) -> None:
    loaded = load_specs(
        workforce(
            task=f'{{command: "ai4s-jobq a/b worker {written} --x"}}',
            scale="{desired: 1, tasks_per_worker: 4}",
        )
    )
    assert messages(loaded.warnings) == [
        "task.command: says --num-workers 3 where scale.tasks_per_worker is 4: "
        "write --num-workers $RECONCILER_TASKS_PER_WORKER"
    ]


@pytest.mark.parametrize(
    "written", ["--num-workers 4", "--num-workers $N", "--num-workers 45x", "--max-num-workers 3"]
)
def test_other_commands_are_not_doubtful(written: str, load_specs: Load) -> None:
    loaded = load_specs(
        workforce(task=f'{{command: "run {written}"}}', scale="{desired: 1, tasks_per_worker: 4}")
    )
    assert loaded.warnings == ()


def test_every_error_of_a_workforce_is_told(refused: Refuse) -> None:
    assert refused(
        workforce(regions="{laptop: {min: 3, max: 1, target: nowhere}, b: {experiment: '{x}'}}")
    ) == [
        "specs/spec.yaml:5:25: regions.laptop.min: is 3, above the region's max of 1",
        "specs/spec.yaml:5:44: regions.laptop.target: there is no target 'nowhere': "
        "there are laptop, tower",
        "specs/spec.yaml:5:54: regions.b: there is no target of the region's name: "
        "there are laptop, tower",
        "specs/spec.yaml:5:70: regions.b.experiment: {x} is no placeholder: "
        "there are {workforce}, {target}, {region}",
    ]
