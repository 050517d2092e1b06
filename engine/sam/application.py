"""The application that a template describes: what is built, what is not, and the templates that a build leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.sam.candidate import Candidate, Unsupported
from engine.sam.target import BuildProperties, Target

if TYPE_CHECKING:
    from engine.sam.reading import Reading


class TemplateRequest(NamedTuple):
    """Everything but files that decides how an application is read. Plain data."""

    template: str
    """Absolute path of the root template."""
    base_dir: str | None
    """Absolute `--base-dir`."""
    build_dir: str
    """Absolute build directory."""
    manifest: str | None
    """Absolute `--manifest`: the Makefile of every target."""
    parameter_overrides: tuple[tuple[str, str], ...]
    region: str | None
    language_extensions: bool
    cwd: str
    """Absolute directory that the location of an `AWS::Include` counts from."""


class Application:
    """What an application builds, as plain data; the templates themselves are read again only for `render`."""

    __slots__ = ("_reading", "candidates", "inputs", "links", "request", "targets", "unsupported", "warnings")

    def __init__(
        self,
        request: TemplateRequest,
        targets: tuple[Target, ...],
        unsupported: tuple[Unsupported, ...],
        warnings: tuple[str, ...],
        inputs: tuple[str, ...],
        links: tuple[tuple[str, str], ...],
        candidates: tuple[Candidate, ...],
        reading: Reading | None = None,
    ) -> None:
        self.request = request
        self.targets = targets
        """What make builds, in template order: the root's, then each nested stack's in the order sam lists them."""
        self.unsupported = unsupported
        """What sam would build with another builder, or would refuse to build."""
        self.warnings = warnings
        """sam's own texts."""
        self.inputs = inputs
        """Absolute paths of all files whose bytes, or absence, decided any of this."""
        self.links = links
        """(path, real path) of code and metadata directories that symlinks lead elsewhere: part of the inputs."""
        self.candidates = candidates
        """Every function and layer that sam knows by name, in its order."""
        self._reading = reading

    def render(self, artifacts: Mapping[str, str]) -> dict[str, bytes]:
        """YAML bytes by absolute path of the output templates, root and nested.

        `artifacts` maps the full path of every target that has an artifact to its absolute directory; the others
        keep pointing at their source. Raises InputError where the templates cannot be read any more.
        """
        return self._read().render(artifacts)

    def build_toml(self) -> bytes:
        """The bytes of a `build.toml` that stock sam reads without being disturbed; see `engine.sam.build_toml`.

        Raises InputError where the templates cannot be read any more.
        """
        from engine.sam.build_toml import render

        return render(self._read().definitions)

    def plain(self) -> tuple[Any, ...]:
        """Nested tuples of str, int, bool and None for marshal; `from_plain` makes the application of them again."""
        return (
            tuple(self.request),
            tuple(
                (*target[:_PROPERTIES], tuple(target.properties), *target[_PROPERTIES + 1 :]) for target in self.targets
            ),
            tuple(tuple(row) for row in self.unsupported),
            self.warnings,
            self.inputs,
            self.links,
            tuple(tuple(row) for row in self.candidates),
        )

    @classmethod
    def from_plain(cls, plain: tuple[Any, ...]) -> Application:
        """The application that `plain` was made of. Raises TypeError or ValueError for anything else."""
        request, targets, unsupported, warnings, inputs, links, candidates = plain
        return cls(
            TemplateRequest._make(request),
            tuple(_target(row) for row in targets),
            tuple(Unsupported._make(row) for row in unsupported),
            warnings,
            inputs,
            links,
            tuple(Candidate._make(row) for row in candidates),
        )

    def _read(self) -> Reading:
        if self._reading is None:
            from engine.sam.reading import read

            self._reading = read(self.request)
        return self._reading


def load_application(request: TemplateRequest) -> Application:
    """Reads the application of `request`.

    Raises InputError: template missing, malformed, or one that sam refuses whatever is built.
    """
    from engine.sam.reading import read

    reading = read(request)
    return Application(
        request,
        tuple(definition.target for definition in reading.definitions),
        tuple(reading.survey.unsupported),
        tuple(reading.survey.warnings),
        reading.inputs,
        reading.links,
        tuple(reading.survey.candidates),
        reading,
    )


_PROPERTIES = Target._fields.index("properties")


def _target(row: tuple[Any, ...]) -> Target:
    properties = BuildProperties._make(row[_PROPERTIES])
    return Target._make((*row[:_PROPERTIES], properties, *row[_PROPERTIES + 1 :]))
