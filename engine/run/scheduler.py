"""The scheduler: starts what the plan says is next, as many at once as there are jobs."""

from __future__ import annotations

from collections.abc import Callable

from engine.plan.states import Plan


async def run_plan(
    plan: Plan,
    work: Callable[[str], bool],
    *,
    jobs: int,
    keep_going: bool,
    lost: Callable[[str, tuple[str, ...]], None],
) -> None:
    """Bring every target of the plan to an end.

    `work` does one target in a thread of its own and says whether it has its artifact; `lost` is told which targets a
    failed one put out of reach. Without `keep_going` the running targets end and nothing new starts after a failure.
    """
    from anyio import CapacityLimiter, create_task_group, to_thread

    threads = CapacityLimiter(jobs)

    async def one(name: str) -> None:
        if await to_thread.run_sync(work, name, limiter=threads):
            plan.succeeded(name)
        else:
            lost(name, plan.failed(name, keep_going))
        fill()

    def fill() -> None:
        while len(plan.running) < jobs and (name := plan.next()) is not None:
            group.start_soon(one, name)

    async with create_task_group() as group:
        fill()
