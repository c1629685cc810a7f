"""Trouble, alone and in pairs: a region is counted exactly, or says why it can't be.

Whatever happens to one workspace, the other one is read.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations

import pytest

from reconciler.model.observation import Readable
from tests.azure.standin import StandIn
from tests.targets.azureml.looking import look, reason, region, statuses, target, truth

Trouble = Callable[[StandIn], object]

READ = ("index.*", "job.list", "workspace.get", "discovery", "compute.get")

BEARABLE: dict[str, Trouble] = {
    "latency with jitter": lambda it: it.admin.set_latency(0.02, jitter=0.05),
    "a fifth of the requests fails": lambda it: it.admin.fail(READ, share=0.2, seed=3),
    "a fifth of the answers is lost": lambda it: it.admin.lose_responses(READ, share=0.2, seed=4),
    "throttled with a pause in milliseconds": lambda it: it.admin.throttle(
        ["index.*"], rate=40, burst=2, retry_after=None, retry_after_ms=30, workspace="science"
    ),
    "the first answers are errors": lambda it: it.admin.fail(["index.*"], times=2, status=500),
    "new fields": lambda it: it.admin.behave(
        extra_index={"annotations": {"mood": "good"}, "properties": {"depth": {"a": [1]}}},
        extra_arm={"properties": {"mood": "good"}},
    ),
    "strange entities": lambda it: it.admin.add_entities(
        "science", [{"type": "runs", "annotations": None}, {"properties": {"runId": 7}}]
    ),
    "only equality in filters": lambda it: it.admin.behave(operators=["eq"]),
    "no condition on times": lambda it: it.admin.behave(
        refused_fields=["properties/creationContext/createdTime"]
    ),
    "totals under one name": lambda it: it.admin.behave(total_fields=["totalResultCount"]),
    "no totals": lambda it: it.admin.behave(total_fields=[]),
    "full pages without a continuation": lambda it: it.admin.behave(full_page_continues=False),
    "the index is down": lambda it: it.admin.fail(["index.*"], workspace="science"),
    "the index answers with a gateway's page": lambda it: it.admin.fail(
        ["index.*"], status=502, html=True, workspace="science"
    ),
    "the index is forbidden": lambda it: it.admin.fail(
        ["index.*"], status=403, code="Forbidden", workspace="science"
    ),
    "the index is not found": lambda it: it.admin.fail(
        ["index.*"], status=404, code="NotFound", workspace="science"
    ),
    "the index doesn't understand": lambda it: it.admin.fail(
        ["index.*"], status=400, code="UserError", workspace="science"
    ),
    "the region's port is closed": lambda it: it.admin.refuse_connections("eastus"),
    "tokens expire": lambda it: it.admin.expire_tokens(),
    "the service's clock is ahead": lambda it: it.admin.skew_clock(900),
    "the service's clock is behind": lambda it: it.admin.skew_clock(-900),
    "small pages of the list": lambda it: it.admin.behave(arm_page_size=10),
}

FATAL: dict[str, tuple[Trouble, str]] = {
    "the whole region is down": (
        lambda it: it.admin.region_down("science"),
        "workspace science: 503 ServiceUnavailable (request ",
    ),
    "the region drops connections": (
        lambda it: it.admin.region_down("science", drop=True),
        "workspace science: no connection to localhost:",
    ),
    "no role": (
        lambda it: it.admin.set_role("science", "none"),
        "403 AuthorizationFailed (request ",
    ),
    "throttled for minutes": (
        lambda it: it.admin.throttle(
            ["*.*"], rate=0, burst=0, retry_after=300, workspace="science"
        ),
        "429 TooManyRequests (request ",
    ),
    "the workspace is gone": (
        lambda it: it.cloud.world.workspaces.pop(it.cloud.world.named("science").id.lower()),
        "404 ",
    ),
}


def seed(azure: StandIn) -> None:
    """Two workspaces with workers in every kind of status."""
    for name, location in (("science", "eastus"), ("other", "uksouth")):
        azure.admin.add_workspace(name, location, {"cpu": 1000})
        azure.admin.seed(name, "exp", 130, age=90_000)
        azure.admin.seed(name, "exp", 7, "CancelRequested", prefix="ending")
        azure.admin.seed(name, "exp", 150, "Completed", prefix="ended", age=4000, spacing=20)
        azure.admin.seed(name, "exp", 5, "Hibernating", prefix="odd", age=100)
        azure.admin.seed(name, "exp", 4, "Failed", prefix="hidden", archived=True)
        azure.admin.seed(name, "exp", 3, prefix="archived", archived=True)


REGIONS = (region("science"), region("other"))
TARGETS = (target("science"), target("other"))


def check_exact(azure: StandIn) -> None:
    seen = look(REGIONS, TARGETS)
    for each in REGIONS:
        assert statuses(seen, each) == truth(azure, each.name, "exp")


@pytest.mark.parametrize("name", BEARABLE)
def test_a_trouble_that_can_be_borne_changes_no_count(azure: StandIn, name: str) -> None:
    seed(azure)
    BEARABLE[name](azure)
    check_exact(azure)


def pairs() -> list[tuple[str, str]]:
    """Forty pairs of troubles, the same in each run."""
    return random.Random(7).sample(list(combinations(BEARABLE, 2)), 40)


@pytest.mark.parametrize("names", pairs(), ids=" and ".join)
def test_two_troubles_give_the_exact_count_or_a_reason(
    azure: StandIn, names: tuple[str, str]
) -> None:
    seed(azure)
    for name in names:
        BEARABLE[name](azure)
    seen = look(REGIONS, TARGETS)
    for each in REGIONS:
        if isinstance(seen.regions[each.key], Readable):
            assert statuses(seen, each) == truth(azure, each.name, "exp")
        else:
            assert reason(seen, each)
            assert set(seen.unreadable_targets) >= {each.name}


@pytest.mark.parametrize("name", FATAL)
def test_a_workspace_that_cannot_be_read_says_why_and_the_others_go_on(
    azure: StandIn, name: str
) -> None:
    seed(azure)
    make, expected = FATAL[name]
    expected_other = truth(azure, "other", "exp")
    make(azure)
    seen = look(REGIONS, TARGETS)
    assert expected in reason(seen, REGIONS[0])
    assert reason(seen, REGIONS[0]).startswith("workspace science: ")
    assert list(seen.unreadable_targets) == ["science"]
    assert statuses(seen, REGIONS[1]) == expected_other


def test_a_missing_role_is_named(azure: StandIn) -> None:
    seed(azure)
    azure.admin.set_role("science", "none")
    said = reason(look(REGIONS), REGIONS[0])
    assert "no permission for Microsoft.MachineLearningServices/workspaces/read" in said
    assert said.endswith("(ask for the role Reader on the workspace)")


def test_a_reader_may_look(azure: StandIn) -> None:
    seed(azure)
    azure.admin.set_role("science", "reader")
    check_exact(azure)


def test_without_a_credential_nothing_is_readable_and_the_remedy_is_named(azure: StandIn) -> None:
    seed(azure)
    azure.admin.refuse_tokens("Identity not found")
    seen = look(REGIONS, TARGETS)
    for each in REGIONS:
        said = reason(seen, each)
        assert "az login" in said
        assert len(said) < 500
    assert azure.admin.counts().get("index.query", 0) == 0


def test_a_page_that_never_comes_costs_its_workspace_alone(
    azure: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.targets.azureml.workspace.LONGEST_SECONDS", 2.0)
    seed(azure)
    azure.admin.add_fault({"effect": "hang", "kinds": ["index.*"], "workspace": "science"})
    seen = look(REGIONS, TARGETS)
    assert "not read within 2 s" in reason(seen, REGIONS[0])
    assert statuses(seen, REGIONS[1]) == truth(azure, "other", "exp")


def test_a_total_that_stays_wrong_makes_the_region_unreadable(
    azure: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed(azure)
    from tests.azure import regional

    run = regional.run

    def lying(query: object, replica: object, behaviour: object) -> object:
        from dataclasses import replace

        page = run(query, replica, behaviour)  # type: ignore[arg-type]  # passed through
        # Of the listing of live jobs alone: were both wrong, either could be told of first.
        return replace(page, total=page.total + 1) if page.total == 145 else page

    monkeypatch.setattr(regional, "run", lying)
    said = reason(look(REGIONS), REGIONS[0])
    assert "the index gave 145 jobs and says there are 146, twice" in said
    assert azure.admin.counts().get("job.list", 0) == 0


def test_a_total_that_was_wrong_once_is_asked_for_again(
    azure: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed(azure)
    from tests.azure import regional

    run, answers = regional.run, iter(range(100))

    def lying(query: object, replica: object, behaviour: object) -> object:
        from dataclasses import replace

        page = run(query, replica, behaviour)  # type: ignore[arg-type]  # passed through
        return replace(page, total=page.total + (next(answers) < 6))

    monkeypatch.setattr(regional, "run", lying)
    check_exact(azure)
