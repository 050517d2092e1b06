from __future__ import annotations

from pathlib import Path

import pytest

from engine.plan.manifest import Row
from engine.run.hiding import hint_of
from engine.run.sandbox import Grounds
from tests.plan.world import FILES, World


class Failed:
    """A run of `Fn` that failed, saying something."""

    def __init__(self, root: Path) -> None:
        project = root / "project"
        self.world = World(project, FILES)
        build_dir = f"{project}/.aws-sam/build"
        self.grounds = Grounds(str(project), str(project), build_dir, (build_dir,))
        self._log = root / "log"

    def hint(self, log: str, said: str | None = None) -> str | None:
        action = self.world.action()
        action = action._replace(manifest=(*action.manifest, Row("dependency", "Layer", "")))
        self._log.write_text(log.replace("PROJECT", str(self.world.root)))
        return hint_of(action, str(self._log), said, self.grounds)


@pytest.fixture
def failed(tmp_path: Path) -> Failed:
    return Failed(tmp_path)


@pytest.mark.parametrize(
    "log",
    [
        "cp: cannot stat 'PROJECT/src/../shared/a.py': No such file or directory",
        "make: *** No rule to make target 'PROJECT/shared/a.py', needed by 'x'.  Stop.",
        'File "PROJECT/shared/a.py", line 3',
        "PROJECT/shared/a.py: not found.\nand then other words",
        "error in a=PROJECT/shared/a.py:12:3",
    ],
)
def test_what_is_named_and_was_hidden_is_to_be_declared(failed: Failed, log: str) -> None:
    for said in (None, "install cp"):
        hint = failed.hint(log, said) or ""
        assert hint.startswith("the sandbox hid shared/a.py: declare it in BuildProperties.Inputs (`engine audit Fn`")


def test_a_pattern_that_matched_nothing_is_named(failed: Failed) -> None:
    hint = failed.hint("cp: cannot stat 'PROJECT/src/../shared/*.py': No such file or directory") or ""
    assert hint.startswith("the sandbox hid shared/*.py: declare it")
    assert failed.hint("PROJECT/src/*.py PROJECT/absent/*.py") is None


@pytest.mark.parametrize(
    "named",
    ["src/app.py", "src/lib", "src", "", "outer.mk", "parts/one.mk", "absent", ".aws-sam/build/Fn", ".aws-sam/build"],
)
def test_what_is_shown_or_not_there_at_all_is_not_meant(failed: Failed, named: str) -> None:
    failed.world.write(".aws-sam/build/Fn/x", "")
    assert failed.hint(f"PROJECT/{named}: syntax error") is None


def test_artifacts_of_others_are_depended_on(failed: Failed) -> None:
    failed.world.write(".aws-sam/build/Other/x", "")
    failed.world.write(".aws-sam/build/Layer/x", "")
    hint = failed.hint("cat: PROJECT/.aws-sam/build/Fn/../Other/x: No such file or directory") or ""
    assert hint.startswith(
        "the sandbox hid Other/x of the build directory: name its target in BuildProperties.DependsOn"
    )
    assert failed.hint("wrong: PROJECT/.aws-sam/build/Layer/x") is None


def test_a_sandbox_that_could_not_be_made_is_told(failed: Failed) -> None:
    hint = failed.hint("bwrap: Can't bind mount /a on /b: Permission denied\nPROJECT/shared/a.py") or ""
    assert hint.startswith("bubblewrap could not make the sandbox (Can't bind mount /a on /b: Permission denied)")


@pytest.mark.parametrize(
    ("log", "meant"),
    [
        ("rm: cannot remove 'PROJECT/.aws-sam/build/Fn': Device or resource busy", True),
        ("rmdir: failed to remove 'PROJECT/.aws-sam/build/Fn/': Read-only file system", True),
        ("touch: PROJECT/.aws-sam/build/Fn/x: Read-only file system", False),
    ],
)
def test_the_artifact_directory_itself_stays(failed: Failed, log: str, meant: bool) -> None:
    assert ("remove what is in it" in (failed.hint(log) or "")) is meant


@pytest.mark.parametrize(
    "log", ["fatal: not a git repository", "ModuleNotFoundError: No module named 'shared'", "ENOENT: it is not there"]
)
def test_what_looks_like_something_missing_may_have_been_hidden(failed: Failed, log: str) -> None:
    assert "if --sandbox=off helps, `engine audit Fn` names what to declare" in (failed.hint(log) or "")
    assert failed.hint(log, "install git") == "install git"


def test_other_failures_are_left_alone(failed: Failed) -> None:
    assert failed.hint("error: expected ';' before '}'") is None
    assert failed.hint("\0\xff", "said") == "said"
