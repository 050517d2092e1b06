"""A single target that is left runs without an event loop, which takes longer to import than many a make runs."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from engine.plan.states import Plan
from engine.run.jobserver import Jobserver

_AWAKE_EVERY_S = 0.25


def ran_alone(plan: Plan, work: Callable[[str], bool], slots: Jobserver) -> bool:
    """Bring the target of a plan that has one to its end, in a thread of its own; False where there are more.

    `work` is as for `engine.run.scheduler.run_plan`.
    """
    if len(plan.unfinished) != 1 or not slots.take():
        return False
    try:
        name = plan.next()
        if name is not None:  # else a signal came just now
            _in_thread(plan, work, name)
    finally:
        slots.give_back()
    return True


def _in_thread(plan: Plan, work: Callable[[str], bool], name: str) -> None:
    bugs: list[BaseException] = []

    def run() -> None:
        try:
            if work(name):
                plan.succeeded(name)
            else:
                plan.failed(name, keep_going=False)
        except BaseException as bug:
            bugs.append(bug)

    thread = Thread(target=run)
    thread.start()
    while thread.is_alive():
        thread.join(
            _AWAKE_EVERY_S
        )  # a signal that comes just before a wait does not end it, only Python that runs hears it
    if bugs:
        raise bugs[0]
