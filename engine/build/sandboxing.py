"""Whether targets run in a sandbox: as the user says, and as the machine allows, which is asked when one is to run."""

from __future__ import annotations

import os
from threading import Lock

from engine.build.options import BuildOptions
from engine.errors import EnvironmentFault
from engine.plan.action import Action, checkout_root
from engine.plan.trace import Trace
from engine.run.bubblewrap import Bubblewrap, find_bubblewrap
from engine.run.command import Wrapper, bare
from engine.run.hiding import hint_of
from engine.run.mounts import Mounts
from engine.run.sandbox import Grounds, Sandbox
from engine.run.scratch import Scratch

WORKS = "works"


class Sandboxing:
    """The sandbox of one build; `program` is called from several threads."""

    def __init__(self, options: BuildOptions, state_dir: str, trace: Trace, environ: dict[str, str]) -> None:
        """`trace` remembers where bubblewrap works."""
        project_dir = os.path.dirname(options.template)
        self._mode = options.sandbox
        self._grounds = Grounds(
            project_dir=project_dir,
            checkout=checkout_root(project_dir),
            build_dir=options.build_dir,
            own=(options.build_dir, state_dir, options.cache_dir),
        )
        self._trace = trace
        self._environ = environ
        self._lock = Lock()
        self._decided: tuple[Bubblewrap | None, EnvironmentFault | None] | None = None

    def wrapper(self, scratch: Scratch) -> Wrapper:
        """What puts the sandbox around make."""
        return bare if self._mode == "off" else Sandbox(self._grounds, scratch, self.program)

    def hint(self, action: Action, log: str, said: str | None) -> str | None:
        """The hint of a failed run; `said` is the one without regard to the sandbox."""
        if self._decided is None or self._decided[0] is None:
            return said
        return hint_of(action, log, said, self._grounds)

    def program(self) -> Bubblewrap | None:
        """What makes the sandboxes; None for none. Decided once in a build.

        Raises:
            EnvironmentFault: where there must be one and cannot be.
        """
        with self._lock:
            if self._decided is None:
                self._decided = self._decide()
        program, fault = self._decided
        if fault is not None:
            raise fault
        return program

    def _decide(self) -> tuple[Bubblewrap | None, EnvironmentFault | None]:
        program = find_bubblewrap(self._environ)
        refusal = None if program is None else known_refusal(self._trace, program)
        if program is not None and refusal is None:
            return program, None
        return None, _fault(program, refusal) if self._mode == "on" else None


def known_refusal(trace: Trace, program: Bubblewrap) -> str | None:
    """`Bubblewrap.refusal` of the plainest sandbox; that it works is believed as long as the machine stays as it is."""
    state = program.state()
    if trace.tools.get(program.bwrap) == (state, WORKS):
        return None
    mounts = Mounts()
    mounts.hide("/usr/share")
    refusal = program.refusal(mounts.arguments())
    if refusal is None:
        trace.tools[program.bwrap] = (state, WORKS)
        trace.changed = True
    return refusal


def _fault(program: Bubblewrap | None, refusal: str | None) -> EnvironmentFault:
    message = "The sandbox cannot be made: --sandbox=on"
    if program is None:
        return EnvironmentFault(
            f"{message}, and bubblewrap is not installed",
            hint="install it (Debian, Ubuntu, Fedora: the package bubblewrap), or build with --sandbox=auto or off",
        )
    return EnvironmentFault(
        f"{message}, and bubblewrap does not work here",
        rows=(("program", program.bwrap), ("it says", refusal or "")),
        hint=_way_out(refusal or ""),
    )


def _way_out(refusal: str) -> str:
    if "env:" in refusal:
        return "install GNU coreutils 8.31 or newer, or build with --sandbox=auto or off"
    return (
        "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1; Ubuntu: "
        "kernel.apparmor_restrict_unprivileged_userns=0; a container: its seccomp profile), "
        "or build with --sandbox=auto or off"
    )
