"""The scheduler: starts what the plan says is next, as many at once as there are jobs, free slots and memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.plan.states import Plan
from engine.run.jobserver import Jobserver
from engine.run.memory import UNLIMITED, Memory

if TYPE_CHECKING:
    from anyio import CancelScope
    from anyio.abc import TaskGroup

_MEMORY_PAUSE_S = 1.0
"""How soon memory is looked at again when too little kept a target from starting: other programs may free some."""


async def run_plan(
    plan: Plan,
    work: Callable[[str], bool],
    *,
    jobs: int,
    keep_going: bool,
    slots: Jobserver,
    lost: Callable[[str, tuple[str, ...]], None],
    memory: Memory = UNLIMITED,
) -> None:
    """Bring every target of the plan to an end.

    `work` does one target in a thread of its own, while it has one of `slots`, and says whether it has its artifact;
    `memory` says which may start beside those that run; `lost` is told which targets a failed one put out of reach.
    Without `keep_going` the running targets end and nothing new starts after a failure.
    """
    from anyio import CapacityLimiter, create_task_group, to_thread

    threads = CapacityLimiter(jobs)

    async def one(name: str) -> None:
        try:
            succeeded = await to_thread.run_sync(work, name, limiter=threads)
        finally:
            slots.give_back()
        if succeeded:
            plan.succeeded(name)
        else:
            lost(name, plan.failed(name, keep_going))
        starter.fill()

    async with create_task_group() as group:
        starter = _Starter(plan, jobs, slots, memory, group, one)
        starter.fill()


class _Starter:
    """Starts targets while there are jobs, slots and memory, and goes on when others give some back."""

    def __init__(
        self,
        plan: Plan,
        jobs: int,
        slots: Jobserver,
        memory: Memory,
        group: TaskGroup,
        one: Callable[[str], Coroutine[Any, Any, None]],
    ) -> None:
        self._plan = plan
        self._jobs = jobs
        self._slots = slots
        self._memory = memory
        self._group = group
        self._one = one
        self._waiting: CancelScope | None = None

    def fill(self) -> None:
        """Start what may start now."""
        from anyio import sleep, wait_readable

        while len(self._plan.running) < self._jobs and self._plan.has_next:
            if not self._slots.take():
                self._wait(partial(wait_readable, self._slots.descriptor))
                return
            name = self._plan.next(self._memory.fits(self._plan.running))
            if name is None:  # too little memory, or a signal came just now
                self._slots.give_back()
                if self._plan.stopped:
                    break
                self._wait(partial(sleep, _MEMORY_PAUSE_S))
                return
            self._group.start_soon(self._one, name)
        if self._waiting is not None:
            self._waiting.cancel()

    def _wait(self, until: Callable[[], Awaitable[None]]) -> None:
        """Look again after `until`; one wait at a time can be on a descriptor, and is enough."""
        from anyio import CancelScope

        if self._waiting is None:
            self._waiting = CancelScope()
            self._group.start_soon(self._refill, self._waiting, until)

    async def _refill(self, scope: CancelScope, until: Callable[[], Awaitable[None]]) -> None:
        with scope:
            await until()
        self._waiting = None
        self.fill()
