"""Running what is left when everything that is up to date has ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from cache.errors import CacheError
from cache.eviction import keep_within
from engine.build.options import BuildOptions
from engine.build.restoring import restored_in_bulk
from engine.build.session import Session
from engine.build.template import Planned
from engine.build.workshop import Workshop
from engine.plan.estimates import UNKNOWN_SECONDS, estimate, outlook
from engine.plan.graph import Graph
from engine.plan.states import Plan
from engine.plan.trace import Trace
from engine.run.alone import ran_alone
from engine.run.events import BuildStarted, Reporter, Warned
from engine.run.memory import Memory
from engine.run.scheduler import run_plan
from engine.run.signals import Interruption

_AWAKE_EVERY_S = 0.25


def run_left(
    session: Session,
    planned: Planned,
    left: list[str],
    options: BuildOptions,
    trace: Trace,
    report: Reporter,
    interruption: Interruption,
) -> None:
    """Bring the targets `left` to their ends: first those that the store has, in bulk."""
    graph = remaining(planned.graph, left)
    seconds = estimate(planned.everything, trace.seconds)
    longest_name = max(map(len, planned.graph.order))
    workshop = session.workshop()
    with workshop.store.lease(), restored_in_bulk(session.bulk(), left, lambda: interruption.happened) as restored:
        report(BuildStarted(len(planned.targets), len(left), options.jobs, longest_name, outlook(graph, seconds)))
        done = set(restored)
    left = [name for name in left if name not in done]
    if left and not interruption.happened:
        _run(session, planned, remaining(graph, left), seconds, options, interruption)
    _keep_size(workshop, options, report)


def _run(
    session: Session,
    planned: Planned,
    graph: Graph,
    seconds: Mapping[str, float],
    options: BuildOptions,
    interruption: Interruption,
) -> None:
    workshop, worker = session.workshop(), session.worker()
    memory = workshop.memory(planned)
    plan = Plan(graph, seconds or dict.fromkeys(graph.order, UNKNOWN_SECONDS))
    interruption.also(plan.stop)

    def lost(failed: str, names: tuple[str, ...]) -> None:
        for name in names:
            session.endings.skip(name, "interrupted" if interruption.happened else f"{failed} failed")

    run_targets(plan, worker.work, lost, workshop, memory, jobs=options.jobs, keep_going=options.keep_going)


def run_targets(
    plan: Plan,
    work: Callable[[str], bool],
    lost: Callable[[str, tuple[str, ...]], None],
    workshop: Workshop,
    memory: Memory,
    *,
    jobs: int,
    keep_going: bool,
) -> None:
    """Bring every target of `plan` to its end by `work`; see `run_plan`. No scratch copy is left."""
    workshop.scratch.clear()
    with workshop.store.lease(), workshop.slots() as slots:
        if not ran_alone(plan, work, slots):
            import anyio

            running = partial(run_plan, jobs=jobs, keep_going=keep_going, slots=slots, lost=lost, memory=memory)
            anyio.run(_run_awake, partial(running, plan, work))
    workshop.scratch.remove_all()


async def _run_awake(running: Callable[[], Awaitable[None]]) -> None:
    import anyio

    async with anyio.create_task_group() as group:
        group.start_soon(_stay_awake)
        await running()
        group.cancel_scope.cancel()


async def _stay_awake() -> None:
    """Run Python now and then: a signal that comes just before the loop waits does not end the wait."""
    import anyio

    while True:  # noqa: ASYNC110  # no event can tell of a signal that was just missed
        await anyio.sleep(_AWAKE_EVERY_S)


def remaining(graph: Graph, left: list[str]) -> Graph:
    """The part of a graph that holds the targets `left`."""
    wanted = set(left)
    after = {name: tuple(other for other in graph.after[name] if other in wanted) for name in left}
    return Graph(tuple(left), graph.inputs, after)


def _keep_size(workshop: Workshop, options: BuildOptions, report: Reporter) -> None:
    """Keep the store's size limit at the end of a build that may have added to it."""
    try:
        keep_within(workshop.store, options.cache_size_bytes)
    except CacheError as error:
        report(Warned(f"the cache's size limit could not be kept: {error}"))
