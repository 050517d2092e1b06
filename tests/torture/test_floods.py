"""Many builds at once, and collections between them: all end, all are right."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from json import loads
from pathlib import Path

from tests.build.project import BUILT, RESTORED, UP_TO_DATE
from tests.torture.conftest import Figure
from tests.torture.workshop import Workshop

BUILDS = 8
ROUNDS = {False: 1, True: 25}
SMALL = "300KB"
"""Less than the store takes: every collection has something to remove."""

Blame = Callable[[str, list[str]], None]


def started(workshop: Workshop, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """A command of the engine in the project, on its store, with further variables in its environment."""
    command = [
        sys.executable,
        "-m",
        "engine",
        *arguments,
        "--cache-dir",
        str(workshop.project.store),
        "--output",
        "json",
    ]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **variables}
    return subprocess.Popen(
        command, cwd=workshop.project.root, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def flood(workshops: list[Workshop]) -> tuple[list[Counter[str]], list[str]]:
    """Build all at once, collecting all the time: the states of each build's targets, and what went wrong."""
    builds = [started(workshop, "build", "--jobs", "8") for workshop in workshops]
    faults = []
    collections = 0
    while any(build.poll() is None for build in builds):
        collection = started(workshops[0], "cache", "gc", "--size", SMALL)
        _, errors = collection.communicate()
        collections += 1
        faults += [f"a collection ended with {collection.returncode}: {errors}"] if collection.returncode else []
    ends = [(build, *build.communicate()) for build in builds]
    faults += [f"a build ended with {build.returncode}: {errors}" for build, _, errors in ends if build.returncode]
    faults += [f"a build warned: {errors}" for _, _, errors in ends if "arning" in errors or "Traceback" in errors]
    documents = [loads(output) for build, output, _ in ends if build.returncode == 0]
    return [Counter(row["state"] for row in document["resources"]) for document in documents], faults


def wrong_artifacts(workshop: Workshop) -> list[str]:
    found, good = workshop.artifacts(), workshop.expected()
    return [f"{name} holds {found.get(name)}" for name in workshop.names if found.get(name) != good[name]]


def test_a_flood_of_builds_in_one_checkout(workshop: Workshop, torture: bool, figure: Figure, blamed: Blame) -> None:
    """One builds, the others wait for it and find everything up to date."""
    for number in range(ROUNDS[torture]):
        workshop.edit(number + 1)
        states, faults = flood([workshop] * BUILDS)
        figure("builds at once in one checkout", BUILDS)
        total = sum(states, Counter())
        expected = {BUILT: len(workshop.names), UP_TO_DATE: (BUILDS - 1) * len(workshop.names)}
        faults += [] if total == expected else [f"in all {dict(total)}"]
        blamed(
            f"round {number}", [*faults, *wrong_artifacts(workshop), *workshop.store_faults(), *workshop.leftovers()]
        )


def test_a_flood_of_builds_on_one_store(tmp_path: Path, torture: bool, figure: Figure, blamed: Blame) -> None:
    store = tmp_path / "store"
    workshops = [Workshop(tmp_path / f"checkout-{number}", store, functions=2) for number in range(BUILDS)]
    for number in range(ROUNDS[torture]):
        for workshop in workshops:
            workshop.edit(number + 1)
        states, faults = flood(workshops)
        figure("builds at once on one store", BUILDS)
        made = [count[BUILT] + count[RESTORED] for count in states]
        faults += [] if made == [len(workshops[0].names)] * BUILDS else [f"made {made}"]
        for workshop in workshops:
            faults += [*wrong_artifacts(workshop), *workshop.leftovers()]
        blamed(f"round {number}", [*faults, *workshops[0].store_faults()])
