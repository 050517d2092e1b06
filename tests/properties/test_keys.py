"""Keys: the same things give the same key in any order and place, and every single thing matters."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cache import snapshot, walk
from cache.snapshot import Snapshot
from engine.plan.manifest import Row, key_of, manifest

ROWS = st.builds(Row, st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
ROW_LISTS = st.lists(ROWS, max_size=8)

NAMES = st.binary(min_size=1, max_size=6).filter(lambda name: name not in (b".", b"..") and not {0, 47} & set(name))
CONTENTS = st.tuples(st.binary(max_size=5), st.sampled_from([0o644, 0o755, 0o600]))
TREES = st.recursive(
    st.dictionaries(NAMES, CONTENTS, max_size=3),
    lambda below: st.dictionaries(NAMES, st.one_of(CONTENTS, below), max_size=3),
    max_leaves=6,
)
Tree = dict[bytes, "tuple[bytes, int] | Tree"]


def write(root: bytes, tree: Tree, names: Iterable[bytes]) -> None:
    os.mkdir(root, 0o755)
    for name in names:
        path, entry = os.path.join(root, name), tree[name]
        if isinstance(entry, dict):
            write(path, entry, reversed(entry))
            continue
        with open(path, "wb") as file:
            file.write(entry[0])
        os.chmod(path, entry[1])


def look(tree: Tree, *, backwards: bool = False, previous: Snapshot | None = None) -> Snapshot:
    """The snapshot of a tree that is written to disk, forwards or backwards."""
    folder = Path(tempfile.mkdtemp())
    try:
        root = folder / "root"
        write(os.fsencode(root), tree, reversed(tree) if backwards else tree)
        clock_ns = snapshot.filesystem_clock_ns(str(folder))
        return walk.take(str(root), clock_ns=clock_ns, follow=True, previous=previous)
    finally:
        shutil.rmtree(folder)


@settings(deadline=None)
@given(ROW_LISTS, st.data())
def test_the_order_of_rows_does_not_matter(rows: list[Row], data: st.DataObject) -> None:
    assert key_of(manifest(data.draw(st.permutations(rows)))) == key_of(manifest(rows))


@settings(deadline=None)
@given(ROW_LISTS, ROW_LISTS)
def test_keys_are_equal_for_equal_rows_only(one: list[Row], other: list[Row]) -> None:
    assert (key_of(manifest(one)) == key_of(manifest(other))) == (sorted(one) == sorted(other))


@settings(deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=8), st.data())
def test_every_field_of_every_row_matters(rows: list[Row], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(rows) - 1))
    field = data.draw(st.sampled_from(Row._fields))
    value = data.draw(st.text(max_size=8).filter(lambda text: text != getattr(rows[index], field)))
    edited = [*rows[:index], rows[index]._replace(**{field: value}), *rows[index + 1 :]]
    assert key_of(manifest(edited)) != key_of(manifest(rows))
    assert key_of(manifest([*rows[:index], *rows[index + 1 :]])) != key_of(manifest(rows))


@settings(deadline=None, max_examples=60)
@given(TREES)
def test_a_tree_has_one_digest_wherever_and_in_whatever_order_it_was_written(tree: Tree) -> None:
    first = look(tree)
    assert look(tree, backwards=True).digest == first.digest
    assert look(tree, previous=first).digest == first.digest


@settings(deadline=None, max_examples=60)
@given(TREES, TREES)
def test_trees_that_differ_have_different_digests(one: Tree, other: Tree) -> None:
    first = look(one)
    assert (look(other).digest == first.digest) == (one == other)
    assert look(other, previous=first).digest == look(other).digest
