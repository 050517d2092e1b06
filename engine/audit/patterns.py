"""Globs of `Inputs` for files: exact paths for a few, a glob where there are many or where names were listed.

The patterns are those of `engine.plan.scan`: relative to the template's folder, or absolute; up to the first part with
one of `*?[` they are taken as they stand, from there on as in a .gitignore.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from engine.audit.coverage import is_within
from engine.audit.findings import FileFinding, How

_MANY = 4
"""So many files of one kind in a folder are a glob."""

_SPECIAL = re.compile(r"([\\*?\[])")
_UNSAYABLE = re.compile("[\ud800-\udfff]")
_WILD = frozenset("*?[")


def globs(found: Iterable[FileFinding], base: str, checkout: str) -> tuple[str, ...]:
    """The fewest globs that declare the files `found`; `base` is the template's folder."""
    listed: dict[str, tuple[str, ...]] = {}
    files: dict[str, bool] = {}
    for one in found:
        if one.how is How.LISTED:
            listed[one.path] = one.by
        else:
            files[one.path] = one.how is not How.ABSENT
    patterns = list(_of_listings(listed, files))
    left = [path for path in files if not any(_is_matched(path, folder, name) for folder, name in patterns)]
    patterns += _of_files([path for path in left if files[path]])
    patterns += [(os.path.dirname(path), _literal(os.path.basename(path))) for path in left if not files[path]]
    return tuple(sorted({_written(folder, name, base, checkout) for folder, name in patterns}))


def _of_listings(listed: dict[str, tuple[str, ...]], files: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
    """(folder, glob) for each folder whose names were read, or once for all of a tree that was walked."""
    tops = [folder for folder in listed if os.path.dirname(folder) not in listed]
    present = [path for path, is_there in files.items() if is_there]
    for top in tops:
        below = [path for path in present if is_within(path, top)]
        walked = any(folder != top and is_within(folder, top) for folder in listed)
        here = below if walked else [path for path in below if os.path.dirname(path) == top]
        yield from ((top, f"**/{kind}" if walked else kind) for kind in _kinds(here, listed[top]))


def _kinds(files: list[str], by: tuple[str, ...]) -> list[str]:
    """The globs of names that are like those of `files`.

    Python lists a folder to find modules in it; of others that read files of several kinds, any new name may be read.
    """
    endings = {os.path.splitext(path)[1] for path in files}
    if all(name.startswith("python") for name in by):
        endings.add(".py")
    elif len(endings) != 1:
        endings = {""}
    return [f"*{_literal(ending)}" for ending in sorted(endings if "" not in endings else {""})]


def _of_files(paths: list[str]) -> Iterator[tuple[str, str]]:
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in paths:
        alike[os.path.dirname(path), os.path.splitext(path)[1]].append(path)
    for (folder, ending), group in alike.items():
        if len(group) >= _MANY and ending:
            yield folder, f"*{_literal(ending)}"
        else:
            yield from ((folder, _literal(os.path.basename(path))) for path in group)


def _is_matched(path: str, folder: str, name: str) -> bool:
    ending = name.removeprefix("**/").removeprefix("*").replace("\\", "")
    if name.startswith("**/"):
        return is_within(path, folder) and path.endswith(ending)
    return os.path.dirname(path) == folder and path.endswith(ending)


def _literal(name: str) -> str:
    """A name such that it means itself, as far as YAML can say it: a byte that is not UTF-8 becomes `?`."""
    escaped = _UNSAYABLE.sub("?", _SPECIAL.sub(r"\\\1", name))
    return escaped[:-1] + "\\ " if escaped.endswith(" ") else escaped


def _written(folder: str, name: str, base: str, checkout: str) -> str:
    """The whole pattern; the folder is taken literally up to its first part that cannot be."""
    inside = is_within(folder, checkout) or is_within(folder, base)
    where = os.path.relpath(folder, base) if inside else folder
    parts = [] if where == "." else where.split("/")
    wild = False
    for index, part in enumerate(parts):
        wild = wild or not _WILD.isdisjoint(part) or _UNSAYABLE.search(part) is not None
        parts[index] = _literal(part) if wild else part
    return "/".join([*parts, name])
