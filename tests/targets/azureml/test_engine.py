"""The rest of the engine's protocol: history, logs, and orders that it can't carry out yet."""

from __future__ import annotations

import pytest

from reconciler.model.plan import Action, ActionKind
from reconciler.model.report import Outcome, WorkerOutcome
from reconciler.targets.azureml.engine import AzureMLEngine
from reconciler.targets.protocol import Order
from reconciler.values.errors import UserError
from tests.azure.standin import StandIn
from tests.targets.azureml.looking import (
    PROJECT,
    TAGS,
    look,
    reading,
    region,
    target,
    with_engine,
    workspace_id,
)


def test_history_shows_ended_workers_too_oldest_first(science: StandIn) -> None:
    science.admin.seed("science", "exp", 150, "Completed", prefix="ended", age=9000)
    science.admin.seed("science", "exp", 2, age=60)
    science.admin.seed("science", "other", 5)
    found = with_engine(lambda engine: engine.history(region()))
    assert len(found) == 152
    assert (found[0].id, found[-1].id) == ("ended-000001", "exp-000002")


def test_history_is_no_longer_than_a_thousand(science: StandIn) -> None:
    science.admin.seed("science", "exp", 1200, "Completed")
    found = with_engine(lambda engine: engine.history(region()))
    assert len(found) == 1000
    assert found[-1].id == "exp-001200"


def test_history_that_cannot_be_read_is_an_error_with_its_remedy(science: StandIn) -> None:
    science.admin.region_down("science")
    with pytest.raises(UserError, match="workspace science: 503") as raised:
        with_engine(lambda engine: engine.history(region()))
    assert raised.value.remedy


def test_the_inventory_is_the_projects_live_workers_claimed_or_not(science: StandIn) -> None:
    science.admin.seed("science", "Relax", 2, tags=TAGS)
    science.admin.seed("science", "static", 1, tags=TAGS)
    science.admin.seed("science", "relax", 1, prefix="untagged")
    science.admin.seed("science", "static", 1, "Completed", prefix="ended", tags=TAGS)
    found = with_engine(lambda engine: engine.inventory(PROJECT, [target()]))
    assert [(each.name, len(each.workers)) for each in found] == [("Relax", 2), ("static", 1)]
    assert {each.target for each in found} == {target()}


def test_an_inventory_that_cannot_be_read_is_an_error(science: StandIn) -> None:
    science.admin.region_down("science")
    with pytest.raises(UserError, match="workspace science: 503"):
        with_engine(lambda engine: engine.inventory(PROJECT, [target()]))


def test_what_ended_lately_is_told(science: StandIn) -> None:
    science.admin.seed("science", "exp", 2, "Failed", age=90_000, error="out of memory")
    (worker, _) = reading(look([region()]), region()).ended_lately
    assert (worker.status, worker.note) == ("Failed", "out of memory")


def test_a_log_is_the_jobs_page_in_the_studio(science: StandIn) -> None:
    (name,) = science.admin.seed("science", "exp", 1)

    async def work(engine: AzureMLEngine) -> str | None:
        (worker,) = await engine.history(region())
        return (await engine.log(region(), worker)).link

    assert with_engine(work) == f"https://ml.azure.com/runs/{name}?wsid={workspace_id('science')}"


def test_orders_fail_and_say_so_for_each_worker(science: StandIn) -> None:
    action = Action(ActionKind.HIRE, 2, "because", first_number=4)
    order = Order(region().target, region().key, "relax", "science", action)
    told: list[WorkerOutcome] = []
    with_engine(lambda engine: engine.carry_out(order, told.append))
    assert [one.outcome for one in told] == [Outcome.FAILED] * 2
    assert [one.worker[-6:] for one in told] == ["000004", "000005"]
    assert science.admin.live() == 0


def test_an_unknown_cloud_is_an_error_that_names_the_variable(
    science: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZUREML_CURRENT_CLOUD", "Elsewhere")
    with pytest.raises(UserError, match="has no cloud 'Elsewhere'; it has: StandIn"):
        look([region()])
    science.admin.add_fault({"effect": "answer", "kinds": ["metadata"]})
    with pytest.raises(UserError, match="503 ServiceUnavailable"):
        look([region()])


def test_an_authority_that_is_not_trusted_is_told_apart(
    science: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(UserError, match="no secure connection to localhost") as raised:
        look([region()])
    assert "SSL_CERT_FILE" in str(raised.value.remedy)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_either_variable_names_the_authority(
    science: StandIn, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"} - {variable}:
        monkeypatch.delenv(name)
    assert look([region()]).warnings == ()


def test_the_credential_that_was_used_can_be_told(science: StandIn) -> None:
    async def work(engine: AzureMLEngine) -> str | None:
        await engine.observe(PROJECT, [region()], [])
        return engine.credential_used

    assert with_engine(work) == "ManagedIdentityCredential"
