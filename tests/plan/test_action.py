from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputError
from engine.plan.action import checkout_root
from engine.plan.manifest import reasons
from tests.plan.world import World

Edit = Callable[[World], object]


def chmod(name: str, mode: int) -> Edit:
    return lambda world: (world.root / name).chmod(mode)


def write(name: str, text: str) -> Edit:
    return lambda world: world.write(name, text)


def environ(**variables: str) -> Edit:
    return lambda world: world.environ.update(variables)


def declare(**properties: Any) -> Edit:
    return lambda world: world.declare(**properties)


def setting(name: str, value: object) -> Edit:
    return lambda world: setattr(world, name, value)


def retarget(**fields: Any) -> Edit:
    return lambda world: setattr(world, "target", world.target._replace(**fields))


def work_in(name: str) -> Edit:
    return lambda world: retarget(working_dir=str(world.root / name))(world)


def makefile_at(name: str) -> Edit:
    return lambda world: retarget(makefile=str(world.root / name))(world)


def touch_everything(world: World) -> None:
    for path in [world.root, *world.root.rglob("*")]:
        os.utime(path, ns=(1_000_000_000, 1_234_567_891_000_000_000))


def both(*edits: Edit) -> Edit:
    return lambda world: [edit(world) for edit in edits]


def nothing(world: World) -> None:
    pass


CHANGING: dict[str, tuple[Edit, Edit, str]] = {
    "bytes": (nothing, write("src/app.py", "print('hullo')\n"), "app.py changed"),
    "execution bit": (nothing, chmod("src/run.sh", 0o755), "run.sh changed its mode"),
    "mode 0600": (nothing, chmod("src/app.py", 0o600), "app.py changed its mode"),
    "mode of a folder": (nothing, chmod("src/lib", 0o700), "a folder or its mode changed"),
    "added file": (nothing, write("src/new.py", ""), "new.py added"),
    "hidden file": (nothing, write("src/.env", "A=1\n"), ".env added"),
    "removed file": (nothing, lambda w: (w.root / "src/app.py").unlink(), "app.py removed"),
    "renamed file": (nothing, lambda w: (w.root / "src/app.py").rename(w.root / "src/ap.py"), "ap.py added"),
    "empty folder": (nothing, lambda w: (w.root / "src/empty").mkdir(), "a folder or its mode changed"),
    "no source directory": (nothing, retarget(code_dir="/nonexistent"), "the source directory changed"),
    "Makefile": (nothing, lambda w: w.write("src/Makefile", "build-Fn:\n"), "Makefile changed"),
    "included inside": (nothing, write("src/inner.mk", "INNER = 2\n"), "inner.mk changed"),
    "included outside": (nothing, write("outer.mk", "OUTER = 2\n"), "outer.mk changed"),
    "included by wildcard": (nothing, write("parts/one.mk", "ONE = 2\n"), "parts/one.mk changed"),
    "optional include appears": (nothing, write("optional.mk", ""), "optional.mk is now read"),
    "wildcard finds one more": (nothing, write("parts/two.mk", "TWO = 2\n"), "parts/two.mk is now read"),
    "makefile by ContextPath": (
        both(write("context/Makefile", "build-Fn:\n"), makefile_at("context/Makefile")),
        write("context/Makefile", "build-Fn:\n\ttrue\n"),
        "context/Makefile changed",
    ),
    "another makefile": (nothing, both(write("own.mk", ""), makefile_at("own.mk")), "the make command changed"),
    "make target": (nothing, retarget(make_target="build-Other"), "the make command changed"),
    "input": (declare(inputs=("shared/**/*.py",)), write("shared/deep/b.py", "B = 2\n"), "deep/b.py changed"),
    "added input": (declare(inputs=("shared/*.py",)), write("shared/c.py", ""), "c.py added"),
    "removed input": (declare(inputs=("shared",)), lambda w: (w.root / "shared/a.py").unlink(), "a.py removed"),
    "input appears": (declare(inputs=("later/*.txt",)), write("later/a.txt", ""), "input later/*.txt changed"),
    "input is declared": (nothing, declare(inputs=("shared",)), "input shared changed"),
    "ignored file": (nothing, declare(ignore=("app.py",)), "app.py removed"),
    "ignored by .samignore": (
        write("src/.samignore", "a\n"),
        write("src/.samignore", "a\nlib/\n"),
        "lib/data.txt removed",
    ),
    "working directory": (nothing, work_in("src/lib"), "WorkingDirectory changed"),
    "file in a working directory outside": (work_in("shared"), write("shared/a.py", ""), "a.py changed"),
    "variable that the Makefile names": (environ(NAMED="1"), environ(NAMED="2"), "variable NAMED changed"),
    "variable that appears": (nothing, environ(NAMED=""), "variable NAMED is set now"),
    "variable that goes": (environ(NAMED=""), lambda w: w.environ.clear(), "variable NAMED is no longer set"),
    "variable named inside": (environ(IN_INNER="1"), environ(IN_INNER="2"), "variable IN_INNER changed"),
    "variable named outside": (environ(IN_OUTER="1"), environ(IN_OUTER="2"), "variable IN_OUTER changed"),
    "variable of a computed name": (environ(prod_URL="1"), environ(prod_URL="2"), "variable prod_URL changed"),
    "declared variable": (
        both(declare(environment=("MY_*",)), environ(MY_FLAG="1")),
        environ(MY_FLAG="2"),
        "variable MY_FLAG changed",
    ),
    "toolchain variable": (nothing, environ(RUSTFLAGS="-O"), "variable RUSTFLAGS is set now"),
    "tool": (
        declare(tools=("cc --version",)),
        setting("tool_output", lambda command: "another"),
        "the output of `cc --version` changed",
    ),
    "platform": (nothing, setting("platform", "Linux-aarch64"), "the platform changed"),
    "make": (nothing, setting("make_version", "GNU Make 4.4"), "the version of make changed"),
    "dependency": (
        setting("dependencies", {"Layer": "1"}),
        setting("dependencies", {"Layer": "2"}),
        "dependency Layer changed",
    ),
    "in source": (nothing, setting("in_source", True), "--build-in-source changed"),
}

