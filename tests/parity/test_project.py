"""The text form of the projects."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.parity.case import Case
from tests.parity.corpus import CASES
from tests.parity.project import MTIME_S, parts_of, write_project

TEXT = """
    -- Makefile --
    all:
        true
    -- run.sh mode=750 --
    #!/bin/sh
      cd @ROOT@
    -- dir/ mode=711 --
    -- dir/link -> ../run.sh --
    -- empty --
"""


def test_every_kind_of_part_is_written(tmp_path: Path) -> None:
    write_project(TEXT, tmp_path)
    assert (tmp_path / "Makefile").read_text() == "all:\n\ttrue\n"
    assert (tmp_path / "run.sh").read_text() == f"#!/bin/sh\n  cd {tmp_path}\n"
    assert (tmp_path / "run.sh").stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "run.sh").stat().st_mtime == MTIME_S
    assert (tmp_path / "dir").stat().st_mode & 0o777 == 0o711
    assert os.readlink(tmp_path / "dir/link") == "../run.sh"
    assert (tmp_path / "empty").read_bytes() == b""


def test_parts_are_deleted(tmp_path: Path) -> None:
    write_project(TEXT, tmp_path)
    write_project("-- dir deleted --\n-- run.sh deleted --\n", tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["Makefile", "empty"]


def test_text_before_the_first_header_is_refused() -> None:
    with pytest.raises(ValueError, match="starts with"):
        parts_of("hello\n-- a --\n")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_a_case_names_each_path_once(case: Case) -> None:
    paths = [part.path for part in parts_of(case.project)]
    assert len(set(paths)) == len(paths)


def test_case_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
