"""Where a run connected to, without what every program asks of its own machine."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable

from engine.audit.events import Connected
from engine.audit.findings import ConnectionFinding

_QUIET = ("/dev/log", "/run/nscd/", "/var/run/nscd/", "/run/systemd/", "/var/run/systemd/", "/run/dbus/", "@/org/freed")
"""Sockets by which the system answers who a user is, and takes what is logged."""


def connection_findings(connected: Iterable[Connected], own: tuple[str, ...]) -> tuple[ConnectionFinding, ...]:
    """Each address and port once; sockets in the folders `own` are the run's own."""
    found: dict[tuple[str, int | None], dict[str, None]] = {}
    for one in connected:
        if one.family == "unix" and not one.address.startswith((*_QUIET, *own)):
            found.setdefault((one.address, None), {})[os.path.basename(one.by)] = None
        elif one.family == "inet" and one.port:  # port 0: asks only which address of this machine would be used
            found.setdefault((one.address, one.port), {})[os.path.basename(one.by)] = None
    return tuple(
        ConnectionFinding(address, port, tuple(sorted(by)), port is None or _is_loopback(address))
        for (address, port), by in sorted(found.items(), key=lambda row: (row[0][0], row[0][1] or 0))
    )


def _is_loopback(address: str) -> bool:
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(number, "ipv4_mapped", None) or number
    return bool(mapped.is_loopback or mapped.is_unspecified)
