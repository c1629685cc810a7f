"""Each trouble that the stand-in can make, seen by a plain HTTP client."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import pytest

from .identity import IDENTITY_SECRET
from .plain_client import PlainClient
from .standin import StandIn

DROPPED = (ConnectionError, http.client.RemoteDisconnected, OSError)


@pytest.fixture
def client(azure: StandIn) -> PlainClient:
    azure.admin.add_workspace("science", "eastus", {"cpu": 100})
    azure.admin.add_workspace("other", "uksouth", {"cpu": 100})
    client = PlainClient(azure)
    client.token(azure.address)
    client.token("https://ml.azure.com")
    return client


def eventually(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it didn't come true in time"
        time.sleep(0.01)


def test_latency_slows_each_request_and_none_waits_for_another(
    azure: StandIn, client: PlainClient
) -> None:
    azure.admin.set_latency(0.3)
    threads = [threading.Thread(target=client.put_job, args=(f"j{n}",)) for n in range(10)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.3 <= time.monotonic() - began < 2
    assert azure.admin.peak()["job.put"] > 1


def test_jitter_is_the_same_for_the_same_request_and_seed(azure: StandIn) -> None:
    azure.admin.add_workspace("science", "eastus", {"cpu": 100})
    client = PlainClient(azure)
    client.token(azure.address)
    azure.admin.set_latency(0.0, jitter=0.4, seed=3)
    client.put_job("a")
    client.put_job("b")
    first, second = (each["seconds"] for each in azure.admin.requests("job.put"))
    assert abs(first - second) > 0.02
    assert max(first, second) < 0.6


def test_a_share_of_requests_fails_by_seed_and_name(azure: StandIn, client: PlainClient) -> None:
    azure.admin.fail(["job.put"], share=0.2, seed=1, status=500)
    names = [f"job-{n}" for n in range(60)]
    statuses = [client.put_job(name).status for name in names]
    failed = {name for name, status in zip(names, statuses, strict=True) if status == 500}
    assert 4 <= len(failed) <= 20
    assert azure.admin.live("science") == 60 - len(failed)
    azure.admin.clear_faults()
    azure.admin.fail(["job.put"], share=0.2, seed=2, status=500)
    again = {name for name in names if client.put_job(name).status == 500}
    assert again != failed


def test_throttling_answers_429_above_the_rate(azure: StandIn, client: PlainClient) -> None:
    azure.admin.throttle(["job.put"], rate=1.0, burst=3, retry_after=2, retry_after_ms=1500)
    replies = [client.put_job(f"job-{n}") for n in range(6)]
    refused = [reply for reply in replies if reply.status == 429]
    assert 2 <= len(refused) <= 3
    assert refused[0].headers["retry-after"] == "2"
    assert refused[0].headers["x-ms-retry-after-ms"] == "1500"
    assert azure.admin.live("science") == 6 - len(refused)


def test_the_index_shows_the_world_of_some_time_ago(azure: StandIn, client: PlainClient) -> None:
    azure.admin.freeze()
    azure.admin.set_index_lag(60)
    azure.admin.seed("science", "exp", 2, prefix="old")
    client.put_job("new")
    assert client.names() == ["old-000001", "old-000002"]
    azure.admin.advance(59)
    assert client.names() == ["old-000001", "old-000002"]
    azure.admin.advance(1)
    assert client.names() == ["old-000001", "old-000002", "new"]
    client.arm("POST", "/jobs/new/cancel")
    assert client.names(statuses=["Running"])[-1] == "new"
    azure.admin.advance(60)
    assert client.names(statuses=["Canceled"]) == ["new"]


def test_copies_of_the_index_with_different_lags_answer_in_turn(
    azure: StandIn, client: PlainClient
) -> None:
    azure.admin.set_index_lag([0, 3600])
    client.put_job("new")
    answers = [client.names() for _ in range(4)]
    assert sorted(answers) == [[], [], ["new"], ["new"]]


def test_a_lost_response_leaves_the_work_done(azure: StandIn, client: PlainClient) -> None:
    azure.admin.lose_responses(["job.put"])
    with pytest.raises(DROPPED):
        client.put_job("job")
    assert azure.admin.live("science") == 1
    (record,) = azure.admin.requests("job.put")
    assert (record["status"], record["worked"], record["fault"]) == (None, True, "lose")


def test_a_request_can_be_dropped_before_the_work(azure: StandIn, client: PlainClient) -> None:
    azure.admin.add_fault({"effect": "drop", "kinds": ["job.put"], "times": 1})
    with pytest.raises(DROPPED):
        client.put_job("job")
    assert azure.admin.live("science") == 0
    assert client.put_job("job").status == 201


@pytest.mark.parametrize("worked", [False, True])
def test_the_nth_request_can_hang_before_or_after_its_work(
    azure: StandIn, client: PlainClient, worked: bool
) -> None:
    azure.admin.hang(["job.*"], after=2, worked=worked)
    thread = threading.Thread(
        target=lambda: [client.put_job(name) for name in ("a", "b", "c")], daemon=True
    )
    thread.start()
    eventually(lambda: azure.admin.hung() == 1)
    assert azure.admin.live("science") == 2 + worked
    azure.admin.clear_faults()
    thread.join(timeout=10)
    assert azure.admin.live("science") == 3


def test_a_region_that_is_down_answers_503_and_the_others_go_on(
    azure: StandIn, client: PlainClient
) -> None:
    azure.admin.region_down("science")
    assert client.query().status == 503
    assert client.arm("GET", "").status == 503
    assert PlainClient(azure, "other").arm("GET", "").status == 200


def test_the_index_alone_can_be_down(azure: StandIn, client: PlainClient) -> None:
    azure.admin.fail(["index.*"], html=True)
    reply = client.query()
    assert (reply.status, reply.headers["content-type"]) == (503, "text/html")
    assert client.put_job("job").status == 201


def test_a_region_can_refuse_connections_and_come_back(azure: StandIn, client: PlainClient) -> None:
    netloc = azure.admin.address("eastus").removeprefix("https://")
    kept = http.client.HTTPSConnection(netloc, context=azure.certificates.client_context())
    kept.connect()
    azure.admin.refuse_connections("eastus")
    with pytest.raises(ConnectionRefusedError):
        client.query()
    kept.request("GET", "/discovery/eastus")
    with pytest.raises(DROPPED):
        kept.getresponse()
    kept.close()
    azure.admin.refuse_connections("eastus", False)
    assert client.query().status == 200


def test_a_compute_without_nodes_never_starts_a_job(azure: StandIn, client: PlainClient) -> None:
    azure.admin.set_compute("science", "cpu", available=0)
    client.put_job("job")
    assert azure.admin.truth("science")["science"]["exp"] == {"Queued": 1}
    figures = client.arm("GET", "/computes/cpu").json["properties"]["properties"]
    assert figures["scaleSettings"]["maxNodeCount"] == 100
    assert (figures["currentNodeCount"], figures["targetNodeCount"]) == (0, 1)


def test_preempted_jobs_queue_until_nodes_return(azure: StandIn, client: PlainClient) -> None:
    azure.admin.seed("science", "exp", 10)
    azure.admin.preempt("science", "cpu", 4)
    assert azure.admin.truth("science")["science"]["exp"] == {"Running": 6, "Queued": 4}
    azure.admin.set_compute("science", "cpu", available=8)
    assert azure.admin.truth("science")["science"]["exp"] == {"Running": 8, "Queued": 2}
    assert client.query(statuses=["Queued"]).json["totalCount"] == 2


def test_tokens_can_be_refused_and_expired(azure: StandIn, client: PlainClient) -> None:
    azure.admin.expire_tokens()
    reply = client.arm("GET", "")
    assert (reply.status, reply.json["error"]["code"]) == (401, "InvalidAuthenticationToken")
    azure.admin.refuse_tokens("Identity not found")
    headers = {"X-IDENTITY-HEADER": IDENTITY_SECRET}
    reply = client.send("GET", "/msi/token?resource=x", headers=headers)
    assert reply.status == 400
    assert "Identity not found" in reply.text


def test_a_token_for_another_audience_is_refused(azure: StandIn, client: PlainClient) -> None:
    headers = {"Authorization": f"Bearer {client.token('https://ml.azure.com')}"}
    assert client.send("GET", client.workspace, headers=headers).status == 401
    assert client.send("GET", client.workspace).status == 401
    forged = {"Authorization": f"Bearer {client.token(azure.address)}x"}
    assert client.send("GET", client.workspace, headers=forged).status == 401


def test_missing_rights_name_the_action(azure: StandIn, client: PlainClient) -> None:
    azure.admin.set_role("science", "reader")
    error = client.put_job("job").json["error"]
    assert error["code"] == "AuthorizationFailed"
    assert "Microsoft.MachineLearningServices/workspaces/jobs/write" in error["message"]
    assert client.query().status == 200
    (permissions,) = client.arm(
        "GET", "/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"
    ).json["value"]
    assert permissions["actions"] == ["*/read"]
    azure.admin.set_role("science", "none")
    assert client.query().status == 403
    assert client.arm("GET", "").status == 403


def test_single_actions_can_be_denied(azure: StandIn, client: PlainClient) -> None:
    azure.admin.deny("science", ["*/jobs/cancel/action"])
    assert client.put_job("job").status == 201
    assert client.arm("POST", "/jobs/job/cancel").status == 403


def test_the_clock_can_be_wrong(azure: StandIn, client: PlainClient) -> None:
    azure.admin.skew_clock(600)
    shown = parsedate_to_datetime(client.arm("GET", "").headers["date"]).timestamp()
    assert 590 < shown - time.time() < 610


def test_two_faults_meet_one_request(azure: StandIn, client: PlainClient) -> None:
    azure.admin.set_latency(0.2)
    number = azure.admin.fail(["job.put"], times=1)
    began = time.monotonic()
    assert client.put_job("job").status == 503
    assert time.monotonic() - began >= 0.2
    assert azure.admin.faults_met()[number] == 1
    assert client.put_job("job").status == 201
