"""What workforces inherit: Defaults < Targets < RegionSet < region_defaults < regions."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.workforce import Layoffs, Region, Workforce
from reconciler.spec.loading import load

from .conftest import WORKFORCE, Load, Refuse

SET = "kind: RegionSet\nname: fleet\nregions: {laptop: {max: 10, weight: 2}, tower: {min: 1}}\n"
TAKES_SET = """\
kind: Workforce
name: w
task: {command: sleep 1}
scale: {desired: 5}
region_set: fleet
"""
AZUREML = """\
kind: Targets
defaults:
  azureml:
    subscription_id: 00000000-0000-0000-0000-000000000000
    resource_group: science-rg
    workspace: "science-{target}"
targets:
  eastus: {azureml: {compute: "es-{target}"}}
  uksouth: {}
"""


@pytest.fixture
def regions(load_specs: Load) -> Any:
    """Loads documents; the regions of their only workforce by name."""

    def load_regions(*documents: str, **options: str) -> dict[str, Region]:
        (one,) = load_specs(*documents, **options).specs.workforces
        return {region.name: region for region in one.regions}

    return load_regions


def test_a_region_set_gives_its_regions(regions: Any) -> None:
    found = regions(SET, TAKES_SET)
    assert list(found) == ["laptop", "tower"]
    assert (found["laptop"].max, found["laptop"].weight, found["tower"].min) == (10, 2, 1)


def test_regions_are_merged_over_the_set_key_by_key(regions: Any) -> None:
    found = regions(
        SET, TAKES_SET + "regions: {laptop: {max: 3}, own: {target: tower, experiment: own}}\n"
    )
    assert list(found) == ["laptop", "tower", "own"]
    assert (found["laptop"].max, found["laptop"].weight) == (3, 2)


def test_region_defaults_stand_between_the_set_and_regions(regions: Any) -> None:
    found = regions(
        SET,
        TAKES_SET
        + "region_defaults: {max: 4, weight: 7}\nregions: {tower: {max: 5}, own: "
        + "{target: tower, experiment: own}}\n",
    )
    assert {name: (one.max, one.weight) for name, one in found.items()} == {
        "laptop": (4, 7),
        "tower": (5, 7),
        "own": (4, 7),
    }


def test_null_removes_a_region_of_the_set(regions: Any) -> None:
    assert list(regions(SET, TAKES_SET + "regions: {laptop: null}\n")) == ["tower"]


def test_null_takes_a_limit_away(regions: Any) -> None:
    found = regions(SET, TAKES_SET + "regions: {laptop: {max: null}}\n")
    assert found["laptop"].max is None


def test_tasks_of_all_layers_are_merged_key_by_key(regions: Any) -> None:
    def variables(**values: str) -> str:
        inner = ", ".join(f"{name}: {value}" for name, value in values.items())
        return f"task: {{environment_variables: {{{inner}}}}}"

    found = regions(
        f"kind: Defaults\n{variables(A='defaults', B='defaults', C='defaults', D='defaults')}\n"
        f"region_defaults: {{{variables(C='defaults-r')}}}\n",
        f"kind: RegionSet\nname: fleet\nregions: {{laptop: {{{variables(D='set', E='set')}}}}}\n",
        TAKES_SET.replace(
            "{command: sleep 1}", "{command: sleep 1, environment_variables: {B: own}}"
        )
        + f"region_defaults: {{{variables(E='shared', F='shared')}}}\n"
        f"regions: {{laptop: {{{variables(F='region')}}}}}\n",
    )
    assert dict(found["laptop"].task.environment_variables) == {
        "A": "defaults",
        "B": "own",
        "C": "defaults-r",
        "D": "set",
        "E": "shared",
        "F": "region",
    }


def workforce_of(load_specs: Load, *documents: str) -> Workforce:
    (one,) = load_specs(*documents).specs.workforces
    return one


def test_defaults_hold_for_every_workforce_that_does_not_say(load_specs: Load) -> None:
    specs = load_specs(
        "kind: Defaults\nlayoffs: none\nscale: {tasks_per_worker: 4}\nsafety: {max_hires: 7}\n"
        "region_set: fleet\n",
        SET,
        "kind: Workforce\nname: a\ntask: {command: x}\nscale: {desired: 1}\n",
        "kind: Workforce\nname: b\ntask: {command: x}\nscale: {desired: 1}\nlayoffs: cancel\n"
        "safety: {max_running_cancels: 1}\n",
    ).specs
    a, b = specs.workforces
    assert (a.layoffs, b.layoffs) == (Layoffs.NONE, Layoffs.CANCEL)
    assert (a.tasks_per_worker, b.safety.max_hires) == (4, 7)
    assert str(b.safety.positions["max_hires"]) == "specs/spec.yaml:4:21"


def test_defaults_may_give_what_a_workforce_needs(load_specs: Load) -> None:
    one = workforce_of(
        load_specs,
        "kind: Defaults\ntask: {command: common}\nscale: {desired: 3}\nregion_set: fleet\n",
        SET,
        "kind: Workforce\nname: w\n",
    )
    assert (one.desired, one.regions[0].task.command) == (3, "common")
    assert str(one.desired_position) == "specs/spec.yaml:3:18"


def test_a_map_of_another_kind_takes_the_place_of_the_whole(load_specs: Load) -> None:
    defaults = "kind: Defaults\nqueue: {storage: {account: acc, name: q-1}}\n"
    same = workforce_of(load_specs, defaults, WORKFORCE + "queue: {storage: {name: q-2}}\n")
    other = workforce_of(load_specs, defaults, WORKFORCE + "queue: {local: {name: here}}\n")
    assert (type(same.queue).__name__, type(other.queue).__name__) == ("StorageQueue", "LocalQueue")
    assert "q-2" in str(same.queue)
    assert "acc" in str(same.queue)


def test_compute_follows_the_precedence_too(regions: Any) -> None:
    found = regions(
        "kind: Defaults\nregion_defaults: {compute: lowest}\n",
        "kind: RegionSet\nname: fleet\n"
        "regions: {eastus: {}, uksouth: {}, set: {target: eastus, compute: from-set, "
        "experiment: s}, own: {target: eastus, compute: from-set, experiment: o}}\n",
        TAKES_SET + 'regions: {own: {compute: "{workforce}-{region}-{target}"}}\n',
        targets=AZUREML,
    )
    names = {name: region.target.compute.rpartition("/")[2] for name, region in found.items()}
    assert names == {
        "eastus": "es-eastus",
        "uksouth": "lowest",
        "set": "from-set",
        "own": "w-own-eastus",
    }


def test_an_azureml_target_is_known_by_its_arm_ids_in_lower_case(regions: Any) -> None:
    cluster = (
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/Other/providers/"
        "Microsoft.MachineLearningServices/virtualClusters/Big"
    )
    found = regions(
        TAKES_SET.replace("region_set: fleet\n", "")
        + f"regions: {{eastus: {{}}, uksouth: {{compute: {cluster}}}}}\n",
        targets=AZUREML,
    )
    workspace = (
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/science-rg/providers/"
        "microsoft.machinelearningservices/workspaces/science-eastus"
    )
    assert found["eastus"].target.workspace == workspace
    assert found["eastus"].target.compute == f"{workspace}/computes/es-eastus"
    assert found["uksouth"].target.compute == cluster.lower()


def test_topics_are_filled_in_by_region(regions: Any) -> None:
    found = regions(
        WORKFORCE.replace("{laptop: {}}", "{laptop: {}, tower: {}}")
        + 'back_channel: {service_bus: {namespace: mybus, topic: "x-{experiment}-{region}"}}\n'
    )
    assert [one.topic for one in found.values()] == ["x-w-laptop-laptop", "x-w-tower-tower"]


@pytest.mark.parametrize(
    ("documents", "errors"),
    [
        (
            [SET, TAKES_SET.replace("fleet", "flet")],
            ["9:13: region_set: there is no region set 'flet' (did you mean 'fleet'?)"],
        ),
        (
            [SET, TAKES_SET + "regions: {tovver: null}\n"],
            ["10:19: regions.tovver: null removes a region of the region set, which has no such "
             "region (did you mean 'tower'?)"],
        ),
        (
            [SET, TAKES_SET + "regions: {laptop: null, tower: null}\n"],
            ["10:10: regions: is empty: it needs at least one entry"],
        ),
        (
            [SET, SET, TAKES_SET],
            ["6:7: name: there is a region set 'fleet' at specs/spec.yaml:2:7 already"],
        ),
        (
            ["kind: Defaults\nlayoffs: none\n", "kind: Defaults\n", WORKFORCE],
            ["4:1: kind: the project has its Defaults at specs/spec.yaml:1:1 already: put both "
             "into one document"],
        ),
        (
            ["kind: Defaults\nname: x\nlayofs: none\n", WORKFORCE],
            ["2:1: name: is not a key here: there are kind, task, mounts, queue, scale, placement, "
             "priority, region_set, region_defaults, layoffs, adopt, back_channel and safety",
             "3:1: layofs: is not a key here (did you mean 'layoffs'?)"],
        ),
        (
            ["kind: Defaults\nregion_defaults: {max: few}\n", WORKFORCE],
            ["2:24: region_defaults.max: should be a whole number, not the text 'few'"],
        ),
        (
            [SET.replace("max: 10", "max: ten"), TAKES_SET, TAKES_SET.replace("w\n", "v\n")],
            ["3:25: regions.laptop.max: should be a whole number, not the text 'ten'"],
        ),
        (
            [SET.replace("min: 1", "min: 9"), TAKES_SET + "region_defaults: {max: 4}\n"],
            ["3:54: regions.tower.min: is 9, above the region's max of 4"],
        ),
        (
            [SET.replace("tower", "towwer"), TAKES_SET],
            ["3:41: regions.towwer: there is no target of the region's name (did you mean "
             "'tower'?)"],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_once_in_the_file_that_is_to_be_mended(
    documents: list[str], errors: list[str], refused: Refuse
) -> None:
    assert refused(*documents) == [f"specs/spec.yaml:{error}" for error in errors]


def test_errors_of_merged_values_name_the_file_that_they_are_in(write: Any) -> None:
    write({
        "targets.yaml": "kind: Targets\ntargets: {laptop: {local: {}}}\n",
        "defaults.yaml": "kind: Defaults\nscale: {max: 2}\n",
        "sets.yaml": "kind: RegionSet\nname: fleet\nregions: {laptop: {min: 3}}\n",
        "w.yaml": TAKES_SET,
    })  # fmt: skip
    with pytest.raises(Exception, match="above the max of 2") as caught:
        load(["specs"])
    assert str(caught.value).splitlines() == [
        "specs/defaults.yaml:2:14: scale.max: is 2, below the 3 that the regions' min add up to",
        "specs/w.yaml:4:18: scale.desired: is 5, above the max of 2",
    ]
