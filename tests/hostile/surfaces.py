"""What reads bytes that others wrote: one function for each kind of file, as a build calls it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import NamedTuple

import click
import xxhash

from cache.errors import CacheError
from cache.remove import remove_tree
from cache.walk import UnreadableEntry
from engine.errors import BuildError
from engine.plan.scan import BadPattern
from tests.hostile import seeds
from tests.hostile.mutation import mutant, reworked

ALLOWED = (BuildError, CacheError, BadPattern, UnreadableEntry, click.ClickException)
"""What a reader may raise: each is told as one error or warning."""


class Surface(NamedTuple):
    """One kind of file."""

    seeds: Callable[[], tuple[bytes, ...]]
    """Real ones."""
    mutate: Callable[[bytes, Random], bytes]
    """Another one, made of a real one."""
    read: Callable[[bytes, Path], None]
    """Reads such a file, in a folder of its own, as a build does; raises nothing but what is ALLOWED."""


def _mutated_template(seed: bytes, chance: Random) -> bytes:
    from engine.sam.cfn_yaml import DocumentError
    from engine.sam.document import parse

    with suppress(DocumentError, TypeError, ValueError):
        if chance.random() < 0.5:
            document = reworked(parse(seed), chance)
            if isinstance(document, dict) and chance.random() < 0.5:
                document["Transform"] = ["AWS::LanguageExtensions"]
            return json.dumps(document, indent=chance.choice((None, 1))).encode()
    return mutant(seed, seeds.templates(), chance)


def read_template(data: bytes, folder: Path) -> None:
    """Plan an application with loops and without, keep the plan, take it from the trace, render the output."""
    (folder / "template.yaml").write_bytes(data)
    for language_extensions in (False, True):
        with suppress(*ALLOWED):
            _plan(folder, language_extensions)


def _plan(folder: Path, language_extensions: bool) -> None:
    from engine.build.options import BuildOptions
    from engine.build.template import Templates
    from engine.plan.trace import Trace, load

    options = BuildOptions(
        template=str(folder / "template.yaml"),
        cwd=str(folder),
        build_dir=str(folder / "build"),
        cache_dir=str(folder / "store"),
        language_extensions=language_extensions,
        parameter_overrides=(("Stage", "production"),),
    )
    trace = Trace()
    templates = Templates(options, trace, 1 << 62)
    planned = templates.plan()
    application = templates.application()
    application.render({target.full_path: f"{folder}/build/{target.full_path}" for target in planned.targets})
    application.build_toml()
    trace.save(str(folder))
    assert Templates(options, load(str(folder)), 1 << 62).plan() == planned


def _mutated_toml(seed: bytes, chance: Random) -> bytes:
    return mutant(seed, seeds.configurations(".toml"), chance)


def _mutated_yaml(seed: bytes, chance: Random) -> bytes:
    from engine.sam.cfn_yaml import DocumentError, parse_yaml

    with suppress(DocumentError, TypeError, ValueError):
        if chance.random() < 0.5:
            return json.dumps(reworked(parse_yaml(seed.decode()), chance), default=str).encode()
    return mutant(seed, seeds.configurations(".yaml"), chance)


def _reads_configuration(name: str) -> Callable[[bytes, Path], None]:
    def read(data: bytes, folder: Path) -> None:
        """The settings of a whole command line."""
        from engine.cli.build import build_command
        from engine.cli.settings import resolve_settings

        (folder / name).write_bytes(data)
        with suppress(*ALLOWED):
            context = build_command.make_context("build", ["--template", str(folder / "template.yaml"), "-x", "A"])
            resolve_settings(context, {"HOME": str(folder)}, str(folder))

    return read


def _mutated_overrides(seed: bytes, chance: Random) -> bytes:
    return mutant(seed, tuple(seeds.OVERRIDES.values()), chance)


def read_overrides(data: bytes, folder: Path) -> None:
    """The bytes as a file of each kind, and as text on the command line."""
    from engine.sam.parameters import parse_parameter_overrides

    (folder / "more.json").write_bytes(b"{}")
    for suffix in seeds.OVERRIDES:
        (folder / f"given{suffix}").write_bytes(data)
        with suppress(*ALLOWED):
            parse_parameter_overrides(f"file://given{suffix}", str(folder))
    with suppress(*ALLOWED):
        parse_parameter_overrides(os.fsdecode(data), str(folder))


def _mutated_ignores(seed: bytes, chance: Random) -> bytes:
    return mutant(seed, seeds.IGNORE_FILES, chance)


def read_ignores(data: bytes, folder: Path) -> None:
    """Scan a code directory with this `.samignore`."""
    from engine.plan.scan import Scanner
    from engine.plan.trace import Trace

    for name in ("app.py", "target/x.o", "a/b/cache/c d.md", "build"):
        (folder / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "src" / name).touch()
    (folder / "src" / ".samignore").write_bytes(data)
    with suppress(*ALLOWED):
        Scanner(Trace(), 0, ()).tree(str(folder / "src"))


def _mutated_message(seed: bytes, chance: Random) -> bytes:
    return mutant(seed, seeds.messages(), chance)


def read_messages(data: bytes, folder: Path) -> None:
    """The bytes as a result in a store, as a tree in a result, and as any message; restored where they are sound."""
    from cache.disk import DiskStore
    from cache.materialise import materialise
    from cache.wire import ActionResult, OutputDirectory, decode_directory

    store = DiskStore(str(folder / "store"))
    for blob in seeds.BLOBS:
        store.put_bytes(blob)
    with suppress(*ALLOWED):
        decode_directory(data)
    store.put(seeds.KEY, ActionResult(output_directories=(OutputDirectory("", store.put_bytes(data)),)))
    forged = (Path(store.root) / "ac" / seeds.KEY[:2] / seeds.KEY).read_bytes()
    for content in (forged, data):
        (Path(store.root) / "ac" / seeds.KEY[:2] / seeds.KEY).write_bytes(content)
        result = store.get(seeds.KEY)
        for output in result.output_directories if result else ():
            tree = store.recall(output.tree_digest)
            assert tree is not None
            with suppress(*ALLOWED):
                materialise(tree, str(folder / "restored"), store)
                _assert_inside(folder / "restored")
                remove_tree(str(folder / "restored"))


def _assert_inside(root: Path) -> None:
    """No link of a restored directory leads out of it."""
    for path in root.rglob("*"):
        if path.is_symlink():
            try:
                real = path.resolve()
            except (OSError, RuntimeError):  # in a ring
                continue
            assert real == root.resolve() or root.resolve() in real.parents, f"{path} leads to {real}"


def _mutated_trace(seed: bytes, chance: Random) -> bytes:
    """Three of four with a checksum that holds."""
    start = seed.find(b"\n") + 17
    if chance.random() < 0.25 or start < 17:
        return mutant(seed, seeds.traces(), chance)
    payload = mutant(seed[start:], seeds.traces(), chance)
    return seed[: start - 16] + xxhash.xxh3_128_digest(payload) + payload


def read_trace(data: bytes, folder: Path) -> None:
    """Load a trace."""
    from engine.plan.trace import load

    (folder / "trace-v1").write_bytes(data)
    trace = load(str(folder))
    assert isinstance(trace.plans, dict)


SURFACES = {
    "templates": Surface(seeds.templates, _mutated_template, read_template),
    "samconfig.toml": Surface(
        lambda: seeds.configurations(".toml"), _mutated_toml, _reads_configuration("samconfig.toml")
    ),
    "samconfig.yaml": Surface(
        lambda: seeds.configurations(".yaml"), _mutated_yaml, _reads_configuration("samconfig.yaml")
    ),
    "parameter overrides": Surface(lambda: tuple(seeds.OVERRIDES.values()), _mutated_overrides, read_overrides),
    ".samignore": Surface(lambda: seeds.IGNORE_FILES, _mutated_ignores, read_ignores),
    "results and trees": Surface(seeds.messages, _mutated_message, read_messages),
    "traces": Surface(seeds.traces, _mutated_trace, read_trace),
}
"""Every kind of file, by name."""
