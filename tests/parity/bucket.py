"""A bucket of S3 on the loopback interface: as much of the protocol as `sam package` speaks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Bucket(NamedTuple):
    """A running server; `objects` maps `<bucket>/<key>` to bytes."""

    url: str
    objects: dict[str, bytes]


@contextmanager
def serving_bucket() -> Iterator[Bucket]:
    """Serve an empty store until the end of the block."""
    objects: dict[str, bytes] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(objects))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Bucket(f"http://127.0.0.1:{server.server_port}", objects)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(objects: dict[str, bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # answers `Expect: 100-continue`, which the client waits for

        def do_HEAD(self) -> None:
            self._answer(200 if self.path.lstrip("/") in objects else 404)

        def do_PUT(self) -> None:
            objects[self.path.lstrip("/")] = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(200)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("ETag", '"0"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Keep quiet."""

    return Handler