NEUTRAL: dict[str, tuple[Edit, Edit]] = {
    "nothing": (nothing, nothing),
    "times": (nothing, touch_everything),
    "umask of the checkout": (nothing, both(chmod("src/app.py", 0o664), chmod("src/lib", 0o777))),
    "the same bytes again": (nothing, write("src/app.py", "print('hello')\n")),
    "jobs and an outer make": (
        nothing,
        environ(MAKEFLAGS=" -j8 --jobserver-auth=3,4", MFLAGS="-j", MAKELEVEL="2", GNUMAKEFLAGS="-s", SHLVL="3", _="x"),
    ),
    "ARTIFACTS_DIR of the caller": (environ(ARTIFACTS_DIR="/a"), environ(ARTIFACTS_DIR="/b")),
    "unrelated variable": (nothing, environ(EDITOR="vi", MY_FLAG="2")),
    "variable that a comment names": (nothing, environ(SPOKEN_OF="1")),
    "where caches lie": (environ(PIP_CACHE_DIR="/a"), environ(PIP_CACHE_DIR="/b")),
    "properties that make never sees": (
        nothing,
        retarget(function_name="other", runtime="provided.al2", resource_id="other", layers=("Layer",)),
    ),
    "unrelated file": (
        declare(inputs=("shared/**/*.py",)),
        both(write("unrelated/c.py", ""), write("shared/n.md", "")),
    ),
    "ignored file": (declare(ignore=("*.log",)), write("src/lib/a.log", "x")),
    "what sam leaves out": (nothing, both(write("src/lib/.git/HEAD", ""), write("src/.aws-sam/build/x", ""))),
    "folder beside inputs": (declare(inputs=("shared/**/*.py",)), lambda w: (w.root / "shared/empty").mkdir()),
    "order of inputs": (declare(inputs=("shared", "unrelated")), declare(inputs=("unrelated", "shared"))),
    "order of dependencies": (
        setting("dependencies", {"A": "1", "B": "2"}),
        setting("dependencies", {"B": "2", "A": "1"}),
    ),
    "declared globs that match nothing": (nothing, declare(environment=("NOT_SET_*",))),
}


@pytest.mark.parametrize("name", CHANGING)
def test_what_make_can_see_changes_the_key_and_says_why(world: World, name: str) -> None:
    prepare, edit, reason = CHANGING[name]
    prepare(world)
    before, key = world.action(), world.key()
    edit(world)
    after = world.action()
    assert world.key() != key
    assert reason in reasons(before.manifest, after.manifest, world.trace.listing)


@pytest.mark.parametrize("name", NEUTRAL)
def test_what_make_cannot_see_leaves_the_key(world: World, name: str) -> None:
    prepare, edit = NEUTRAL[name]
    prepare(world)
    key = world.key()
    edit(world)
    assert world.key() == key


