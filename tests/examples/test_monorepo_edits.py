"""The monorepo example: what is built again after which edit."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.examples.project import Project, copy_example

_FROM_THE_CATALOGUE = {"CatalogueFunction", "PriceOrderFunction", "PackOrderFunction"}
_REPORTS = {"DailyReportFunction", "PackingReportFunction"}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all copies: each test begins with what another one built."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def project(tmp_path: Path, cache: Path) -> Project:
    """The shop, built, to be edited."""
    project = copy_example("monorepo", tmp_path, cache)
    project.build("--jobs", "2")
    return project


def _states(project: Project) -> dict[str, str]:
    """Builds again: {logical id: state}."""
    document = json.loads(project.build("--jobs", "2", "--output", "json").stdout)
    return {row["resource_id"].rpartition("/")[2]: row["state"] for row in document["resources"]}


def _built(project: Project) -> set[str]:
    """Builds again: what make ran for; all else was up to date."""
    states = _states(project)
    assert set(states.values()) <= {"built", "up_to_date"}
    return {name for name, state in states.items() if state == "built"}


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_nothing_to_do(project: Project) -> None:
    states = _states(project)
    assert len(states) == 15
    assert set(states.values()) == {"up_to_date"}


def test_another_time_of_the_same_bytes_builds_nothing(project: Project) -> None:
    for path in project.folder.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert _built(project) == set()


def test_an_ignored_file_builds_nothing(project: Project) -> None:
    notifications = project.folder / "services" / "notifications"
    _append(notifications / "previews" / "order.paid.en.html", "<p>more</p>\n")
    _append(notifications / "NOTES.md", "More.\n")
    assert _built(project) == set()


def test_a_source_builds_the_functions_of_its_folder(project: Project) -> None:
    _append(project.folder / "native" / "barcode" / "main.c", "/* more */\n")
    assert _built(project) == {"BarcodeFunction"}


def test_code_of_the_layer_builds_what_depends_on_it_or_declares_it(project: Project) -> None:
    _append(project.folder / "shared" / "shop" / "money.py", "\n# more\n")
    assert _built(project) == {"SharedLayer", *_FROM_THE_CATALOGUE, *_REPORTS}


def test_a_layer_that_comes_out_the_same_builds_nothing_after_it(project: Project) -> None:
    (project.folder / "shared" / "NOTES.txt").write_text("not part of the layer\n")
    assert _built(project) == {"SharedLayer"}


def test_the_included_makefile_builds_all_that_include_it(project: Project) -> None:
    _append(project.folder / "make" / "python.mk", "# more\n")
    states = _states(project)
    assert {name for name, state in states.items() if state != "built"} == {"SharedLayer", "BarcodeFunction"}


def test_deleted_artifacts_come_from_the_cache(project: Project) -> None:
    before = _content(project.build_dir)
    shutil.rmtree(project.build_dir)
    assert set(_states(project).values()) == {"restored"}
    assert _content(project.build_dir) == before


def test_a_product_that_cannot_be_sold_is_named_and_the_last_artifacts_stay(project: Project) -> None:
    before = _content(project.build_dir)
    products = project.folder / "services" / "catalogue" / "products.csv"
    good = products.read_text(encoding="utf-8")
    products.write_text(good.replace("4012345600186", "4012345600187"), encoding="utf-8")

    done = project.run("--jobs", "2")

    assert done.returncode == 1
    assert "products.csv:3: 4012345600187 is not an EAN-13" in done.stderr
    artifacts = {name: content for name, content in before.items() if not name.endswith("template.yaml")}
    assert artifacts.items() <= _content(project.build_dir).items()

    products.write_text(good, encoding="utf-8")
    assert "built" not in _states(project).values()
    assert _content(project.build_dir) == before


def _content(folder: Path) -> dict[str, bytes]:
    """{relative path: bytes} of every file."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
