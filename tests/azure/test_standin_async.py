"""azure-core's asynchronous pipeline, as a fast client uses it, against the stand-in."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from .standin import StandIn, lead_this_process

pytest.importorskip("azure.mgmt.core")

CLIENT = """
import asyncio, sys

async def main(address, workspace, count):
    from azure.core.pipeline import policies
    from azure.core.rest import HttpRequest
    from azure.identity.aio import DefaultAzureCredential
    from azure.mgmt.core import AsyncARMPipelineClient

    async with DefaultAzureCredential() as credential:
        bearer = policies.AsyncBearerTokenCredentialPolicy(credential, address + "/.default")
        retry = policies.AsyncRetryPolicy(retry_backoff_factor=0.05)
        async with AsyncARMPipelineClient(address, policies=[retry, bearer]) as client:
            async def put(number):
                properties = {"jobType": "Command", "command": "sleep 3",
                              "computeId": workspace + "/computes/cpu", "experimentName": "exp"}
                url = f"{address}{workspace}/jobs/job-{number}?api-version=2025-01-01-preview"
                request = HttpRequest("PUT", url, json={"properties": properties})
                response = await client.send_request(request)
                await response.read()
                return response.status_code
            answers = await asyncio.gather(*[put(number) for number in range(count)])
    print(*sorted(set(answers)))
"""


def test_a_client_process_needs_the_environment_alone(azure: StandIn) -> None:
    workspace = azure.admin.add_workspace("science", "eastus", {"cpu": 100})
    program = f"{CLIENT}\nasyncio.run(main(*sys.argv[1:3], int(sys.argv[3])))"
    done = subprocess.run(
        [sys.executable, "-c", program, azure.address, workspace, "50"],
        env={**os.environ, **azure.environment()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["201"]
    assert azure.admin.live() == 50


def test_a_client_in_this_process_meets_lost_responses_and_retries(
    azure: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = azure.admin.add_workspace("science", "eastus", {"cpu": 100})
    lead_this_process(azure.environment(), monkeypatch.setenv)
    azure.admin.lose_responses(["job.put"], share=0.3, seed=5)
    names: dict[str, object] = {}
    exec(CLIENT, names)
    main = names["main"]
    assert callable(main)
    asyncio.run(main(azure.address, workspace, 40))
    assert capsys.readouterr().out.split() == ["200", "201"]
    assert azure.admin.live() == 40
    assert azure.admin.counts()["job.put"] > 40
