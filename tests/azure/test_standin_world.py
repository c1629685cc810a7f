"""What the stand-in's services answer when nothing is wrong, seen by a plain HTTP client."""

from __future__ import annotations

import json
import ssl
import time
import urllib.request

import pytest

from .documents import index_status
from .plain_client import PlainClient
from .standin import StandIn, StandInProcess


@pytest.fixture
def client(azure: StandIn) -> PlainClient:
    azure.admin.add_workspace("science", "eastus", {"cpu": 4})
    return PlainClient(azure)


def statuses(azure: StandIn) -> dict[str, int]:
    return azure.admin.truth("science")["science"].get("exp", {})


def test_a_job_goes_through_its_statuses_as_time_passes(
    azure: StandIn, client: PlainClient
) -> None:
    azure.admin.freeze()
    azure.admin.set_timings(queueing=1, preparing=10, running=100, cancelling=5)
    client.put_job("job")
    seen = [statuses(azure)]
    for seconds in (1, 10, 100):
        azure.admin.advance(seconds)
        seen.append(statuses(azure))
    assert seen == [{"NotStarted": 1}, {"Preparing": 1}, {"Running": 1}, {"Completed": 1}]


def test_a_long_leap_in_time_leaves_each_change_its_own_moment(
    azure: StandIn, client: PlainClient
) -> None:
    began = azure.admin.freeze()
    azure.admin.set_timings(preparing=10, running=100)
    azure.admin.set_index_lag(50)
    client.put_job("job")
    azure.admin.advance(115)
    (job,) = azure.admin.jobs("science")
    assert (job["started"] - began, job["ended"] - began) == (10, 110)
    assert client.names(statuses=["Running"]) == ["job"]


def test_jobs_wait_for_nodes_in_order(azure: StandIn, client: PlainClient) -> None:
    azure.admin.freeze()
    azure.admin.set_timings(running=100)
    for number in range(6):
        client.put_job(f"job-{number}", resources={"instanceCount": 2})
    assert statuses(azure) == {"Running": 2, "Queued": 4}
    azure.admin.advance(100)
    assert statuses(azure) == {"Completed": 2, "Running": 2, "Queued": 2}
    client.arm("POST", "/jobs/job-4/cancel")
    client.arm("POST", "/jobs/job-2/cancel")
    running = [job["name"] for job in azure.admin.jobs("science") if job["status"] == "Running"]
    assert running == ["job-3", "job-5"]


def test_a_thousand_waiting_jobs_start_at_once(azure: StandIn, client: PlainClient) -> None:
    azure.admin.seed("science", "exp", 1000, "Queued")
    assert statuses(azure) == {"Running": 4, "Queued": 996}
    azure.admin.set_compute("science", "cpu", available=2000)
    assert statuses(azure) == {"Running": 1000}
    assert client.query().json["totalCount"] == 1000


def test_a_cancelled_job_ends_after_a_while(azure: StandIn, client: PlainClient) -> None:
    azure.admin.freeze()
    azure.admin.set_timings(cancelling=5)
    client.put_job("job")
    reply = client.arm("POST", "/jobs/job/cancel?api-version=v")
    assert reply.status == 202
    headers = {"Authorization": f"Bearer {client.token(azure.address)}"}
    path = reply.headers["location"].removeprefix(azure.address)
    assert client.send("GET", path, headers=headers).status == 202
    assert client.arm("GET", "/jobs/job").json["properties"]["status"] == "CancelRequested"
    assert client.names(statuses=["Cancel requested"]) == ["job"]
    azure.admin.advance(5)
    assert client.send("GET", path, headers=headers).status == 200
    assert statuses(azure) == {"Canceled": 1}


@pytest.mark.parametrize(("behaviour", "status"), [("ok", 200), ("conflict", 400)])
def test_a_put_that_equals_the_job_is_answered_as_chosen(
    azure: StandIn, client: PlainClient, behaviour: str, status: int
) -> None:
    azure.admin.behave(identical_put=behaviour)
    assert client.put_job("job").status == 201
    assert client.put_job("job").status == status
    assert azure.admin.live() == 1


def test_a_put_changes_what_may_change_and_nothing_else(
    azure: StandIn, client: PlainClient
) -> None:
    client.put_job("job", tags={"a": "1"})
    reply = client.put_job("job", tags={"b": "2"}, displayName="renamed")
    assert reply.status == 200
    assert reply.json["properties"]["tags"] == {"a": "1", "b": "2"}
    refused = client.put_job("job", environmentVariables={"RECONCILER_HIRE": "x"})
    assert refused.status == 400
    assert "JobPropertyImmutable" in refused.text
    assert "EnvironmentVariables cannot be changed" in refused.text
    assert client.put_job("JOB", command="rm").status == 400
    (job,) = azure.admin.jobs("science")
    assert (job["name"], job["display_name"]) == ("job", "renamed")
    assert job["body"]["command"] == "sleep 3"


