"""The whole measurement with the peers that every development environment has, on a monorepo of a few files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.generate import Shape
from benchmarks.harness import run
from benchmarks.run import main
from benchmarks.scenarios import scenarios
from benchmarks.studies import Study
from benchmarks.subjects.gnu_make import GnuMake
from benchmarks.subjects.registry import beside_python, subjects
from benchmarks.subjects.subject import Workspace
from benchmarks.subjects.xargs import Xargs
from benchmarks.timing import BenchmarkFault, Command

SHAPE = Shape(functions=3, files=4, file_size_bytes=40, layers=1, depends=True)
SCENARIOS = [scenario.name for scenario in scenarios(2)]


class Forgetful(Xargs):
    """Leaves one function out."""

    name: str = "forgetful"

    def command(self, workspace: Workspace, jobs: int) -> Command:
        """Builds all and deletes one."""
        built = super().command(workspace, jobs)
        return built._replace(argv=("sh", "-c", f"{built.argv[2]}; rm -r artifacts/Function0001"))


def measured(tmp_path: Path, *options: str) -> int:
    shape = ["--size", "3x4", "--file-bytes", "40", "--layers", "1", "--depends", "--rounds", "2", "--jobs", "2"]
    return main([*shape, "--studies", "sizes", "--work", str(tmp_path), "--output", str(tmp_path / "out"), *options])


def test_every_scenario_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert measured(tmp_path, "--subjects", "ninja,make -rR,xargs -P") == 0
    document = json.loads((tmp_path / "out" / "results.json").read_text())
    rows = document["studies"][0]["scenarios"]
    assert list(rows) == SCENARIOS
    assert {name: [*row["subjects"]] for name, row in rows.items()} == {
        name: ["ninja", "make -rR", "xargs -P"]
        if name.startswith("cold")
        else ["ninja"]
        if name == "version"
        else ["ninja", "make -rR"]
        for name in SCENARIOS
    }
    runs = [runs for row in rows.values() for side in ("subjects", "floors") for runs in row[side].values()]
    assert {len(one) for one in runs} == {2}
    assert all(one["wall_s"] > 0 for each in runs for one in each)
    printed = capsys.readouterr().out
    assert printed == (tmp_path / "out" / "results.md").read_text()
    assert "## 3 functions x 4 files of 40 bytes" in printed
    assert "| nothing to do | " in printed
    assert printed.count("| peak memory, 1000x20 | 120 MB | not measured | ") == 1


def test_absent_subject_is_a_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    absent = str(tmp_path / "absent")
    away = ["--engine", absent, "--sam", absent, "--node-modules", absent]
    named = ["--subjects", "engine,sam build,ninja,turbo,nx,xargs -P"]
    assert measured(tmp_path, *away, *named, "--scenarios", "nothing") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "- engine: not installed" in lines
    assert "| scenario | engine | sam build | ninja | turbo | nx | xargs -P |" in lines
    row = next(line for line in lines if line.startswith("| nothing to do | not"))
    assert row.startswith("| nothing to do | not installed | not installed | ")
    assert row.endswith(" | not installed | not installed | — |")


def test_nothing_is_left_in_the_work_folder(tmp_path: Path) -> None:
    measured(tmp_path, "--subjects", "ninja", "--scenarios", "nothing")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_wrong_artifacts_end_the_measurement(tmp_path: Path) -> None:
    cold = tuple(scenario for scenario in scenarios(2) if scenario.name == "cold-2")
    run(tmp_path / "right", Study(SHAPE, cold, (Xargs(),)), 1)
    with pytest.raises(BenchmarkFault, match=r"forgetful: .*Function0001: the build left no artifact"):
        run(tmp_path / "wrong", Study(SHAPE, cold, (Forgetful(),)), 1)


def test_what_a_subject_left_running_ends_with_a_fault(tmp_path: Path) -> None:
    ended: list[Path] = []

    class Server(GnuMake):
        def finish(self, workspace: Workspace) -> None:
            ended.append(workspace.project)

    nothing = tuple(scenario for scenario in scenarios(2) if scenario.name == "nothing")
    with pytest.raises(BenchmarkFault, match="false"):
        run(tmp_path / "work", Study(SHAPE, nothing, (Server("make"), Server("false"))), 1)
    assert ended == [tmp_path / "work" / "1" / "project", tmp_path / "work" / "0" / "project"]


def test_failing_build_is_one_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "sam"
    broken.write_text('#!/bin/sh\n[ "$1" = --version ] && echo 1 || { echo broken >&2; exit 4; }\n')
    broken.chmod(0o755)
    assert measured(tmp_path, "--sam", str(broken), "--subjects", "sam build") == 1
    error = capsys.readouterr().err
    assert "error: sam build: " in error
    assert "exit code 4\nbroken" in error


@pytest.mark.parametrize(
    "options",
    [
        ["--subjects", "buck"],
        ["--scenarios", "warm"],
        ["--studies", "all"],
        ["--size", "3"],
        ["--size", "0x1"],
        ["--file-bytes", "1"],
    ],
)
def test_usage_error(tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        measured(tmp_path, *options)
    assert ended.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_slow_subjects_are_left_out_of_large_monorepos() -> None:
    limits = {subject.name: subject.max_functions for subject in subjects()}
    assert {name: limit for name, limit in limits.items() if limit} == {
        "sam build": 100,
        "turbo": 1000,
        "nx": 1000,
        "bazel": 1000,
    }


def test_executables_of_this_environment_come_first() -> None:
    assert Path(beside_python("python")).parent == Path(beside_python("pytest")).parent
    assert beside_python("no-such-tool") == "no-such-tool"
