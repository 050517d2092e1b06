"""`engine cache`: shows, trims, verifies and clears the store of built artifacts."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from cache.disk import DiskStore, default_root
from cache.errors import StoreUnavailable
from engine.cli.quantity import size
from engine.cli.root import HELP_NAMES, Group
from engine.cli.streams import write_results
from engine.errors import EnvironmentFault
from engine.report.escape import printable

if TYPE_CHECKING:
    from cache.check import Checked
    from cache.inventory import File

_Command = TypeVar("_Command", bound=Callable[..., object])
_DEFAULT_SIZE = "10GiB"
_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])", re.ASCII | re.IGNORECASE)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


def _age(value: object) -> float:
    """Convert `30d` to seconds, as click's ``type``."""
    match = _AGE.fullmatch(str(value).strip())
    if match is None:
        raise click.BadParameter(f"{value!r} is not an age: write a number and a unit (12h, 30d, 8w)")
    return float(match[1]) * _SECONDS[match[2].lower()]


def _shared_options(command: _Command) -> _Command:
    """The options that every command here takes."""
    folder = click.option(
        *("--cache-dir", "-cd"),
        metavar="DIRECTORY",
        envvar="ENGINE_CACHE_DIR",
        help="Folder of the cache. [default: sam-build-engine/v1 in the user's cache folder]",
    )
    output = click.option("--output", type=click.Choice(["text", "json"]), default="text", help="[default: text]")
    return folder(output(command))


@click.group("cache", cls=Group, context_settings=HELP_NAMES)
def cache_group() -> None:
    """Show, trim, verify or clear the cache of built artifacts."""


@cache_group.command("info", context_settings=HELP_NAMES)
@_shared_options
def info_command(cache_dir: str | None, output: str) -> None:
    """Say where the cache lies and what is in it."""
    from cache.inventory import take_inventory

    root = _root(cache_dir)
    with _told():
        DiskStore(root).folder.check_version()
        inventory = take_inventory(root)
    files = [*inventory.blobs.values()]
    document = {
        "path": root,
        "exists": os.path.isdir(root),
        "results": len(inventory.results),
        "blobs": len(files),
        "linked_directories": len(inventory.trees),
        "size_bytes": inventory.size_bytes,
    }
    rows = [
        ("folder", printable(root) if document["exists"] else f"{printable(root)} (nothing cached yet)"),
        ("results", f"{len(inventory.results):,}"),
        ("files", f"{len(files):,}  {human_size(_sum(files))}"),
        ("for links", f"{len(inventory.trees):,} directories, {len(inventory.pool):,} files unused"),
        ("size", human_size(inventory.size_bytes)),
    ]
    _tell(output, document, [f"{label:<9}  {value}" for label, value in rows])


@cache_group.command("gc", context_settings=HELP_NAMES)
@click.option(
    "--size", "limit_bytes", type=size, default=_DEFAULT_SIZE, help=f"Keep at most. [default: {_DEFAULT_SIZE}]"
)
@click.option("--age", "age_s", type=_age, metavar="AGE", help="Drop what was not used for so long (12h, 30d, 8w).")
@_shared_options
def gc_command(cache_dir: str | None, output: str, limit_bytes: int, age_s: float | None) -> None:
    """Remove what was used least recently, beside running builds if need be."""
    from cache.eviction import collect

    with _told():
        collected = collect(DiskStore(_root(cache_dir)), limit_bytes, age_s)
    line = (
        f"Removed {collected.removed_results:,} results and {collected.removed_blobs:,} files: "
        f"{human_size(collected.freed_bytes)} freed, {human_size(collected.kept_bytes)} kept"
    )
    _tell(output, collected._asdict(), [line])


@cache_group.command("verify", context_settings=HELP_NAMES)
@click.option("--repair", is_flag=True, help="Remove what is damaged; it is built anew when it is next wanted.")
@_shared_options
def verify_command(cache_dir: str | None, output: str, repair: bool) -> int:
    """Read everything in the cache and compare it with its name; exit code 1 where something damaged stays."""
    from cache.check import check

    with _told():
        checked = check(DiskStore(_root(cache_dir)), repair=repair)
    document = {**checked._asdict(), "findings": [finding._asdict() for finding in checked.findings]}
    _tell(output, document, list(_verdict(checked)))
    return 1 if checked.findings and not repair else 0


def _verdict(checked: Checked) -> Iterator[str]:
    for finding in checked.findings:
        yield f"{finding.kind:<6}  {printable(finding.path)}: {printable(finding.problem)}"
    looked = f"{checked.results:,} results and {checked.blobs:,} files"
    if not checked.findings:
        yield f"All of {looked} are sound"
    elif checked.repaired:
        yield f"{len(checked.findings):,} of {looked} were damaged and have been removed"
    else:
        yield f"{len(checked.findings):,} of {looked} are damaged; --repair removes them"
    if checked.temporaries:
        yield f"{checked.temporaries:,} temporary files of killed builds have been removed"


@cache_group.command("clear", context_settings=HELP_NAMES)
@click.option("--yes", is_flag=True, help="Do not ask.")
@_shared_options
def clear_command(cache_dir: str | None, output: str, yes: bool) -> int:
    """Remove the whole cache; exit code 1 where the answer is no."""
    from cache.clear import clear

    root = _root(cache_dir)
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("there is no terminal to ask on: add --yes to clear the cache")
        if not click.confirm(f"Remove everything in the cache {printable(root)}?", err=True):
            click.echo("Nothing has been removed", err=True)
            return 1
    with _told():
        freed_bytes = clear(root)
    _tell(output, {"path": root, "freed_bytes": freed_bytes}, [f"Cleared: {human_size(freed_bytes)} freed"])
    return 0


def human_size(size_bytes: int) -> str:
    """Bytes for people: `0 B`, `4.0 KiB`, `1.2 GiB`."""
    amount = float(size_bytes)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.0f} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def _sum(files: list[File]) -> int:
    return sum(file.size_bytes for file in files)


def _root(cache_dir: str | None) -> str:
    return os.path.abspath(cache_dir) if cache_dir else default_root(os.environ)


def _tell(output: str, document: dict[str, object], lines: list[str]) -> None:
    text = json.dumps(document, indent=2) if output == "json" else "\n".join(lines)
    write_results(f"{text}\n")


@contextmanager
def _told() -> Iterator[None]:
    """Turn a failure of the store into one that the user is told."""
    try:
        yield
    except StoreUnavailable as error:
        raise EnvironmentFault(str(error), hint="name another folder with --cache-dir or ENGINE_CACHE_DIR") from error
    except OSError as error:
        raise EnvironmentFault(f"the cache cannot be read: {error.strerror}: {error.filename}") from error
