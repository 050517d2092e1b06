"""Restoring many targets at once."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.run.cores import usable_cores
from engine.run.removal import remove_tree
from tests.build.project import BUILT, RESTORED, SKIPPED, UP_TO_DATE, Project, function, template

COUNT = 40
NAMES = [f"Fn{index:02}" for index in range(COUNT)]
MAKEFILE = "build-%:\n\tcp -r . $(ARTIFACTS_DIR)/ && echo made $@\n"


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Project]:
    """Forty functions, built, with the first as an input of the last."""
    project = Project(tmp_path / "many")
    last = function(NAMES[-1], metadata=f"BuildProperties:\n  DependsOn: [{NAMES[0]}]")
    bodies = {name: function(name) for name in NAMES[:-1]} | {NAMES[-1]: last}
    project.write({"template.yaml": template(**bodies)})
    for name in NAMES:
        project.write({f"{name}/Makefile": MAKEFILE, f"{name}/app.py": f"print('{name}')\n", f"{name}/lib/x": name})
    assert set(project.build().values()) == {BUILT}
    yield project
    assert not any(project.state_dir.glob("staging/*"))
    assert not any(project.state_dir.glob("trash/*"))


def trees(project: Project) -> dict[str, dict[str, bytes | str | None]]:
    return {name: project.tree(name) for name in NAMES}


@pytest.mark.parametrize("link_mode", ["clone", "copy", "hardlink", "symlink"])
def test_all_come_back_as_they_were(many: Project, link_mode: str) -> None:
    before = trees(many)
    shutil.rmtree(many.root / ".aws-sam")
    assert set(many.build(link_mode=link_mode).values()) == {RESTORED}
    assert trees(many) == before
    assert set(many.build(link_mode=link_mode).values()) == {UP_TO_DATE}


def test_each_says_why(many: Project) -> None:
    shutil.rmtree(many.artifact(NAMES[1]))
    (many.artifact(NAMES[2]) / "app.py").write_text("broken")
    shutil.rmtree(many.artifact(NAMES[5]))
    because = {row.target: row.because for row in many.outcome().results if row.because}
    assert because == {NAMES[1]: ("output missing",), NAMES[2]: ("output damaged",), NAMES[5]: ("output missing",)}


def test_a_damaged_blob_costs_one_target_a_run_and_one_warning(many: Project) -> None:
    before = trees(many)
    damaged = next(path for path in many.store.glob("cas/*/*") if path.read_bytes() == b"print('Fn07')\n")
    os.chmod(damaged, 0o644)
    damaged.write_bytes(b"print('evil')\n")
    shutil.rmtree(many.root / ".aws-sam")
    states = many.build()
    assert states == dict.fromkeys(NAMES, RESTORED) | {"Fn07": BUILT}
    assert trees(many) == before
    assert len(many.warnings) == 1
    assert damaged.name in many.warnings[0]
    shutil.rmtree(many.root / ".aws-sam")
    assert set(many.build().values()) == {RESTORED}


def test_only_what_the_store_has_is_restored(many: Project) -> None:
    results = sorted(many.store.glob("ac/*/*"))
    for path in results[:10]:
        path.unlink()
    before = trees(many)
    shutil.rmtree(many.root / ".aws-sam")
    states = list(many.build().values())
    assert states.count(BUILT) == 10
    assert states.count(RESTORED) == COUNT - 10
    assert trees(many) == before


def test_with_one_job_nothing_is_forked_and_all_is_restored(many: Project) -> None:
    shutil.rmtree(many.root / ".aws-sam")
    assert set(many.build(jobs=1).values()) == {RESTORED}


def test_templates_come_back_without_being_rendered(many: Project) -> None:
    path = many.build_dir / "template.yaml"
    rendered = path.read_bytes()
    kept = list((many.state_dir / "templates").iterdir())
    left = [rendered, (many.build_dir.parent / "build.toml").read_bytes()]
    assert sorted(file.read_bytes() for file in kept) == sorted(left)
    path.unlink()
    many.build()
    assert path.read_bytes() == rendered
    for file in kept:
        file.write_bytes(b"damaged")
    path.unlink()
    many.build()
    assert path.read_bytes() == rendered
    assert sorted(file.read_bytes() for file in kept) == sorted(left)


class Fate:
    """Kills a forked process at a step of its work; this process waits for that at the same step of its own."""

    def __init__(self, step: Callable[[str, tuple[Any, ...]], bool], with_it: Callable[[], None]) -> None:
        """`step` knows the step by its audit event; `with_it` happens in the forked process right before it dies."""
        self._step = step
        self._with_it = with_it
        self._parent = os.getpid()
        self._pending = usable_cores() > 1  # else nothing is forked
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self._pending and self._step(event, args):
            self._pending = False
            if os.getpid() != self._parent:
                self._with_it()
                os.kill(os.getpid(), signal.SIGKILL)
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)

    def over(self) -> None:
        """Nothing more happens: a hook cannot be taken back."""
        self._pending = False


def places_a_file(event: str, args: tuple[Any, ...]) -> bool:
    return event == "open" and args[0] == "app.py" and bool(args[2] & os.O_CREAT)


def swaps_in(event: str, args: tuple[Any, ...]) -> bool:
    return event == "os.rename" and "/engine/staging/" in args[0]


@pytest.mark.parametrize("step", [places_a_file, swaps_in])
def test_a_child_that_dies_costs_only_time(many: Project, step: Callable[[str, tuple[Any, ...]], bool]) -> None:
    before = trees(many)
    for name in NAMES:
        (many.artifact(name) / "app.py").write_text("broken")
    fate = Fate(step, lambda: None)
    assert set(many.build().values()) == {RESTORED}
    fate.over()
    assert many.warnings == []
    assert trees(many) == before
    assert not any(many.state_dir.glob("aside/*"))


def test_make_runs_where_a_child_died_and_the_result_is_gone(many: Project) -> None:
    before = trees(many)
    for name in NAMES:
        (many.artifact(name) / "app.py").write_text("broken")
    fate = Fate(swaps_in, lambda: shutil.rmtree(many.store / "ac"))
    assert set(many.build(keep_going=True).values()) <= {RESTORED, BUILT}
    fate.over()
    assert trees(many) == before
    assert not any(many.state_dir.glob("aside/*"))


def test_the_last_artifact_is_back_at_the_end_of_an_interrupted_build(many: Project) -> None:
    for name in NAMES:
        (many.artifact(name) / "app.py").write_text("broken")
    parent = os.getpid()
    fate = Fate(swaps_in, lambda: os.kill(parent, signal.SIGINT))
    outcome = many.outcome()
    fate.over()
    assert outcome.interrupted == (usable_cores() > 1)
    states = {row.target: str(row.state) for row in outcome.results}
    for name in NAMES:
        text = b"broken" if states[name] == SKIPPED else f"print('{name}')\n".encode()
        assert many.tree(name)["app.py"] == text
    assert not any(many.state_dir.glob("aside/*"))


def test_a_store_that_fails_is_told_of_once(many: Project) -> None:
    (many.store / "version").write_text("of the future\n")
    shutil.rmtree(many.root / ".aws-sam")
    assert set(many.build().values()) == {BUILT}
    assert len(many.warnings) == 1
    assert "another version" in many.warnings[0]


@pytest.mark.parametrize("link_mode", ["hardlink", "symlink"])
def test_what_restoring_adds_to_the_store_counts(many: Project, link_mode: str) -> None:
    counted: dict[int, int] = {}
    for jobs in (1, 4):
        for part in ("links", "trees", "size-estimate"):
            remove_tree(str(many.store / part))
        shutil.rmtree(many.root / ".aws-sam")
        many.build(jobs=jobs)
        before = counted_bytes(many)
        shutil.rmtree(many.root / ".aws-sam")
        many.build(jobs=jobs, link_mode=link_mode)
        counted[jobs] = counted_bytes(many) - before
    assert counted[4] >= counted[1] > 0  # what two made at once counts twice


def counted_bytes(project: Project) -> int:
    """The size of the store as it is known without measuring it."""
    return int((project.store / "size-estimate").read_text().split()[0])
