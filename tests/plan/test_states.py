from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.plan.graph import Graph
from engine.plan.states import Plan


def graph(after: dict[str, tuple[str, ...]]) -> Graph:
    """`after` in an order that has dependencies first."""
    return Graph(tuple(after), dict.fromkeys(after, ()), after)


@st.composite
def graphs(draw: st.DrawFn, max_size: int = 12) -> Graph:
    """Random graphs without cycles."""
    names = [f"T{index}" for index in range(draw(st.integers(0, max_size)))]
    return graph(
        {
            name: tuple(draw(st.sets(st.sampled_from(names[:index]), max_size=3))) if index else ()
            for index, name in enumerate(names)
        }
    )


def below(found: Graph, name: str) -> set[str]:
    """All that waits for `name`, at any distance."""
    waiting = {other for other in found.order if name in found.after[other]}
    return waiting.union(*(below(found, other) for other in waiting))


def started(plan: Plan) -> Iterator[str]:
    while (name := plan.next()) is not None:
        yield name


def test_the_longest_remaining_path_goes_first() -> None:
    plan = Plan(graph({"short": (), "long": (), "end": ("long",), "alone": ()}), {"long": 1, "end": 9, "alone": 5})
    assert plan.peek_all() == ("long", "alone", "short")
    assert list(started(plan)) == ["long", "alone", "short"]


def test_equals_go_in_the_order_of_the_template() -> None:
    assert list(started(Plan(graph({"b": (), "a": (), "c": ()}), {}))) == ["b", "a", "c"]


def test_a_target_is_ready_when_all_before_it_succeeded() -> None:
    plan = Plan(graph({"a": (), "b": (), "c": ("a", "b")}), {})
    assert list(started(plan)) == ["a", "b"]
    plan.succeeded("a")
    assert plan.next() is None
    plan.succeeded("b")
    assert plan.next() == "c"
    assert plan.running == {"c"}
    assert plan.unfinished == {"c"}


def test_a_failure_stops_what_has_not_started() -> None:
    plan = Plan(graph({"a": (), "b": (), "c": ("a",), "d": ("c",)}), {})
    assert [plan.next(), plan.next()] == ["a", "b"]
    assert plan.failed("a", keep_going=False) == ("c", "d")
    assert plan.stopped
    plan.succeeded("b")
    assert plan.next() is None
    assert plan.unfinished == frozenset()


def test_keep_going_loses_only_what_depends_on_the_failure_once() -> None:
    plan = Plan(graph({"a": (), "b": (), "c": ("a", "b"), "d": ("b",)}), {})
    assert [plan.next(), plan.next()] == ["a", "b"]
    assert plan.failed("a", keep_going=True) == ("c",)
    plan.succeeded("b")
    assert plan.next() == "d"
    assert plan.failed("d", keep_going=True) == ()
    assert not plan.stopped


def test_a_stopped_plan_starts_nothing() -> None:
    plan = Plan(graph({"a": (), "b": ()}), {})
    plan.next()
    plan.stop()
    assert plan.next() is None
    assert plan.unfinished == {"a", "b"}


def test_what_does_not_fit_lets_others_start_before_it() -> None:
    plan = Plan(graph({"big": (), "a": (), "b": ()}), {"big": 9, "a": 2, "b": 1})
    assert [plan.next("ab".__contains__) for _ in range(3)] == ["a", "b", None]
    assert plan.has_next
    assert plan.running == {"a", "b"}
    assert plan.next() == "big"


def test_but_not_for_ever() -> None:
    names = [f"T{number}" for number in range(20)]
    plan = Plan(graph(dict.fromkeys(["big", *names], ())), {"big": 9})
    assert len(list(iter(lambda: plan.next(lambda name: name != "big"), None))) == 8
    assert plan.next(lambda name: name != "big") is None
    assert plan.next() == "big"
    assert plan.next(lambda name: name != "big") == "T8"


def test_nothing_that_fits_changes_nothing() -> None:
    plan = Plan(graph({"a": (), "b": ("a",), "c": ()}), {})
    assert plan.next(lambda name: False) is None
    assert plan.running == set()
    assert plan.peek_all() == ("a", "c")


@settings(deadline=None)
@given(graphs(), st.data())
def test_any_run_that_keeps_going(found: Graph, data: st.DataObject) -> None:
    plan, ended, failed, lost = Plan(found, {}), set[str](), set[str](), set[str]()
    while True:
        for name in started(plan):
            assert set(found.after[name]) <= ended - failed
        if not plan.running:
            break
        name = data.draw(st.sampled_from(sorted(plan.running)))
        ended.add(name)
        if data.draw(st.booleans()):
            plan.succeeded(name)
        else:
            failed.add(name)
            names = plan.failed(name, keep_going=True)
            assert lost.isdisjoint(names)
            lost.update(names)
    assert plan.unfinished == frozenset()
    assert lost == set().union(*(below(found, name) for name in failed))
    assert ended | lost == set(found.order)
    assert ended.isdisjoint(lost)


@settings(deadline=None)
@given(graphs(), st.dictionaries(st.sampled_from([f"T{n}" for n in range(12)]), st.floats(0, 1e6)))
def test_what_is_started_first_has_the_longest_path_to_the_end(found: Graph, seconds: dict[str, float]) -> None:
    def path(name: str) -> float:
        return seconds.get(name, 0.0) + max(
            (path(other) for other in found.order if name in found.after[other]), default=0.0
        )

    lengths = [path(name) for name in started(Plan(found, seconds))]
    assert lengths == sorted(lengths, reverse=True)
