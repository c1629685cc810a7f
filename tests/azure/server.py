"""The web server: what happens to a request on its way to a service, and back."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from email.utils import formatdate
from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from . import arm, assets, jobs, regional
from .cloud import Answer, Cloud, Service, error_answer
from .errors import ServiceError
from .faults import Decision
from .identity import IDENTITY_SECRET
from .records import Record
from .routing import Call, route

if TYPE_CHECKING:
    from .admin import Admin

SERVICES: dict[str, Service] = {
    "metadata": arm.metadata,
    "token": arm.issue_token,
    "discovery": arm.discover,
    "workspace.get": arm.get_workspace,
    "workspace.list": arm.list_workspaces,
    "compute.get": arm.get_compute,
    "compute.list": arm.list_computes,
    "permissions.get": arm.get_permissions,
    "job.put": jobs.put_job,
    "job.get": jobs.get_job,
    "job.list": jobs.list_jobs,
    "job.cancel": jobs.cancel_job,
    "job.cancel.poll": jobs.poll_cancel,
    "index.query": regional.query_index,
    "run.patch": regional.patch_run,
    "run.get": regional.get_run,
    "run.details": regional.get_run_details,
    "run.resume": regional.resume_run,
    "environment.put": assets.put_asset,
    "environment.get": assets.get_asset,
    "environment.list": assets.list_assets,
    "code.put": assets.put_asset,
    "code.get": assets.get_asset,
    "code.list": assets.list_assets,
    "code.upload": assets.start_upload,
    "datastore.get": assets.get_datastore,
    "datastore.list": assets.get_datastore,
    "datastore.secrets": assets.list_secrets,
    "blob.get": assets.get_blob,
    "blob.head": assets.get_blob,
}
OPEN = ("metadata", "token", "discovery", "blob.get", "blob.head", "blob.put")
"""Kinds that need no bearer token; blobs are reached by a signed address."""

LONGEST_UPLOAD = 64 * 2**20


class Server:
    """Serves one cloud on loopback: a main port, and a port for each location.

    Ports are bound in the caller's thread, so that a region's address is known at once; the
    server's loop then accepts on them.
    """

    def __init__(self, port: int) -> None:
        self._main = _bound(port)
        self.port: int = self._main.getsockname()[1]
        self.cloud = Cloud(f"https://localhost:{self.port}")
        self.admin: Admin | None = None
        self._context: ssl.SSLContext | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._runner: web.ServerRunner | None = None
        self._sites: dict[str, web.SockSite] = {}
        self._ports: dict[str, int] = {}
        self._refused: set[int] = set()
        """Ports that are closed: connections from before are dropped at their next request."""

    async def start(self, context: ssl.SSLContext) -> None:
        """Begins to accept connections."""
        self._context = context
        self._loop = asyncio.get_running_loop()
        server = web.Server(self._handle, access_log=None, keepalive_timeout=300.0)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.SockSite(self._runner, self._main, ssl_context=context, backlog=1024).start()

    async def stop(self) -> None:
        """Lets hanging requests go and closes everything."""
        self.cloud.faults.remove()
        if self._runner is not None:
            await self._runner.cleanup()

    def open_location(self, location: str) -> str:
        """Begins to serve a location's services, and returns their address.

        Not to be called on the server's own loop, nor with the cloud's lock held.
        """
        if location not in self._sites:
            listener = _bound(self._ports.get(location, 0))
            port = self._ports[location] = listener.getsockname()[1]
            self._refused.discard(port)
            self._wait_for(self._accept(location, listener))
            self.cloud.region_addresses[location] = f"https://localhost:{port}"
        return self.cloud.region_addresses[location]

    def close_location(self, location: str) -> None:
        """From now on a location's services refuse connections."""
        site = self._sites.pop(location, None)
        if site is not None:
            self._refused.add(self._ports[location])
            self._wait_for(site.stop())

    async def _accept(self, location: str, listener: socket.socket) -> None:
        assert self._runner is not None
        site = web.SockSite(self._runner, listener, ssl_context=self._context, backlog=1024)
        self._sites[location] = site
        await site.start()

    def _wait_for(self, work: object) -> None:
        assert self._loop is not None
        assert asyncio.iscoroutine(work)
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        call = route(request.method, request.raw_path)
        if call.kind.startswith("admin."):
            return await self._control(call, request)
        if self._refused and _port(request) in self._refused:
            return _dropped(request)
        record, attempt = self.cloud.records.open(call)
        decision = self.cloud.faults.decide(call, attempt)
        record.fault = decision.fault
        try:
            result = await self._answer(call, request, decision, record)
        except BaseException:
            self.cloud.records.close(record, None)
            raise
        self.cloud.records.close(record, None if result is None else result.status)
        return _dropped(request) if result is None else self._response(result, record)

    async def _answer(
        self, call: Call, request: web.BaseRequest, decision: Decision, record: Record
    ) -> Answer | None:
        """The answer, or None where the connection is to be dropped instead."""
        faults = self.cloud.faults
        body = await request.read() if request.body_exists else b""
        if decision.delay:
            await asyncio.sleep(decision.delay / 2)
        if decision.before == "hang":
            await faults.hang()
        if decision.before == "drop":
            return None
        result = self._work(call, request, body, decision, record)
        if decision.delay:
            await asyncio.sleep(decision.delay / 2)
        if decision.after == "hang":
            await faults.hang()
        return None if decision.after == "lose" else result

    def _work(
        self,
        call: Call,
        request: web.BaseRequest,
        body: bytes,
        decision: Decision,
        record: Record,
    ) -> Answer:
        if decision.error is not None:
            return error_answer(decision.error, decision.html)
        cloud = self.cloud
        with cloud.lock:
            try:
                if call.kind not in OPEN and cloud.behaviour.check_tokens:
                    cloud.identity.check(request.headers.get("Authorization"), call.kind)
                if call.kind == "token" and not _known_caller(request):
                    raise ServiceError(401, "unauthorized", "The identity header is wrong.")
                cloud.lifecycle.settle()
                result = self._serve(call, request, body)
            except ServiceError as error:
                return error_answer(error)
        record.worked = True
        return result

    def _serve(self, call: Call, request: web.BaseRequest, body: bytes) -> Answer:
        if call.kind == "blob.put":
            prefix = "x-ms-meta-"
            metadata = {
                key.lower().removeprefix(prefix): value
                for key, value in request.headers.items()
                if key.lower().startswith(prefix)
            }
            return assets.put_blob(self.cloud, call, body, metadata)
        service = SERVICES.get(call.kind)
        if service is None:
            raise ServiceError(404, "StandInUnknown", f"Nothing serves {call.method} {call.path}.")
        return service(self.cloud, call, body)

    def _response(self, result: Answer, record: Record) -> web.Response:
        identifier = f"{record.sequence:08x}-0000-4000-8000-{self.port:012x}"
        headers = {
            "Content-Type": result.content_type,
            "x-ms-request-id": identifier,
            "x-ms-correlation-request-id": identifier,
            **result.headers,
        }
        if self.cloud.date_skew:
            headers["Date"] = formatdate(time.time() + self.cloud.date_skew, usegmt=True)
        return web.Response(status=result.status, body=result.body, headers=headers)

    async def _control(self, call: Call, request: web.BaseRequest) -> web.Response:
        """Runs a method of `Admin`; in a thread, as it may wait for this loop."""
        assert self.admin is not None
        arguments = orjson.loads(await request.read() or b"{}")
        try:
            outcome = await asyncio.to_thread(self.admin.call, call.name, arguments)
        except Exception as error:  # whatever it is, the test must see it
            document = {"error": f"{type(error).__name__}: {error}"}
            return web.Response(status=400, body=orjson.dumps(document))
        option = orjson.OPT_NON_STR_KEYS
        return web.Response(body=orjson.dumps({"result": outcome}, option=option))


def _dropped(request: web.BaseRequest) -> web.Response:
    """Breaks the connection; the response that aiohttp wants goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _port(request: web.BaseRequest) -> int:
    name = request.get_extra_info("sockname") or ("", 0)
    return int(name[1])


def _known_caller(request: web.BaseRequest) -> bool:
    sent = request.headers.get("X-IDENTITY-HEADER") or request.headers.get("secret")
    return sent == IDENTITY_SECRET


def _bound(port: int) -> socket.socket:
    """A socket that is bound on loopback; 0 lets the system choose the port."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener
