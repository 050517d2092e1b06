"""The trace: what the last build of a project saw and made, so that the next one reads only what changed.

One file, marshalled, with a header that names the format and the interpreter and a checksum. A trace that is missing,
damaged or of another version is an empty one: everything in it can be found again, from the sources or the store.
"""

from __future__ import annotations

import contextlib
import gc
import marshal
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

import xxhash

from cache.snapshot import Snapshot
from engine.errors import BuildError
from engine.plan.manifest import Manifest

_HEADER = f"engine-trace-v1 {sys.implementation.cache_tag}\n".encode()
_CHECKSUM_BYTES = 16
_FILE = "trace-v1"
_WEIGHT_OF_NEWEST = 0.5
_WEIGHT_OF_LESS = 0.25
_PLANS_KEPT = 8
_FACTS_KEPT = 20_000
Fact = TypeVar("Fact")

UNRECORDED_KEY = "unrecorded"
"""Key of a record whose artifact was made from inputs that changed meanwhile: it matches no action."""


class TargetRecord(NamedTuple):
    """What is known of one target's artifact directory since it was last made or restored."""

    key: str
    manifest: Manifest
    """Rows as plain tuples, where they come from the file."""
    output: Snapshot
    """The artifact directory as it was left."""
    output_digest: str
    """What dependents' keys name."""
    seconds: float
    """How long make took when the artifact was built, here or elsewhere."""


class Trace:
    """Everything a project remembers between builds. The public dictionaries hold plain data only."""

    def __init__(self, content: dict[str, Any] | None = None) -> None:
        content = content or {}
        self.plans: dict[str, tuple[Any, ...]] = content.get("plans", {})
        """Digest of a request -> the parsed and ordered template (`engine.build.template`)."""
        self.outputs: dict[str, tuple[Any, ...]] = content.get("outputs", {})
        """Digest of a request -> the output templates that it left (`engine.build.templates`)."""
        self.inputs: dict[str, tuple[Any, ...]] = content.get("inputs", {})
        """Identity of an input tree -> its newest `Snapshot`, as a tuple; kept while looked at or named by a record."""
        self.listings: dict[str, tuple[Any, ...]] = content.get("listings", {})
        """Digest -> an older snapshot that some record still names, for the sake of reasons."""
        self.files: dict[str, tuple[Any, ...]] = content.get("files", {})
        """Path of a file read in place -> (stat, fingerprint)."""
        self.makefiles: dict[str, tuple[Any, ...]] = content.get("makefiles", {})
        """Facts about makefiles by digest, and about what they include (`engine.plan.makefiles`)."""
        self.tools: dict[str, tuple[Any, ...]] = content.get("tools", {})
        """Facts about programs, such as make's version, by path."""
        self.seconds: dict[str, float] = content.get("seconds", {})
        """Target -> decaying average of what its make runs took."""
        self.memory_bytes: dict[str, int] = content.get("memory_bytes", {})
        """Target -> the peak memory of its make runs, decaying slowly where newer runs took less."""
        self.differing: dict[str, str] = content.get("differing", {})
        """Key of an action that is known not to be reproducible -> how two runs of it differed."""
        self._targets: dict[str, tuple[Any, ...]] = content.get("targets", {})
        self._records: dict[str, TargetRecord] = {}
        self._seen: set[str] = set()
        self.changed = not content

    def record(self, target: str) -> TargetRecord | None:
        """What is known of a target's artifact directory."""
        record = self._records.get(target)
        plain = self._targets.get(target)
        if record is None and plain is not None:
            key, rows, output, digest, seconds = plain
            record = self._records[target] = TargetRecord(key, rows, Snapshot(*output), digest, seconds)
        return record

    def targets(self) -> tuple[str, ...]:
        """Every target with a record."""
        return tuple(self._targets)

    def remember(self, target: str, record: TargetRecord) -> None:
        """Replace a target's record."""
        rows = tuple(tuple(row) for row in record.manifest)
        self._records[target] = record
        self._targets[target] = (record.key, rows, tuple(record.output), record.output_digest, record.seconds)
        self.changed = True

    def forget(self, target: str) -> None:
        """Drop a target's record."""
        self._records.pop(target, None)
        if self._targets.pop(target, None) is not None:
            self.changed = True

    def took(self, target: str, seconds: float) -> None:
        """A make run of `target` took so long: newer runs weigh more."""
        old = self.seconds.get(target, seconds)
        self.seconds[target] = old + _WEIGHT_OF_NEWEST * (seconds - old)
        self.changed = True

    def heard(self, target: str, seconds: float) -> None:
        """A make run of `target` took so long elsewhere (0.0: not known); what was seen here counts before it."""
        if seconds and target not in self.seconds:
            self.seconds[target] = seconds
            self.changed = True

    def peaked(self, target: str, size_bytes: int, *, succeeded: bool) -> None:
        """A make run of `target` had so much memory at most (0: too little to be seen).

        More counts at once, less only in part, since too little memory is worse than a target that starts late; a run
        that failed says only what was needed until then.
        """
        old_bytes = self.memory_bytes.get(target, -1)
        if size_bytes < old_bytes:
            size_bytes = old_bytes - int(_WEIGHT_OF_LESS * (old_bytes - size_bytes)) if succeeded else old_bytes
        if size_bytes != old_bytes:
            self.memory_bytes[target] = size_bytes
            self.changed = True

    def differed(self, key: str, how: str | None) -> None:
        """Two runs of the action `key` differed, `how` says in what; None: they did not."""
        if self.differing.get(key) != how:
            self.differing.pop(key, None)
            if how is not None:
                self.differing[key] = how
            self.changed = True

    def listing(self, digest: str) -> Snapshot | None:
        """The snapshot with this digest, where it is still known."""
        for known in tuple(self.inputs.values()):  # another thread may add one meanwhile
            if known[0] == digest:
                return Snapshot(*known)
        plain = self.listings.get(digest)
        return None if plain is None else Snapshot(*plain)

    def input(self, identity: str) -> Snapshot | None:
        """What the input tree held when it was last looked at; the caller looks at it now."""
        self._seen.add(identity)
        plain = self.inputs.get(identity)
        return None if plain is None else Snapshot(*plain)

    def set_input(self, identity: str, snapshot: Snapshot) -> None:
        """`snapshot` is what the input tree holds now; the older one stays as long as a record names it."""
        self._seen.add(identity)
        old = self.inputs.get(identity)
        if old is not None and old[0] != snapshot.digest:
            self.listings[old[0]] = old
        self.inputs[identity] = tuple(snapshot)
        self.changed = True

    def set_plan(self, request: str, plan: tuple[Any, ...]) -> None:
        """Keep the plan of a request; the oldest of too many goes."""
        self.plans.pop(request, None)
        self.plans[request] = plan
        while len(self.plans) > _PLANS_KEPT:
            self.plans.pop(next(iter(self.plans)))
        self.changed = True

    def forget_plan(self, request: str) -> None:
        """The plan of a request can no longer be relied on."""
        if self.plans.pop(request, None) is not None:
            self.changed = True

    def save(self, directory: str) -> None:
        """Write the trace if anything in it changed, by temporary file and rename.

        Raises:
            OSError: when it cannot be written.
        """
        if not self.changed:
            return
        named = {row[2] for plain in self._targets.values() for row in plain[1]}
        content = {
            "plans": self.plans,
            "outputs": {request: known for request, known in self.outputs.items() if request in self.plans},
            "inputs": {at: known for at, known in self.inputs.items() if at in self._seen or known[0] in named},
            "listings": _only(self.listings, named),
            "files": _newest(self.files),
            "makefiles": _newest(self.makefiles),
            "tools": self.tools,
            "seconds": self.seconds,
            "memory_bytes": self.memory_bytes,
            "differing": _newest(self.differing),
            "targets": self._targets,
        }
        payload = marshal.dumps(content)
        path = os.path.join(directory, _FILE)
        temporary = f"{path}.new"  # the project's lock is held: nobody else writes it
        try:
            with open(temporary, "wb") as file:
                file.write(_HEADER + xxhash.xxh3_128_digest(payload) + payload)
            os.replace(temporary, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        self.changed = False


@contextlib.contextmanager
def forgotten_after_a_bug(directory: str) -> Iterator[None]:
    """Remove the trace when the block ends with an error that is nobody's but ours, which it may have brought about."""
    try:
        yield
    except (BuildError, OSError):
        raise
    except Exception:
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(directory, _FILE))
        raise


def _is_tables(content: object) -> bool:
    return isinstance(content, dict) and all(isinstance(table, dict) for table in content.values())


def _newest(facts: dict[str, Fact]) -> dict[str, Fact]:
    """The facts noted last: those that hold no longer are never asked for again, and old ones are found again."""
    return dict(list(facts.items())[-_FACTS_KEPT:])


def _only(listings: dict[str, tuple[Any, ...]], digests: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    wanted = set(digests)
    return {digest: plain for digest, plain in listings.items() if digest in wanted}


def load(directory: str) -> Trace:
    """The trace kept in `directory`; an empty one where there is none that can be used."""
    try:
        with open(os.path.join(directory, _FILE), "rb") as file:
            data = file.read()
    except OSError:
        return Trace()
    start = len(_HEADER) + _CHECKSUM_BYTES
    if not data.startswith(_HEADER) or xxhash.xxh3_128_digest(memoryview(data)[start:]) != data[len(_HEADER) : start]:
        return Trace()
    collecting = gc.isenabled()
    gc.disable()  # loading makes many tuples and no garbage; collections in between cost seven times the loading
    try:
        content = marshal.loads(memoryview(data)[start:])
        return Trace(content) if _is_tables(content) else Trace()
    except (EOFError, MemoryError, TypeError, ValueError):  # bytes that no trace has, though the checksum holds
        return Trace()
    finally:
        if collecting:
            gc.freeze()  # nor does any later collection find garbage among them
            gc.enable()
