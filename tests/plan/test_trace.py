from __future__ import annotations

import os
from pathlib import Path

import pytest

from cache import walk
from cache.snapshot import Snapshot, assemble
from engine.plan.manifest import Row, manifest
from engine.plan.trace import TargetRecord, Trace, load

ODD = "caf\udcff\n" + "n" * 250


def listing(name: str) -> Snapshot:
    return assemble([("", (1, 2, 3, 4, 5))], [(name, (1, 2, 3, 2**64 - 1, 0o100644), b"f" * 48)], [], follow=True)


def record(*rows: Row) -> TargetRecord:
    return TargetRecord("key", manifest(list(rows)), listing("out"), "digest", 1.5)


def filled() -> Trace:
    trace = Trace()
    trace.remember("Fn", record(Row("tree", "", listing(ODD).digest), Row("variable", "\udcff", "1")))
    trace.set_input("src", listing(ODD))
    trace.set_plan("request", (("template", "1"), (1.5, None, True)))
    trace.took("Fn", 2.0)
    trace.peaked("Fn", 4096, succeeded=True)
    trace.files["Makefile"] = ((1, 2, 3, 4, 5), "digest")
    trace.differed("key", "app.zip (time stamp)")
    return trace


def saved(trace: Trace, folder: Path) -> Trace:
    trace.save(str(folder))
    return load(str(folder))


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    trace = saved(filled(), tmp_path)
    assert trace.record("Fn") == filled().record("Fn")
    assert trace.targets() == ("Fn",)
    assert trace.input("src") == listing(ODD)
    assert trace.plans["request"] == (("template", "1"), (1.5, None, True))
    assert trace.seconds == {"Fn": 2.0}
    assert trace.memory_bytes == {"Fn": 4096}
    assert trace.files == filled().files
    assert trace.differing == {"key": "app.zip (time stamp)"}
    assert not trace.changed


def test_a_trace_without_changes_writes_nothing(tmp_path: Path) -> None:
    trace = saved(filled(), tmp_path)
    (tmp_path / "trace-v1").unlink()
    trace.save(str(tmp_path))
    assert os.listdir(tmp_path) == []


def test_a_missing_trace_is_empty(tmp_path: Path) -> None:
    assert load(str(tmp_path)).targets() == ()
    assert load(str(tmp_path / "nowhere")).targets() == ()
    (tmp_path / "trace-v1").mkdir()
    assert load(str(tmp_path)).targets() == ()


def test_any_damaged_trace_is_empty(tmp_path: Path) -> None:
    filled().save(str(tmp_path))
    path = tmp_path / "trace-v1"
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(content[:at])
        assert load(str(tmp_path)).targets() == ()
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert load(str(tmp_path)).targets() == ()
    path.write_bytes(content + b"more")
    assert load(str(tmp_path)).targets() == ()
    path.write_bytes(os.urandom(1000))
    assert load(str(tmp_path)).targets() == ()
    path.write_bytes(content)
    assert load(str(tmp_path)).targets() == ("Fn",)


def test_a_save_that_fails_leaves_the_old_trace(tmp_path: Path) -> None:
    filled().save(str(tmp_path))
    (tmp_path / "trace-v1.new").mkdir()
    later = filled()
    later.remember("Other", record())
    with pytest.raises(OSError, match="directory"):
        later.save(str(tmp_path))
    assert later.changed
    assert load(str(tmp_path)).targets() == ("Fn",)


def test_a_killed_save_leaves_nothing_behind_for_long(tmp_path: Path) -> None:
    (tmp_path / "trace-v1.new").write_bytes(b"half")
    filled().save(str(tmp_path))
    assert os.listdir(tmp_path) == ["trace-v1"]


def test_an_old_listing_stays_while_a_record_names_it(tmp_path: Path) -> None:
    old, new = listing("old"), listing("new")
    trace = Trace()
    trace.set_input("src", old)
    trace.remember("Fn", record(Row("tree", "", old.digest)))
    trace.set_input("src", new)
    trace = saved(trace, tmp_path)
    assert trace.listing(old.digest) == old
    assert trace.listing(new.digest) == new
    trace.remember("Fn", record(Row("tree", "", new.digest)))
    trace = saved(trace, tmp_path)
    assert trace.listing(old.digest) is None
    assert trace.listing(new.digest) == new


