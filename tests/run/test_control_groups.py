from __future__ import annotations

from pathlib import Path

import pytest

from engine.run.control_groups import group_folders, read_text


@pytest.mark.parametrize(
    ("cgroup", "expected"),
    [
        ("0::/\n", ["", "unified"]),
        ("0::/a/b\n", ["a/b", "a", "", "unified/a/b", "unified/a", "unified"]),
        ("0::/../..\n", ["", "unified"]),
        ("4:memory:/x\n", ["memory/x", "memory"]),
        ("4:cpu,memory:/x\n", ["memory/x", "memory"]),
        ("4:cpu:/x\n", []),
        ("", []),
    ],
)
def test_own_group_and_those_above_it(tmp_path: Path, cgroup: str, expected: list[str]) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(cgroup)
    base = tmp_path / "sys/fs/cgroup"
    found = group_folders(str(tmp_path), "memory", ("memory",))
    assert [Path(folder) for folder in found] == [base / name for name in expected]


def test_version_1_is_looked_at_only_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("4:memory:/x\n")
    assert group_folders(str(tmp_path), "memory") == []


def test_no_groups_at_all(tmp_path: Path) -> None:
    assert group_folders(str(tmp_path), "memory", ("memory",)) == []


def test_small_files(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12 \xff\n")
    assert read_text(str(tmp_path / "file")) == "12 �"
    assert read_text(str(tmp_path / "none")) == ""
    assert read_text(str(tmp_path)) == ""
