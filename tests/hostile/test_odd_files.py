"""FIFOs, links, sockets and directories where files of the store or of the project's state belong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cache.check import check
from cache.digest import EMPTY, digest_bytes
from cache.disk import DiskStore
from cache.eviction import collect
from engine.errors import BuildError
from tests.build.project import BUILT, RESTORED, UP_TO_DATE, function, template
from tests.hostile.forge import APP, ARTIFACT, Forge
from tests.hostile.odd_files import OddFile

pytestmark = pytest.mark.usefixtures("_no_hang")

ENTRIES: dict[str, Callable[[Forge], Path]] = {
    "a result": lambda forge: forge.result_path,
    "a tree": lambda forge: forge.blob_path(forge.tree_digest),
    "a file": lambda forge: forge.blob_path(digest_bytes(APP)),
    "a log": lambda forge: forge.blob_path(forge.log_digest),
}


def put(forge: Forge, path: Path, odd: OddFile) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    odd.make(path, forge.outside / "file")


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_what_is_no_file_is_no_entry(forge: Forge, entry: Callable[[Forge], Path], odd: OddFile) -> None:
    path = entry(forge)
    put(forge, path, odd)
    forge.assert_refused(path.name)


def test_an_empty_file_is_as_empty_whatever_lies_there(forge: Forge, odd: OddFile) -> None:
    """A FIFO that nobody writes into has the very content."""
    path = forge.blob_path(EMPTY)
    put(forge, path, odd)
    forge.assert_harmless() if odd.name == "a FIFO" else forge.assert_refused(path.name)


def test_a_link_to_the_very_content_is_no_entry(forge: Forge) -> None:
    path = forge.blob_path(digest_bytes(APP))
    path.unlink()
    path.symlink_to(forge.project.root / "src" / "app.py")
    forge.assert_refused(path.name)


def test_the_store_is_verified_and_collected_beside_what_is_no_file(forge: Forge, odd: OddFile) -> None:
    paths = [*[entry(forge) for entry in ENTRIES.values()], forge.blob_path(EMPTY)]
    for path in paths:
        put(forge, path, odd)
    found = {finding.path: finding.problem for finding in check(forge.store).findings}
    assert {path: odd.said in found[str(path)] for path in paths} == dict.fromkeys(paths, True)
    collect(forge.store, 10**9)
    check(forge.store, repair=True)
    assert check(forge.store).findings == ()
    forge.assert_outside_untouched()
    assert forge.build() == BUILT


@pytest.mark.parametrize("link_mode", ["hardlink", "symlink"])
def test_what_links_lead_to_is_made_anew(forge: Forge, odd: OddFile, link_mode: str) -> None:
    """The pool of hard links and the shared directories."""
    shutil.rmtree(forge.project.root / ".aws-sam")
    assert forge.project.build(link_mode=link_mode) == {"Fn": RESTORED}
    pool = [path for path in (forge.project.store / "links").rglob("*") if path.is_file()]
    shared = list((forge.project.store / "trees").glob("*"))
    assert pool or shared
    for path in pool + shared:
        put(forge, path, odd)
    collect(forge.store, 10**9)
    shutil.rmtree(forge.project.root / ".aws-sam")
    assert forge.project.build(link_mode=link_mode) == {"Fn": RESTORED}
    forge.assert_right()


PARTS = (
    "version",
    "CACHEDIR.TAG",
    "tmp",
    "ac",
    "cas",
    "leases",
    "leases/1-x",
    "size-estimate",
    "collection-lock",
    "cas/{}",
)


@pytest.mark.parametrize("part", PARTS)
def test_a_store_whose_parts_are_odd_is_used_or_done_without(forge: Forge, part: str, odd: OddFile) -> None:
    put(forge, forge.project.store / part.format(digest_bytes(APP).hash[:2]), odd)
    assert forge.build() in (BUILT, RESTORED)
    assert len(forge.project.warnings) <= 2
    assert all(str(forge.project.store) in warning for warning in forge.project.warnings)
    assert forge.project.tree("Fn") == ARTIFACT
    if odd.name != "a link to a folder outside":  # by which the store's owner moved a part of it
        forge.assert_outside_untouched()
    assert forge.project.build() == {"Fn": UP_TO_DATE}


BUILD = ("template.yaml", "template.yaml.new", "Fn", "Fn/app.py", "../build.toml", "../build.toml.new")


@pytest.mark.parametrize("part", BUILD)
def test_a_build_directory_that_is_odd_is_put_right(forge: Forge, part: str, odd: OddFile) -> None:
    put(forge, forge.project.build_dir / part, odd)
    forge.project.write({"template.yaml": template(Fn=function(properties="MemorySize: 256"))})
    forge.settle()
    assert forge.project.build()["Fn"] in (UP_TO_DATE, RESTORED, BUILT)
    assert forge.project.tree("Fn") == ARTIFACT
    assert "256" in (forge.project.build_dir / "template.yaml").read_text()
    forge.assert_outside_untouched()
    assert forge.project.build() == {"Fn": UP_TO_DATE}


STATE = (
    "trace-v1",
    "trace-v1.new",
    "lock",
    "children",
    "logs",
    "logs/Fn.log",
    "logs/Fn.log.new",
    "aside",
    "aside/Fn",
    "staging",
    "trash",
    "templates",
    "written",
)


@pytest.mark.parametrize("part", STATE)
def test_state_that_is_odd_is_made_anew_or_one_clear_error(forge: Forge, part: str, odd: OddFile) -> None:
    put(forge, forge.project.state_dir / part, odd)
    forge.project.write({"src/app.py": "print('two')\n"})
    forge.settle()
    try:
        assert forge.project.build()["Fn"] == BUILT
    except BuildError as error:
        told = " ".join([error.message, *[value for _, value in error.rows]])
        assert str(forge.project.state_dir) in told
    else:
        assert forge.project.artifact("Fn").joinpath("app.py").read_bytes() == b"print('two')\n"
        shutil.rmtree(forge.project.build_dir)
        assert forge.project.build()["Fn"] in (RESTORED, BUILT)
    forge.assert_outside_untouched()
    assert DiskStore(str(forge.project.store)).get(forge.key) is not None
