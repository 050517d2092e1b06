"""A store that can be written to by anyone, and an end to what would wait for ever."""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.build.project import Project, function, template
from tests.hostile.forge import APP, Forge
from tests.hostile.odd_files import IN_THE_SHORT_FORM, ODD_FILES

_HANGS_AFTER_S = 300


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What coverage guides takes long, and needs a package that only `make torture` installs."""
    return True if collection_path.name == "test_guided.py" and not config.getoption("--torture") else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every kind of odd file in the long form, the worst of them in the short one."""
    if "odd" in metafunc.fixturenames:
        kinds = ODD_FILES if metafunc.config.getoption("--torture") else ODD_FILES[:IN_THE_SHORT_FORM]
        metafunc.parametrize("odd", kinds, ids=[kind.name for kind in kinds])


@pytest.fixture
def forge(tmp_path: Path, figure: Callable[[str, int], None]) -> Iterator[Forge]:
    project = Project(tmp_path / "project")
    project.write({"template.yaml": template(Fn=function()), "src/app.py": APP.decode()})
    made = Forge(project)
    yield made
    figure("forged entries refused, named and healed", made.refused)


@pytest.fixture
def _no_hang(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Ends the whole run, with the stacks of all threads, where a build waits for what never comes."""
    with capfd.disabled():
        stderr = os.dup(2)
    faulthandler.dump_traceback_later(_HANGS_AFTER_S, exit=True, file=stderr)
    yield
    faulthandler.cancel_dump_traceback_later()
    os.close(stderr)