def test_an_input_that_nobody_names_or_looks_at_goes(tmp_path: Path) -> None:
    trace = filled()
    trace.set_input("once", listing("once"))
    trace = saved(trace, tmp_path)
    assert trace.input("once") == listing("once")
    trace.changed = True
    trace = saved(trace, tmp_path)
    trace.changed = True
    trace = saved(trace, tmp_path)
    assert trace.input("once") is None
    assert trace.input("src") == listing(ODD)


def test_facts_do_not_pile_up(tmp_path: Path) -> None:
    trace = filled()
    trace.makefiles = {f"digest {index}": (False, False, ()) for index in range(30_000)}
    kept = saved(trace, tmp_path).makefiles
    assert len(kept) < 25_000
    assert "digest 29999" in kept


def test_the_oldest_plan_goes() -> None:
    trace = Trace()
    for index in range(10):
        trace.set_plan(str(index), ())
    trace.set_plan("2", (1,))
    assert list(trace.plans) == ["3", "4", "5", "6", "7", "8", "9", "2"]


def test_output_templates_of_forgotten_plans_go(tmp_path: Path) -> None:
    trace = filled()
    trace.outputs = {"request": ("1", ()), "forgotten": ("2", ())}
    assert list(saved(trace, tmp_path).outputs) == ["request"]


def test_forgetting(tmp_path: Path) -> None:
    trace = saved(filled(), tmp_path)
    trace.forget("Nothing")
    assert not trace.changed
    trace.forget("Fn")
    assert saved(trace, tmp_path).record("Fn") is None


def test_newer_runs_weigh_more() -> None:
    trace = Trace()
    for seconds in (8.0, 4.0, 2.0):
        trace.took("Fn", seconds)
    assert trace.seconds == {"Fn": 4.0}


def test_what_was_seen_here_counts_before_what_was_heard() -> None:
    trace = Trace()
    trace.heard("Fn", 0.0)
    assert trace.seconds == {}
    trace.heard("Fn", 3.0)
    trace.heard("Fn", 9.0)
    assert trace.seconds == {"Fn": 3.0}


def test_more_memory_counts_at_once_and_less_in_part() -> None:
    trace, seen = Trace(), []
    for peak in (0, 400, 800, 400, 0, 1000):
        trace.peaked("Fn", peak, succeeded=True)
        seen.append(trace.memory_bytes["Fn"])
    assert seen == [0, 400, 800, 700, 525, 1000]


def test_a_failed_run_only_raises_the_peak() -> None:
    trace, seen = Trace(), []
    for peak in (400, 100, 800, 400):
        trace.peaked("Fn", peak, succeeded=False)
        seen.append(trace.memory_bytes["Fn"])
    assert seen == [400, 400, 800, 800]


@pytest.mark.parametrize(("peak", "succeeded"), [(400, True), (100, False)])
def test_a_peak_that_says_nothing_new_changes_nothing(tmp_path: Path, peak: int, succeeded: bool) -> None:
    trace = Trace()
    trace.peaked("Fn", 400, succeeded=True)
    trace.save(str(tmp_path))
    trace.peaked("Fn", peak, succeeded=succeeded)
    assert not trace.changed


def test_a_snapshot_of_a_real_tree_survives(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    with open(os.fsencode(tmp_path / "d") + b"/\xff\n", "wb"):
        found = walk.take(str(tmp_path), clock_ns=0, follow=True)
    trace = Trace()
    trace.set_input("src", found)
    assert saved(trace, tmp_path).input("src") == found


def test_an_action_differs_until_two_runs_of_it_agree(tmp_path: Path) -> None:
    trace = saved(filled(), tmp_path)
    trace.differed("key", "app.zip (time stamp)")
    trace.differed("other", None)
    assert not trace.changed
    trace.differed("key", None)
    assert trace.changed
    assert saved(trace, tmp_path).differing == {}