def test_a_job_that_was_read_can_be_put_under_another_name(
    azure: StandIn, client: PlainClient
) -> None:
    client.put_job("first", tags={"a": "1"}, environmentVariables={"A": "b"})
    properties = client.arm("GET", "/jobs/first").json["properties"]
    for key in ("status", "services", "parentJobName", "outputs", "properties"):
        del properties[key]
    copied = client.arm("PUT", "/jobs/second", {"properties": properties})
    assert copied.status == 201
    first, second = azure.admin.jobs("science")
    assert {**first["body"], "outputs": None} == {**second["body"], "outputs": None}


def test_what_is_not_there_is_said_to_be_missing(azure: StandIn, client: PlainClient) -> None:
    assert client.arm("GET", "/jobs/none").status == 404
    assert client.arm("GET", "/computes/none").status == 404
    missing = PlainClient(azure, "none").arm("GET", "")
    assert (missing.status, missing.json["error"]["code"]) == (404, "ResourceNotFound")
    compute = f"{client.workspace}/computes/none"
    assert "Unknown compute target" in client.put_job("job", computeId=compute).text


def test_listing_gives_pages_filters_and_archived_jobs_on_request(
    azure: StandIn, client: PlainClient
) -> None:
    azure.admin.behave(arm_page_size=10)
    azure.admin.seed("science", "exp", 25, "Completed", tags={"a": "1"})
    azure.admin.seed("science", "exp", 5, "Failed", prefix="hidden", archived=True)
    child = {"parentJobName": "exp-000001"}
    azure.admin.seed("science", "exp", 3, prefix="child", properties=child)
    headers = {"Authorization": f"Bearer {client.token(azure.address)}"}

    def names(query: str) -> list[str]:
        found, path = [], f"{client.workspace}/jobs?{query}"
        while path:
            page = client.send("GET", path, headers=headers).json
            found += [job["name"] for job in page["value"]]
            path = page.get("nextLink", "").removeprefix(azure.address)
        return found

    assert len(names("listViewType=ActiveOnly")) == len(set(names("api-version=v"))) == 25
    assert len(names("listViewType=ArchivedOnly")) == 5
    assert len(names("listViewType=All")) == 30
    assert len(names("tag=a")) == 25
    assert names("listViewType=ActiveOnly")[0] == "exp-000025"


def test_the_index_pages_sorts_and_counts(azure: StandIn, client: PlainClient) -> None:
    azure.admin.seed("science", "exp", 200)
    azure.admin.seed("science", "exp", 50, "Completed", prefix="old", age=9000)
    assert len(client.names(statuses=["Running"])) == 200
    newest = client.query(direction="Desc").json
    assert newest["totalCount"] == newest["totalResultCount"] == 250
    assert newest["value"][0]["properties"]["runId"] == "exp-000200"
    assert client.names(direction="Desc") == client.names()[::-1]
    assert client.query(size=101).status == 400


def test_a_full_page_is_followed_by_an_empty_one(azure: StandIn, client: PlainClient) -> None:
    azure.admin.seed("science", "exp", 100)
    first = client.query().json
    second = client.query(token=first["continuationToken"]).json
    assert (len(first["value"]), second["value"], second["continuationToken"]) == (100, [], None)
    azure.admin.behave(full_page_continues=False)
    assert client.query().json["continuationToken"] is None


def test_jobs_that_change_between_pages_move_out_of_the_result(
    azure: StandIn, client: PlainClient
) -> None:
    azure.admin.seed("science", "exp", 150)
    first = client.query(statuses=["Running"]).json
    azure.admin.set_status("science", ["exp-000120"], "Failed", "out of memory")
    second = client.query(statuses=["Running"], token=first["continuationToken"]).json
    assert (first["totalCount"], second["totalCount"], len(second["value"])) == (150, 149, 49)
    (failed,) = client.query(statuses=["Failed"]).json["value"]
    assert failed["annotations"]["error"]["message"] == "out of memory"


def test_the_index_filters_by_tags_times_and_negation(azure: StandIn, client: PlainClient) -> None:
    azure.admin.seed("science", "exp", 3, tags={"reconciler.project": "p"})
    azure.admin.seed("science", "exp", 2, "Completed", prefix="old", age=9000)

    def count(field: str, operator: str, *values: str) -> int:
        condition = {"field": field, "operator": operator, "values": list(values)}
        return int(client.query(filters=[condition]).json["totalCount"])

    assert count("annotations/tags/reconciler.project", "eq", "p") == 3
    assert count("annotations/status", "ne", "Completed", "Failed", "Canceled") == 3
    bound = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 8000))
    assert count("properties/creationContext/createdTime", "ge", bound) == 3
    assert count("annotations/archived", "eq", "false") == 5
    azure.admin.behave(operators=["eq"])
    condition = {"field": "annotations/status", "operator": "ne", "values": ["Completed"]}
    assert client.query(filters=[condition]).status == 400


