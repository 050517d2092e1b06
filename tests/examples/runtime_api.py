"""Lambda's runtime API on the loopback address, for the custom runtimes of the examples."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

_DEADLINE_S = 30
"""Far more than any answer takes: a test that waits this long has failed."""

_INVOCATIONS = "/2018-06-01/runtime/invocation/"


class Reply(NamedTuple):
    """What a runtime posted for an invocation."""

    outcome: str
    """`response` or `error`."""
    body: bytes


class _Event(NamedTuple):
    request_id: str
    body: bytes
    chunked: bool


class RuntimeApi(ThreadingHTTPServer):
    """Hands events to the runtime that asks for them and collects its replies."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.events: queue.Queue[_Event | None] = queue.Queue()
        self.replies: queue.Queue[tuple[str, Reply] | None] = queue.Queue()
        self._invoked = 0

    @property
    def address(self) -> str:
        """`host:port`, what Lambda sets `AWS_LAMBDA_RUNTIME_API` to."""
        return f"127.0.0.1:{self.server_port}"

    def invoke(self, event: bytes, *, chunked: bool = False) -> Reply:
        """Sends one event and waits for its reply; raises AssertionError when the runtime ends or says nothing."""
        self._invoked += 1
        request_id = f"request-{self._invoked}"
        self.events.put(_Event(request_id, event, chunked))
        try:
            replied = self.replies.get(timeout=_DEADLINE_S)
        except queue.Empty:
            raise AssertionError(f"no reply to {request_id} within {_DEADLINE_S} s") from None
        assert replied is not None, "the runtime ended instead of replying"
        assert replied[0] == request_id
        return replied[1]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def do_GET(self) -> None:
        event = self.server.events.get() if self.path == _INVOCATIONS + "next" else None
        if event is None:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", event.request_id)
        self.send_header("Content-Type", "application/json")
        self._send_body(event)

    def _send_body(self, event: _Event) -> None:
        if not event.chunked:
            self.send_header("Content-Length", str(len(event.body)))
            self.end_headers()
            self.wfile.write(event.body)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        half = len(event.body) // 2
        for piece in filter(None, (event.body[:half], event.body[half:])):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def do_POST(self) -> None:
        request_id, _, outcome = self.path.removeprefix(_INVOCATIONS).partition("/")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.replies.put((request_id, Reply(outcome, body)))

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing."""


@contextlib.contextmanager
def custom_runtime(bootstrap: Path) -> Iterator[RuntimeApi]:
    """Runs a built `bootstrap` as Lambda does, beside an API that it asks for events."""
    with RuntimeApi() as api:
        process = subprocess.Popen([bootstrap], env={**os.environ, "AWS_LAMBDA_RUNTIME_API": api.address})
        watcher = threading.Thread(target=_report_end, args=(process, api), daemon=True)
        watcher.start()
        threading.Thread(target=api.serve_forever, daemon=True).start()
        try:
            yield api
        finally:
            process.kill()
            watcher.join(_DEADLINE_S)
            api.events.put(None)
            api.shutdown()


def _report_end(process: subprocess.Popen[bytes], api: RuntimeApi) -> None:
    process.wait()
    api.replies.put(None)
