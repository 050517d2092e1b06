from __future__ import annotations

from pathlib import Path

from cache import snapshot, walk
from cache.snapshot import Snapshot
from engine.plan.manifest import ABSENT, FORMAT, Row, changes, key_of, manifest, reasons


def look(root: Path) -> Snapshot:
    return walk.take(str(root), clock_ns=snapshot.filesystem_clock_ns(str(root)), follow=True)


def why(old: list[Row], new: list[Row], *listings: Snapshot) -> tuple[str, ...]:
    known = {listing.digest: listing for listing in listings}
    return reasons(manifest(old), manifest(new), known.get)


def test_rows_are_sorted_and_name_the_format() -> None:
    rows = manifest([Row("tree", "", "2"), Row("make", "", "1")])
    assert rows == (Row("format", "", FORMAT), Row("make", "", "1"), Row("tree", "", "2"))


def test_fields_are_not_run_together() -> None:
    assert key_of((Row("a", "bc", "d"),)) != key_of((Row("ab", "c", "d"),))
    assert key_of((Row("a", "1:b", "c"),)) != key_of((Row("a", "1:b,1:c", ""),))
    assert key_of(()) != key_of((Row("", "", ""),))


def test_key_of_names_that_are_no_text() -> None:
    assert key_of((Row("variable", "\udcff", "1"),)) != key_of((Row("variable", "\udcfe", "1"),))


def test_equal_manifests_have_no_reasons() -> None:
    assert why([Row("tree", "", "1")], [Row("tree", "", "1")]) == ()


def test_files_come_first(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("1")
    old = look(tmp_path)
    (tmp_path / "a").write_text("2")
    (tmp_path / "b").unlink()
    (tmp_path / "c").write_text("")
    new = look(tmp_path)
    assert why(
        [Row("make", "", "1"), Row("tree", "", old.digest)],
        [Row("make", "", "2"), Row("tree", "", new.digest)],
        old,
        new,
    ) == ("a changed", "b removed", "c added", "the version of make changed")


def test_listings_that_are_gone_still_give_a_reason() -> None:
    assert why([Row("tree", "", "1")], [Row("tree", "", "2")]) == ("the source directory changed",)
    assert why([Row("input", "x/*", "1")], [Row("input", "x/*", ABSENT)]) == ("input x/* changed",)


def test_a_makefile_that_was_looked_for_appears_and_goes() -> None:
    row = Row("makefile", "project:local.mk", "1")
    assert why([row._replace(value=ABSENT)], [row]) == ("local.mk is now read",)
    assert why([row], [row._replace(value=ABSENT)]) == ("local.mk is no longer read",)
    assert why([row], []) == ("local.mk is no longer read",)
    assert why([row], [row._replace(value="2")]) == ("local.mk changed",)


def test_a_makefile_that_was_never_there_is_not_said_to_be_read() -> None:
    row = Row("makefile", "project:local.mk", ABSENT)
    assert why([], [row]) == ("local.mk is now looked for",)
    assert why([row], []) == ("local.mk is no longer looked for",)


def test_rows_of_another_version_are_told_by_their_kind() -> None:
    assert why([Row("novelty", "x", "1")], []) == ("novelty x changed",)


def test_braces_in_names_are_text() -> None:
    assert why([Row("tool", "awk '{name}'", "1")], [Row("tool", "awk '{name}'", "2")]) == (
        "the output of `awk '{name}'` changed",
    )


def test_changes_tell_modes_from_bytes(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text("1")
        (tmp_path / name).chmod(0o644)
    old = look(tmp_path)
    (tmp_path / "a").chmod(0o755)
    (tmp_path / "b").chmod(0o664)
    (tmp_path / "c").write_text("2")
    assert changes(old, look(tmp_path)) == [("a", "changed its mode"), ("c", "changed")]