def test_paging_ends_at_the_limit(azure: StandIn, client: PlainClient) -> None:
    azure.admin.behave(paging_limit=250)
    azure.admin.seed("science", "exp", 300)
    assert len(client.names()) == 250
    azure.admin.behave(past_paging_limit="error")
    token = client.query(token=client.query().json["continuationToken"]).json["continuationToken"]
    assert client.query(token=token).status == 400


def test_strange_things_can_be_put_into_the_index(azure: StandIn, client: PlainClient) -> None:
    azure.admin.behave(extra_index={"annotations": {"mood": "good"}}, extra_arm={"zone": 3})
    azure.admin.seed("science", "exp", 1, "Hibernating")
    azure.admin.add_entities("science", [{"type": "runs", "annotations": None}])
    page = client.query().json
    assert page["totalCount"] == 2
    known, strange = page["value"]
    assert (known["annotations"]["status"], known["annotations"]["mood"]) == ("Hibernating", "good")
    assert strange == {"type": "runs", "annotations": None}
    assert client.arm("GET", "/jobs/exp-000001").json["zone"] == 3


def test_paused_jobs_are_resumed_unless_their_time_is_up(
    azure: StandIn, client: PlainClient
) -> None:
    names = azure.admin.seed("science", "exp", 2, "Paused")
    azure.admin.mark("science", names[1], expired=True)
    path = "/experiments/exp/runId/{}/resume"
    assert client.regional("POST", "execution", path.format(names[0])).status == 200
    refused = client.regional("POST", "execution", path.format(names[1]))
    assert refused.status == 400
    assert "exceeded max job execution time" in refused.text
    assert statuses(azure) == {"Running": 1, "Paused": 1}


def test_discovery_leads_to_the_region(azure: StandIn, client: PlainClient) -> None:
    properties = client.arm("GET", "").json["properties"]
    region = azure.admin.address("eastus")
    assert properties["discoveryUrl"].startswith(region)
    path = properties["discoveryUrl"].removeprefix(region)
    assert client.send("GET", path, address=region).json["api"] == region


def test_a_virtual_cluster_takes_any_number_of_jobs(azure: StandIn, client: PlainClient) -> None:
    cluster = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices"
    for number in range(9):
        client.put_job(f"job-{number}", computeId=f"{cluster}/virtualClusters/vc")
    assert statuses(azure) == {"Running": 9}
    assert client.query().json["value"][0]["properties"]["compute"]["target"] == "vc"


def test_statuses_have_spaces_in_the_index() -> None:
    assert index_status("CancelRequested") == "Cancel requested"
    assert index_status("NotStarted") == "Not started"
    assert index_status("Running") == "Running"


def test_requests_are_recorded_by_kind(azure: StandIn, client: PlainClient) -> None:
    client.put_job("job")
    before = azure.admin.position()
    client.query()
    client.arm("GET", "/jobs/job?listViewType=All")
    assert azure.admin.counts(before) == {"token": 1, "index.query": 1, "job.get": 1}
    (read,) = azure.admin.requests("job.get", since=before, workspace="sci*")
    assert (read["name"], read["status"], read["query"]) == ("job", 200, {"listViewType": "All"})


def test_the_same_control_works_from_another_process(azure_process: StandInProcess) -> None:
    admin = azure_process.admin
    admin.add_workspace(name="science", location="eastus", computes={"cpu": 4})
    admin.seed(workspace="science", experiment="exp", count=6, status="Queued")
    assert admin.truth() == {"science": {"exp": {"Running": 4, "Queued": 2}}}
    assert admin.address(location="eastus") != azure_process.address
    admin.refuse_connections(location="eastus")
    admin.region_down(workspace="science")
    with pytest.raises(RuntimeError, match="no workspace 'none'"):
        admin.truth(workspace="none")
    with pytest.raises(RuntimeError, match="no control named"):
        admin.nonsense()  # type: ignore[attr-defined]  # that there is none is the point
    environment = azure_process.environment()
    context = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
    with urllib.request.urlopen(environment["ARM_CLOUD_METADATA_URL"], context=context) as response:
        (cloud,) = json.load(response)
    assert cloud["resourceManager"] == azure_process.address


def test_a_large_world_is_seeded_in_seconds(azure: StandIn) -> None:
    azure.admin.add_workspace("science", "eastus", {"cpu": 100_000})
    began = time.process_time()
    azure.admin.seed("science", "exp", 20_000)
    assert time.process_time() - began < 5
    assert azure.admin.live("science", "exp") == 20_000
