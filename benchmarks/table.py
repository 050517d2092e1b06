"""Shows results as markdown tables and as a document for json, which `benchmarks.reach` reads."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from benchmarks.generate import Shape
from benchmarks.harness import Result, Row
from benchmarks.subjects.subject import Subject
from benchmarks.timing import Measurement

TITLE_FIELDS = ("functions", "files", "file_size_bytes")


def markdown(result: Result, subjects: Sequence[Subject], machine: dict[str, str], rounds: int) -> str:
    """One section: the subjects beside the first of them, then the floors below it."""
    shape, first = result.shape, subjects[0].name
    return "\n".join(
        (
            f"## {shape.functions} functions x {shape.files} files of {shape.file_size_bytes} bytes",
            "",
            f"Median wall-clock time of {rounds} interleaved rounds, and the median ratio to {first} within a round.",
            f"Every artifact was compared with what make leaves. {_options(shape)}",
            "",
            *_subject_table(result, subjects, machine),
            "",
            *_floor_table(result, first),
            "",
        )
    )


def _options(shape: Shape) -> str:
    """The options of the shape that are not in the title."""
    return ", ".join(f"{name} {value}" for name, value in shape._asdict().items() if name not in TITLE_FIELDS) + "."


def _subject_table(result: Result, subjects: Sequence[Subject], machine: dict[str, str]) -> list[str]:
    names = [subject.name for subject in subjects]
    rows = [
        [row.scenario.title, *(_subject_cell(row, subject, names[0], machine, result) for subject in subjects)]
        for row in result.rows
    ]
    return table(["scenario", *names], rows)


def _subject_cell(row: Row, subject: Subject, first: str, machine: dict[str, str], result: Result) -> str:
    if subject.name in row.subjects:
        return _cell(row.subjects[subject.name], row.subjects.get(first, []))
    if machine[subject.name] == "not installed":
        return "not installed"
    return "—" if not subject.supports(row.scenario.name) else f"not run at {result.shape.functions}"


def _floor_table(result: Result, first: str) -> list[str]:
    rows = [
        [
            row.scenario.title,
            result.floor_titles[name],
            _cell(floor, []),
            f"{ratio(row.subjects[first], floor):.3g}x" if first in row.subjects else "—",
        ]
        for row in result.rows
        for name, floor in row.floors.items()
    ]
    return table(["scenario", "floor", "time", f"{first} / floor"], rows)


def _cell(measured: Sequence[Measurement], compared: Sequence[Measurement]) -> str:
    text = _seconds(median(one.wall_s for one in measured))
    return text if measured is compared or not compared else f"{text} ({ratio(measured, compared):.3g}x)"


def ratio(measured: Sequence[Measurement], compared: Sequence[Measurement]) -> float:
    """Median over the rounds of how many times as long the first took as the second."""
    return median(one.wall_s / other.wall_s for one, other in zip(measured, compared, strict=True))


def _seconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a markdown table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def document(results: Sequence[Result], machine: dict[str, str], rounds: int) -> dict[str, Any]:
    """Everything measured, round by round; times in seconds, memory in bytes."""
    return {
        "machine": machine,
        "rounds": rounds,
        "studies": [
            {
                "shape": result.shape._asdict(),
                "floors": result.floor_titles,
                "scenarios": {
                    row.scenario.name: {
                        "jobs": row.scenario.jobs,
                        "subjects": {name: _rounds(measured) for name, measured in row.subjects.items()},
                        "floors": {name: _rounds(measured) for name, measured in row.floors.items()},
                    }
                    for row in result.rows
                },
            }
            for result in results
        ],
    }


def _rounds(measured: Sequence[Measurement]) -> list[dict[str, float]]:
    return [one._asdict() for one in measured]
