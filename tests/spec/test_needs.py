"""What this version can't carry out is accepted by `validate` and refused before any plan."""

from __future__ import annotations

import pytest

from reconciler.spec.needs import FEATURES, refuse_needs
from reconciler.values.errors import UserError

from .conftest import WORKFORCE, Load
from .test_layers import AZUREML

QUEUE = "queue: {storage: {account: mystorage, name: tasks}}\n"
CASES = [
    (
        WORKFORCE.replace("desired: 1", "desired: auto") + QUEUE,
        "specs/spec.yaml:4:18: scale.desired: needs scaling by the length of a queue",
    ),
    (WORKFORCE + QUEUE, "specs/spec.yaml:6:1: queue: needs a queue that is looked at before"),
    (
        WORKFORCE + "back_channel: {service_bus: {namespace: mybus}}\n",
        "specs/spec.yaml:6:1: back_channel: needs a back channel",
    ),
    (
        WORKFORCE + "mounts: {out: {account: acc, container: out, link: /out}}\n",
        "specs/spec.yaml:6:1: mounts: needs mounts",
    ),
    (
        WORKFORCE.replace("sleep 1", "x, environment_variables: {A: {from_env: B}}"),
        "specs/spec.yaml:3:47: task.environment_variables.A: needs variables from the environment",
    ),
    (
        WORKFORCE.replace("laptop: {}", "laptop: {usd_per_hour: 0.31}"),
        "specs/spec.yaml:5:34: regions.laptop.usd_per_hour: needs prices in plans",
    ),
    (
        WORKFORCE.replace("laptop", "eastus"),
        "specs/spec.yaml:5:11: regions.eastus: needs acting on AzureML targets",
    ),
]


@pytest.mark.parametrize(("document", "need"), CASES, ids=[need for _, need in CASES])
def test_a_need_is_told_with_its_place(document: str, need: str, load_specs: Load) -> None:
    specs = load_specs(document, targets=AZUREML + "  laptop: {local: {}}\n").specs
    with pytest.raises(UserError) as caught:
        refuse_needs(specs, acting=True)
    (line,) = caught.value.message.splitlines()
    assert line.startswith(need)
    assert line.endswith(", which this version can't do yet")


def test_every_feature_of_the_table_has_its_case() -> None:
    asked = [need.partition(": needs ")[2] for _, need in CASES]
    assert [feature.what for feature in FEATURES if not _is_asked(feature.what, asked)] == []
    assert len(CASES) == len(FEATURES)


def _is_asked(what: str, asked: list[str]) -> bool:
    return any(what.startswith(one) for one in asked)


@pytest.mark.parametrize(("document", "need"), CASES, ids=[need for _, need in CASES])
def test_what_only_acting_needs_does_not_stop_a_plan(
    document: str, need: str, load_specs: Load
) -> None:
    specs = load_specs(document, targets=AZUREML + "  laptop: {local: {}}\n").specs
    (found,) = specs.workforces[0].needs
    is_plannable = any(word in need for word in ("mounts", "from the environment", "AzureML"))
    assert found.only_to_act == is_plannable
    if is_plannable:
        refuse_needs(specs, acting=False)
    else:
        with pytest.raises(UserError):
            refuse_needs(specs, acting=False)


def test_a_queue_that_nothing_acts_on_is_no_need(load_specs: Load) -> None:
    kept = WORKFORCE.replace("desired: 1", "desired: 1, when_queue_empty: keep") + QUEUE
    refuse_needs(load_specs(kept).specs, acting=True)


def test_plain_local_workforces_need_nothing(load_specs: Load) -> None:
    specs = load_specs(
        WORKFORCE.replace("desired: 1", "desired: 1, min: 1, max: 9, policy: {ladder: {}}")
        + "adopt: true\n"
    ).specs
    refuse_needs(specs, acting=True)
    assert specs.workforces[0].adopt
