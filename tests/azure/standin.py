"""Starting and stopping a stand-in: in this process, or in one of its own.

    with StandIn() as azure:
        azure.admin.add_workspace("science", "eastus", {"cpu": 100})
        subprocess.run([...], env={**os.environ, **azure.environment()})

`python -m tests.azure.standin` serves until it is ended and prints one line of JSON with the
environment variables for clients.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from aiohttp import connector

from .admin import Admin
from .certificates import Certificates, create
from .identity import IDENTITY_SECRET
from .server import Server

PUBLIC_CLOUD = "AzureCloud"
HERE = Path(__file__).resolve()


def client_environment(address: str, authority: Path) -> dict[str, str]:
    """The environment variables that lead an unchanged client to the stand-in."""
    return {
        "ARM_CLOUD_METADATA_URL": f"{address}/metadata/endpoints?api-version=2019-05-01",
        "AZUREML_CURRENT_CLOUD": "StandIn",
        "IDENTITY_ENDPOINT": f"{address}/msi/token",
        "IDENTITY_HEADER": IDENTITY_SECRET,
        "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
        "SSL_CERT_FILE": str(authority),
        "REQUESTS_CA_BUNDLE": str(authority),
        "NO_PROXY": "localhost,127.0.0.1",
        "no_proxy": "localhost,127.0.0.1",
    }


def public_cloud_environment(address: str, authority: Path) -> dict[str, str]:
    """The same for azure.ai.ml under the public cloud's name, without requests for metadata.

    The SDK asks for the metadata of a cloud that it doesn't know over and over; a benchmark of a
    client that is built on it should not pay for that.
    """
    variables = client_environment(address, authority)
    del variables["ARM_CLOUD_METADATA_URL"]
    return variables | {"AZUREML_CURRENT_CLOUD": PUBLIC_CLOUD, "AZUREML_DEV_URL_MFE": address}


def lead_this_process(
    variables: Mapping[str, str], set_variable: Callable[[str, str], None]
) -> None:
    """Leads clients in this very process to a stand-in: `lead_this_process(…, monkeypatch.setenv)`.

    requests reads its variable at each use, but aiohttp makes its TLS context when it is
    imported, and the stand-in has imported it already: the authority is added to that context.
    A process that is started with the variables needs none of this.
    """
    for name, value in variables.items():
        set_variable(name, value)
    context: ssl.SSLContext | None = getattr(connector, "_SSL_CONTEXT_VERIFIED", None)
    if context is not None:
        context.load_verify_locations(variables["SSL_CERT_FILE"])


class StandIn:
    """A stand-in in a thread of this process. `admin` is its control."""

    def __init__(self, port: int = 0) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="azure-standin-"))
        self.certificates: Certificates = create(self.folder)
        self.server = Server(port)
        self.cloud = self.server.cloud
        self.admin = Admin(self.cloud, self.server.open_location, self.server.close_location)
        self.server.admin = self.admin
        self._started = threading.Event()
        self._stop: Callable[[], None] | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="azure-standin", daemon=True)

    @property
    def address(self) -> str:
        """Base address of Resource Manager."""
        return self.cloud.address

    def environment(self, *, public_cloud: bool = False) -> dict[str, str]:
        """Environment variables for a client process; see the two functions above."""
        make = public_cloud_environment if public_cloud else client_environment
        return make(self.address, self.certificates.authority)

    def start(self) -> Self:
        """Serves from now on; returns once connections are accepted."""
        self._thread.start()
        if not self._started.wait(timeout=30) or self._failure is not None:
            raise RuntimeError("the stand-in didn't start") from self._failure
        return self

    def stop(self) -> None:
        """Closes all connections and removes the certificates."""
        if self._stop is not None:
            self._stop()
            self._thread.join(timeout=10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # handed to the thread that starts us
            self._failure = error
            self._started.set()

    async def _serve(self) -> None:
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()

        def stop() -> None:
            loop.call_soon_threadsafe(stopped.set)

        self._stop = stop
        await self.server.start(self.certificates.server_context())
        self.cloud.attach(loop)
        self._started.set()
        await stopped.wait()
        await self.server.stop()


class RemoteAdmin:
    """`Admin` over HTTP: every method of it, by name, with keyword arguments alone."""

    def __init__(self, address: str, context: ssl.SSLContext) -> None:
        self._address = address
        self._context = context

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            request = urllib.request.Request(
                f"{self._address}/admin/{method}", json.dumps(arguments).encode(), method="POST"
            )
            opener = urllib.request.build_opener(
                urllib.request.ProxyHandler({}),
                urllib.request.HTTPSHandler(context=self._context),
            )
            try:
                with opener.open(request, timeout=120) as response:
                    return json.load(response)["result"]
            except urllib.error.HTTPError as error:
                raise RuntimeError(f"{method}: {error.read().decode()}") from None

        return call


class StandInProcess:
    """A stand-in in a process of its own, so that a client under test has a core to itself."""

    def __init__(self, port: int = 0) -> None:
        command = [sys.executable, "-m", __spec__.name, "--port", str(port), "--with-parent"]
        depth = __spec__.name.count(".")
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=HERE.parents[depth],
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the stand-in's process ended before it served")
        self._described = json.loads(line)
        self.address: str = self._described["address"]
        context = ssl.create_default_context(cafile=self._described["authority"])
        self.admin = cast(Admin, RemoteAdmin(self.address, context))

    @property
    def pid(self) -> int:
        """The process id, for measuring its CPU time."""
        return self._process.pid

    def environment(self, *, public_cloud: bool = False) -> dict[str, str]:
        """Environment variables for a client process; as `StandIn.environment`."""
        name = "public_cloud_environment" if public_cloud else "environment"
        return dict(self._described[name])

    def stop(self) -> None:
        """Ends the process: it goes when its standard input closes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def main() -> None:
    """Serves until SIGTERM or SIGINT, or with `--with-parent` until standard input closes."""
    parser = argparse.ArgumentParser(description="A stand-in of AzureML on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--with-parent", action="store_true")
    arguments = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with StandIn(arguments.port) as azure:
        described = {
            "address": azure.address,
            "authority": str(azure.certificates.authority),
            "environment": azure.environment(),
            "public_cloud_environment": azure.environment(public_cloud=True),
        }
        sys.stdout.write(json.dumps(described) + "\n")
        sys.stdout.flush()
        if arguments.with_parent:
            threading.Thread(target=_await_end_of_input, args=(ended,), daemon=True).start()
        ended.wait()


def _await_end_of_input(ended: threading.Event) -> None:
    os.read(0, 1)
    ended.set()


if __name__ == "__main__":
    main()
