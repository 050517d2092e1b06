"""The plan of a request: the parsed, selected and ordered template, remembered by the content of all that was read."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from cache.snapshot import key_of, trusted
from engine.build.guard import refuse_sources_in_build_dir
from engine.build.options import BuildOptions
from engine.plan.graph import Graph
from engine.plan.manifest import ABSENT
from engine.plan.trace import Trace
from engine.sam.regular_file import read_regular
from engine.sam.target import BuildProperties, Target

if TYPE_CHECKING:
    from engine.sam.application import Application

_FORMAT = "plan-v2"
_LARGEST_BYTES = 1 << 30
"""More than any file that a plan is made of."""
_PROPERTIES = Target._fields.index("properties")


class Planned(NamedTuple):
    """What a request comes to."""

    request: str
    """Digest of the request."""
    targets: tuple[Target, ...]
    """The targets to build, in template order."""
    graph: Graph
    everything: tuple[Target, ...]
    """Every target of the template, selected or not."""
    others: tuple[str, ...]
    """Full paths of functions and layers that make does not build."""
    warnings: tuple[str, ...]
    full: bool
    """Whether everything was asked for, nothing excluded."""
    sources: str
    """Digest of all that the plan was made of; empty where that may have changed while it was read."""


class Templates:
    """Parses the template at most once in a build, and only when something needs it."""

    def __init__(self, options: BuildOptions, trace: Trace, clock_ns: int) -> None:
        """`clock_ns` is the file system's clock from before anything is read."""
        self._options = options
        self._clock_ns = clock_ns
        self._files: tuple[tuple[str, str], ...] = ()
        self._links: tuple[tuple[str, str], ...] = ()
        self._trace = trace
        self._application: Application | None = None

    def plan(self) -> Planned:
        """The plan, from the trace where nothing that decides it changed.

        Raises:
            InputError: for a template or a selection that cannot be built.
        """
        request = self._request()
        known = self._trace.plans.get(request)
        if known is not None and _still(known[0], known[1]):
            self._files, self._links = known[0], known[1]
            return _decode(request, known[2])._replace(sources=_sources(known[0], known[1]))
        return self._planned_anew(request)

    def _planned_anew(self, request: str) -> Planned:
        planned = self._plan(request)
        application = self.application()
        self._files = tuple((path, _digest(path)) for path in application.inputs)
        self._links = application.links
        if not all(_at_rest(path, self._clock_ns) for path in application.inputs):
            self._trace.forget_plan(request)
            return planned
        planned = planned._replace(sources=_sources(self._files, self._links))
        self._trace.set_plan(request, (self._files, self._links, _encode(planned)))
        return planned

    def still_as_planned(self) -> bool:
        """Whether the files that decided the plan are what they were then."""
        return _still(self._files, self._links)

    def application(self) -> Application:
        """The parsed template."""
        if self._application is None:
            from engine.sam.application import TemplateRequest, load_application

            options = self._options
            self._application = load_application(
                TemplateRequest(
                    template=options.template,
                    cwd=options.cwd,
                    base_dir=options.base_dir,
                    build_dir=options.build_dir,
                    manifest=options.manifest,
                    parameter_overrides=options.parameter_overrides,
                    region=options.region,
                    language_extensions=options.language_extensions,
                )
            )
        return self._application

    def _plan(self, request: str) -> Planned:
        from engine.plan.graph import build_graph
        from engine.plan.selection import refuse_unsupported, select, selected_targets

        application, options = self.application(), self._options
        selection = select(application.candidates, options.resources, options.exclude)
        refuse_unsupported(application.unsupported, selection)
        left = selected_targets(application.targets, selection)
        targets, graph = build_graph(left, selection.names)
        refuse_sources_in_build_dir(options, targets)
        known = {target.full_path for target in application.targets}
        others = tuple(row.full_path for row in application.candidates if row.full_path not in known)
        warnings = (*application.warnings, *selection.warnings)
        full = not options.resources and not options.exclude
        return Planned(request, targets, graph, application.targets, others, warnings, full, "")

    def _request(self) -> str:
        options = self._options
        asked = (
            _FORMAT, options.template, options.cwd, options.build_dir, options.base_dir, options.manifest,
            options.resources, options.exclude, options.parameter_overrides, options.region,
            options.language_extensions,
        )  # fmt: skip
        return hashlib.sha256(repr(asked).encode(errors="surrogateescape")).hexdigest()


def _still(files: tuple[tuple[str, str], ...], links: tuple[tuple[str, str], ...]) -> bool:
    return all(_digest(path) == digest for path, digest in files) and all(
        os.path.realpath(path) == real for path, real in links
    )


def _sources(files: tuple[tuple[str, str], ...], links: tuple[tuple[str, str], ...]) -> str:
    return hashlib.sha256(repr((files, links)).encode(errors="surrogateescape")).hexdigest()


def _at_rest(path: str, clock_ns: int) -> bool:
    """Whether a file was last written before `clock_ns`, so that what was parsed since is what it holds."""
    try:
        status = key_of(os.stat(path))
    except OSError:
        return True
    return trusted(status, clock_ns) == status


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(read_regular(path, _LARGEST_BYTES)).hexdigest()
    except OSError:
        return ABSENT


def _encode(planned: Planned) -> tuple[Any, ...]:
    everything = tuple(dict.fromkeys((*planned.everything, *planned.targets)))  # most of them are in both
    places = {target: index for index, target in enumerate(everything)}
    return (
        tuple((*target[:_PROPERTIES], tuple(target.properties), *target[_PROPERTIES + 1 :]) for target in everything),
        tuple(places[target] for target in planned.targets),
        tuple(planned.graph),
        len(planned.everything),
        planned.others,
        planned.warnings,
        planned.full,
    )


def _decode(request: str, known: tuple[Any, ...]) -> Planned:
    plain, places, graph, count, others, warnings, full = known
    everything = tuple(
        Target(*(*row[:_PROPERTIES], BuildProperties(*row[_PROPERTIES]), *row[_PROPERTIES + 1 :])) for row in plain
    )
    return Planned(
        request,
        tuple(everything[place] for place in places),
        Graph(*graph),
        everything[:count],
        others,
        warnings,
        full,
        "",
    )
