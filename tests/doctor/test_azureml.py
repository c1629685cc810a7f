"""Checkups of AzureML targets with the real engine against a stand-in, in this process."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

import pytest

from reconciler.model.findings import Finding, Verdict
from reconciler.model.workforce import Target
from tests.azure.standin import StandIn
from tests.targets.azureml.looking import target, with_engine, workspace_id

CHECKS = ["host", "tls", "clock", "token"]
IN_WORKSPACE = ["workspace", "read-jobs", "read-computes", "submit", "cancel", "index", "compute"]


def check_up(targets: Sequence[Target] = ()) -> list[Finding]:
    return list(with_engine(lambda engine: engine.checkup(targets or [target()])))


def only(findings: Sequence[Finding], verdict: Verdict) -> list[str]:
    return [found.title for found in findings if found.verdict is verdict]


def one(findings: Sequence[Finding], check: str) -> Finding:
    (found,) = (each for each in findings if each.check == check)
    return found


def test_all_is_well(science: StandIn) -> None:
    findings = check_up()
    assert [found.check for found in findings] == CHECKS + IN_WORKSPACE
    assert {found.verdict for found in findings} == {Verdict.OK}
    assert "ManagedIdentityCredential" in one(findings, "token").found
    assert "eastus" in one(findings, "workspace").found
    assert "0 of at most 1000 nodes" in one(findings, "compute").found


def test_the_role_data_scientist_is_enough(science: StandIn) -> None:
    science.admin.set_role("science", "data scientist")
    assert {found.verdict for found in check_up()} == {Verdict.OK}


def test_a_reader_is_told_the_role_for_submitting_and_cancelling(science: StandIn) -> None:
    science.admin.set_role("science", "reader")
    findings = check_up()
    assert only(findings, Verdict.FAILED) == ["submit", "cancel"]
    for check in ("submit", "cancel"):
        command = one(findings, check).command
        assert command is not None
        assert "--role 'AzureML Data Scientist'" in command
        assert command.endswith(f"--scope {workspace_id('science')}")


def test_one_action_that_is_missing_is_the_only_one_that_fails(science: StandIn) -> None:
    science.admin.deny("science", ["*/jobs/cancel/action"])
    assert only(check_up(), Verdict.FAILED) == ["cancel"]


def test_without_any_role_both_roles_are_named(science: StandIn) -> None:
    science.admin.set_role("science", "none")
    findings = check_up()
    assert only(findings, Verdict.FAILED) == IN_WORKSPACE[:5]
    assert only(findings, Verdict.SKIPPED) == ["index", "compute cpu"]
    assert "role Reader" in str(one(findings, "workspace").remedy)


def test_a_compute_that_may_not_be_read_is_skipped(science: StandIn) -> None:
    science.admin.deny("science", ["*/computes/read"])
    findings = check_up()
    assert only(findings, Verdict.FAILED) == ["read-computes"]
    assert only(findings, Verdict.SKIPPED) == ["compute cpu"]


def test_permissions_that_may_not_be_seen_are_a_warning_and_the_rest_goes_on(
    science: StandIn,
) -> None:
    science.admin.fail(["permissions.get"], status=403, code="AuthorizationFailed")
    findings = check_up()
    assert only(findings, Verdict.WARNING) == ["permissions"]
    assert only(findings, Verdict.SKIPPED) == IN_WORKSPACE[1:5]
    assert only(findings, Verdict.FAILED) == []
    assert one(findings, "compute").verdict is Verdict.OK


def test_a_workspace_that_is_not_there_names_the_command_that_lists_them(
    science: StandIn,
) -> None:
    findings = check_up([target("missing")])
    assert only(findings, Verdict.FAILED) == ["workspace"]
    assert only(findings, Verdict.SKIPPED) == [*IN_WORKSPACE[1:6], "compute cpu"]
    assert str(one(findings, "workspace").command).startswith("az ml workspace list ")


@pytest.mark.parametrize(
    ("code", "key"),
    [("SubscriptionNotFound", "subscription_id"), ("ResourceGroupNotFound", "resource_group")],
)
def test_the_key_of_the_spec_that_is_wrong_is_named(science: StandIn, code: str, key: str) -> None:
    science.admin.fail(["workspace.get"], status=404, code=code)
    assert one(check_up(), "workspace").remedy == f"check {key} in the spec"


def test_a_compute_that_is_gone_names_the_command_that_lists_them(science: StandIn) -> None:
    science.admin.remove_compute("science", "cpu")
    findings = check_up()
    assert only(findings, Verdict.FAILED) == ["compute cpu"]
    assert str(one(findings, "compute").command).startswith("az ml compute list ")


def test_a_compute_without_nodes_or_half_made_is_told(science: StandIn) -> None:
    science.admin.set_compute("science", "cpu", maximum=0)
    empty = one(check_up(), "compute")
    assert (empty.verdict, str(empty.command).split(" --")[0]) == (
        Verdict.FAILED,
        "az ml compute update",
    )
    science.admin.set_compute("science", "cpu", maximum=10, provisioning="Creating")
    made = one(check_up(), "compute")
    assert (made.verdict, str(made.command).split(" --")[0]) == (
        Verdict.WARNING,
        "az ml compute show",
    )


def test_a_virtual_cluster_is_skipped(science: StandIn) -> None:
    cluster = (
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
        "/providers/Microsoft.MachineLearningServices/virtualClusters/big"
    )
    assert only(check_up([target(compute=cluster)]), Verdict.SKIPPED) == ["compute big"]


def test_without_a_token_nothing_else_is_tried(science: StandIn) -> None:
    science.admin.refuse_tokens()
    findings = check_up()
    assert only(findings, Verdict.FAILED) == ["token"]
    assert one(findings, "token").command == "az login"
    assert only(findings, Verdict.SKIPPED) == [*IN_WORKSPACE[:6], "compute cpu"]


def test_variables_that_azure_identity_refuses_are_a_finding(
    science: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "nonsense")
    token = one(check_up(), "token")
    assert (token.verdict, token.command) == (Verdict.FAILED, None)
    assert "AZURE_TOKEN_CREDENTIALS" in token.found


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(-400, Verdict.FAILED), (400, Verdict.FAILED), (150, Verdict.WARNING)]
)
def test_a_clock_that_is_off_is_told_and_keeps_nothing_from_being_checked(
    science: StandIn, seconds: float, verdict: Verdict
) -> None:
    science.admin.skew_clock(seconds)
    findings = check_up()
    assert [found.check for found in findings if found.verdict is not Verdict.OK] == ["clock"]
    assert one(findings, "clock").verdict is verdict


def test_an_index_that_is_down_is_a_warning_as_the_list_serves(science: StandIn) -> None:
    science.admin.fail(["index.query"], status=501)
    findings = check_up()
    assert only(findings, Verdict.WARNING) == ["index"]
    science.admin.fail(["job.list"], status=501)
    assert only(check_up(), Verdict.FAILED) == ["index"]


def test_a_workspace_and_a_credential_are_checked_once_however_many_targets(
    science: StandIn,
) -> None:
    science.admin.add_compute("science", "spot", maximum=5)
    targets = [target(), target(name="again"), target(compute="spot", name="spot")]
    since = science.admin.position()
    findings = check_up(targets)
    titles = Counter(found.title for found in findings)
    assert set(titles.values()) == {1}
    assert {"compute cpu", "compute spot"} <= set(titles)
    assert one(findings, "workspace").targets == ("again", "science", "spot")
    asked = science.admin.counts(since)
    assert asked["permissions.get"] == 1
    assert asked["token"] == 2  # one for Resource Manager, one for the index


def test_a_workspace_that_is_down_leaves_the_others_their_findings(science: StandIn) -> None:
    science.admin.add_workspace("other", "westus", {"cpu": 3})
    science.admin.region_down("science")
    findings = check_up([target(), target("other")])
    failed = [(found.subject, found.check) for found in findings if found.verdict is Verdict.FAILED]
    assert failed == [("workspace science", "workspace")]
    other = {found.verdict for found in findings if found.subject == "workspace other"}
    assert other == {Verdict.OK}


def test_services_that_hang_are_given_up(science: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.targets.azureml.checkup.asking.REQUEST_SECONDS", 0.5)
    for kind in ("permissions.get", "compute.get", "index.query"):
        science.admin.hang([kind])
    began = time.monotonic()
    findings = check_up()
    science.admin.clear_faults()
    assert time.monotonic() - began < 10
    assert only(findings, Verdict.FAILED) == ["permissions", "compute cpu"]
    assert only(findings, Verdict.WARNING) == ["index"]


def test_a_cloud_that_nothing_describes_is_a_finding(
    science: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZUREML_CURRENT_CLOUD", "Elsewhere")
    (found,) = check_up()
    assert (found.subject, found.check, found.verdict) == ("Azure", "cloud", Verdict.FAILED)
    assert "Elsewhere" in found.found
