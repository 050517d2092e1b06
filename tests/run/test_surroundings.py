from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.run.mounts import Kind, Mounts
from engine.run.surroundings import (
    hidden_programs,
    home_of,
    named_files,
    show_programs,
    temporary_folders,
    writable_caches,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Folders that are no links."""
    for name in ("home", "checkout/app", "temporary", "opt"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def way(mounts: Mounts, path: Path) -> Kind:
    (kind,) = mounts.ways(str(path))
    return kind


def test_the_home_is_writable_and_what_is_not_named_is_not(root: Path) -> None:
    mounts = Mounts()
    writable_caches(mounts, {"HOME": f"{root}/home", "EDITOR": f"{root}/opt"}, ())
    assert way(mounts, root / "home/.npm/_cacache") is Kind.WRITE
    assert way(mounts, root / "opt") is Kind.READ


@pytest.mark.parametrize("name", ["CARGO_HOME", "PIP_CACHE_DIR", "GOPATH", "XDG_CACHE_HOME", "npm_config_cache"])
def test_caches_that_variables_name_are_writable_and_made(root: Path, name: str) -> None:
    mounts = Mounts()
    writable_caches(mounts, {"HOME": f"{root}/home", name: f"{root}/opt/new/cache"}, ())
    assert way(mounts, root / "opt/new/cache") is Kind.WRITE
    assert (root / "opt/new/cache").is_dir()


def test_every_folder_of_a_list_counts_and_relative_ones_do_not(root: Path) -> None:
    mounts = Mounts()
    writable_caches(mounts, {"HOME": f"{root}/home", "GOPATH": f"{root}/one:{root}/two:three:"}, ())
    assert way(mounts, root / "one") is way(mounts, root / "two") is Kind.WRITE
    assert not Path("three").exists()


def test_nothing_of_the_engines_own_is_a_cache(root: Path) -> None:
    mounts = Mounts()
    environ = {"HOME": f"{root}/home", "A_CACHE_DIR": f"{root}/opt/build/Other", "B_CACHE_DIR": f"{root}/opt/build"}
    writable_caches(mounts, environ, (f"{root}/opt/build",))
    assert way(mounts, root / "opt/build/Other") is Kind.READ
    assert not (root / "opt/build").exists()


@pytest.mark.parametrize("home", ["/", "/nonexistent"])
def test_a_home_that_is_none_makes_nothing_writable(root: Path, home: str) -> None:
    mounts = Mounts()
    writable_caches(mounts, {"HOME": home, "XDG_CACHE_HOME": "/"}, ())
    assert home_of({"HOME": home}) is None
    assert way(mounts, root) is Kind.READ


def test_temporary_folders_are_the_usual_ones_and_what_variables_name(root: Path) -> None:
    (root / "link").symlink_to("temporary")
    found = temporary_folders({"TMPDIR": f"{root}/link", "TMP": f"{root}/gone", "TEMP": "/"})
    assert set(found) == {os.path.realpath("/tmp"), os.path.realpath("/var/tmp"), f"{root}/temporary"}


def test_programs_of_the_checkout_are_shown_with_what_belongs_to_them(root: Path) -> None:
    for name in (".venv/bin", "node_modules/.bin", "tools", "bin"):
        (root / "checkout" / name).mkdir(parents=True)
    (root / "opt/linked").symlink_to(root / "opt")
    (root / "checkout/linked").symlink_to(root / "opt/linked")
    mounts = Mounts()
    mounts.hide(f"{root}/checkout")
    folders = [".venv/bin", "node_modules/.bin", "tools", "bin", "gone", "linked"]
    path = ":".join([*(f"{root}/checkout/{name}" for name in folders), "bin", ""])
    found = hidden_programs(mounts, {"PATH": path})
    assert found == tuple(f"{root}/checkout/{name}" for name in folders if name != "gone")
    show_programs(mounts, found, (f"{root}/checkout",))
    shown = (".venv/lib", ".venv/bin", "node_modules/x", "tools/t", "bin/t")
    assert {name: way(mounts, root / "checkout" / name) for name in shown} == dict.fromkeys(shown, Kind.READ)
    for name in ("app", "gone", "lib"):
        assert way(mounts, root / "checkout" / name) is Kind.HIDDEN
    assert f"{root}/checkout/linked" in mounts.arguments()


def test_a_bin_beside_sources_is_shown_alone(root: Path) -> None:
    (root / "checkout/app/bin").mkdir()
    mounts = Mounts()
    mounts.hide(f"{root}/checkout")
    show_programs(mounts, (f"{root}/checkout/app/bin",), (f"{root}/checkout", f"{root}/checkout/app/fn"))
    assert way(mounts, root / "checkout/app/bin") is Kind.READ
    assert way(mounts, root / "checkout/app/other") is Kind.HIDDEN


def test_files_that_variables_name_among_temporary_ones_are_shown(root: Path) -> None:
    (root / "temporary/agent").write_text("")
    (root / "temporary/link").symlink_to(root / "opt")
    (root / "temporary/in").symlink_to(root / "checkout")
    mounts = Mounts()
    mounts.hide(f"{root}/checkout")
    mounts.show(f"{root}/temporary", Kind.PRIVATE, f"{root}/opt")
    names = ("temporary/agent", "temporary/link", "temporary/gone", "temporary/in", "temporary", "checkout/app")
    named_files(mounts, {name: f"{root}/{name}" for name in names} | {"relative": "temporary/other"})
    assert way(mounts, root / "temporary/agent") is Kind.READ
    assert f"{root}/temporary/link" in mounts.arguments()
    assert way(mounts, root / "temporary/gone") is way(mounts, root / "temporary") is Kind.PRIVATE
    assert way(mounts, root / "checkout/app") is Kind.HIDDEN
