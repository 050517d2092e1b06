from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.audit.project import CLEAN, UNDECLARED, Audited

PYTHON = f"{sys.executable} -I"
METADATA = f'BuildProperties: {{Tools: ["{sys.executable} --version"]}}'
UNROUTABLE = "192.0.2.1"
"""Of TEST-NET-1 (RFC 5737): nobody has it."""


@contextmanager
def server(family: int, address: tuple[str, int] | str) -> Iterator[socket.socket]:
    """A server that takes connections and says nothing."""
    with socket.socket(family) as listening:
        listening.bind(address)
        listening.listen()
        thread = threading.Thread(target=_take, args=(listening,), daemon=True)
        thread.start()
        try:
            yield listening
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _take(listening: socket.socket) -> None:
    while True:
        try:
            listening.accept()[0].close()
        except OSError:
            return


def connecting(project: Audited, code: str) -> None:
    project.write({"src/connect.py": f"import socket\n{code}\n"})
    project.recipe(f"{PYTHON} connect.py", "cp app.py $(ARTIFACTS_DIR)", metadata=METADATA)


def connect_without_waiting(address: str, port: int) -> str:
    return (
        f"s = socket.socket(socket.AF_INET6 if ':' in '{address}' else socket.AF_INET)\n"
        f"s.setblocking(False)\ntry:\n    s.connect(('{address}', {port}))\nexcept OSError:\n    pass"
    )


@pytest.mark.parametrize("address", [UNROUTABLE, "2001:db8::1"])
def test_a_connection_to_elsewhere_is_found(project: Audited, address: str) -> None:
    connecting(project, connect_without_waiting(address, 443))
    audit = project.audit()
    assert audit.status is UNDECLARED
    assert [(row.address, row.port, row.local) for row in audit.findings.connections] == [(address, 443, False)]
    assert audit.declare == ()
    assert f"connects   {address} port 443 (network)  by python" in project.report(project.outcome_of_audit())


def test_the_network_may_be_allowed(project: Audited) -> None:
    connecting(project, connect_without_waiting(UNROUTABLE, 443))
    outcome = project.outcome_of_audit(allow_network=True)
    assert [row.status for row in outcome.targets] == [CLEAN]
    assert UNROUTABLE in project.report(outcome)


def test_a_datagram_to_elsewhere_is_found(project: Audited) -> None:
    connecting(project, f"s = socket.socket(type=socket.SOCK_DGRAM)\ns.sendto(b'', ('{UNROUTABLE}', 53))")
    assert [(row.address, row.port) for row in project.audit().findings.connections] == [(UNROUTABLE, 53)]


def test_this_machine_is_said_and_counts_for_nothing(project: Audited) -> None:
    with server(socket.AF_INET, ("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        connecting(project, f"socket.create_connection(('127.0.0.1', {port})).close()")
        outcome = project.outcome_of_audit()
    (audit,) = outcome.targets
    assert audit.status is CLEAN
    assert [(row.address, row.port, row.local) for row in audit.findings.connections] == [("127.0.0.1", port, True)]
    assert "(on this machine)" in project.report(outcome)


def test_a_daemon_is_said(project: Audited, tmp_path: Path) -> None:
    path = os.path.relpath(tmp_path / "daemon.sock")
    with server(socket.AF_UNIX, path):
        connecting(project, f"socket.socket(socket.AF_UNIX).connect('{tmp_path}/daemon.sock')")
        audit = project.audit()
    assert audit.status is CLEAN
    assert [(row.address, row.port, row.local) for row in audit.findings.connections] == [
        (f"{tmp_path}/daemon.sock", None, True)
    ]