@pytest.mark.parametrize("name", CHANGING)
def test_what_is_undone_has_the_old_key(world: World, tmp_path: Path, name: str) -> None:
    prepare, edit, _ = CHANGING[name]
    prepare(world)
    pristine = world.copy_to(tmp_path / "pristine")
    pristine.dependencies, pristine.tool_output = world.dependencies, world.tool_output
    key = world.key()
    edit(world)
    assert world.key() != key
    assert pristine.key() == key


@pytest.mark.parametrize("folder", [None, "src/lib", "shared", "."])
def test_a_checkout_elsewhere_has_the_same_key(world: World, tmp_path: Path, folder: str | None) -> None:
    if folder is not None:
        world.target = world.target._replace(working_dir=os.path.normpath(world.root / folder))
        if folder != "src/lib":
            world.write("inner.mk", "")
            world.write("shared/inner.mk", "")
    world.environ["NAMED"] = f"-L{world.root}/lib:{world.root}"
    other = world.copy_to(tmp_path / "a-much-longer" / "path")
    other.environ["NAMED"] = f"-L{other.root}/lib:{other.root}"
    assert other.key() == world.key()


def test_values_of_variables_are_in_no_row(world: World) -> None:
    world.environ["NAMED"] = "a secret"
    assert not any("secret" in field for row in world.action().manifest for field in row)


def test_an_absolute_input_counts(world: World, tmp_path: Path) -> None:
    header = tmp_path / "usr include" / "x.h"
    header.parent.mkdir()
    header.write_text("1")
    world.declare(inputs=(str(header),))
    key = world.key()
    header.write_text("2")
    assert world.key() != key


def test_names_that_are_no_text_count(world: World) -> None:
    names = [b"\xff\xfe", b"new\nline", b"n" * 255, b" ", b"-rf", b"$(shell id)"]
    keys = {world.key()}
    for name in names:
        with open(os.fsencode(world.root / "src") + b"/" + name, "wb"):
            keys.add(world.key())
    assert len(keys) == 1 + len(names)


def test_the_goal_decides_what_is_included(world: World) -> None:
    world.write("src/Makefile", "include $(MAKECMDGOALS:build-%=../%.mk)\n")
    world.target = world.target._replace(working_dir=str(world.root / "src/lib"))
    world.write("src/Fn.mk", "# $(OF_FN)\nX = $(OF_FN)\n")
    world.write("src/Other.mk", "X = 1\n")
    world.environ["OF_FN"] = "1"
    key = world.key()
    world.environ["OF_FN"] = "2"
    assert world.key() != key
    world.target = world.target._replace(make_target="build-Other")
    key = world.key()
    world.environ["OF_FN"] = "3"
    assert world.key() == key


def test_missing_makefile_names_the_near_one(world: World) -> None:
    (world.root / "src/Makefile").rename(world.root / "src/makefile")
    with pytest.raises(InputError, match=r"Makefile not found at .*/src/Makefile") as caught:
        world.action()
    assert caught.value.hint == "found makefile there: sam reads only the name Makefile; rename it"


@pytest.mark.parametrize("kind", ["directory", "fifo"])
def test_a_makefile_that_is_no_file_is_missing(world: World, kind: str) -> None:
    (world.root / "src/Makefile").unlink()
    if kind == "fifo":
        world.declare(ignore=("Makefile",))
        os.mkfifo(world.root / "src/Makefile")
    else:
        (world.root / "src/Makefile").mkdir()
    with pytest.raises(InputError, match="Makefile not found"):
        world.action()


def test_a_dangling_link_is_one_clear_error(world: World) -> None:
    (world.root / "src/link").symlink_to("nowhere")
    with pytest.raises(InputError, match=r"CopySource - .*/src/link is a symbolic link that points to nothing"):
        world.action()
    world.declare(ignore=("link",))
    world.action()


def test_a_pattern_that_means_nothing_is_named_with_its_line(world: World) -> None:
    world.write("src/.samignore", "ok\n!\n")
    with pytest.raises(InputError, match="has a file pattern that cannot be used: !") as caught:
        world.action()
    assert ("pattern in", f"{world.root}/src/.samignore:2") in caught.value.rows


def test_checkout_root_is_the_nearest_git_folder(tmp_path: Path) -> None:
    project = tmp_path / "a" / "b"
    project.mkdir(parents=True)
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    assert checkout_root(str(project)) == str(tmp_path)
    (project / ".git").mkdir()
    assert checkout_root(str(project)) == str(project)
    assert checkout_root("/") == "/"
