"""One reading of an application's templates: the whole story from the root template to targets and output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.sam.code_paths import CodePaths
from engine.sam.linking import linked
from engine.sam.output import output_templates
from engine.sam.stack import Sources, load_stacks
from engine.sam.survey import Survey

if TYPE_CHECKING:
    from engine.sam.application import TemplateRequest


class Reading:
    """The parsed templates of one request, and what they come to."""

    def __init__(self, request: TemplateRequest) -> None:
        self._request = request
        sources = Sources(request.cwd)
        overrides: dict[str, object] = dict(request.parameter_overrides)
        nest = load_stacks(request.template, sources, overrides, request.region, loops=request.language_extensions)
        paths = CodePaths(request.template, request.base_dir, request.manifest)
        self.stacks = nest.stacks
        self.survey = Survey(nest, paths)
        self.definitions = linked(self.survey, nest.stacks)
        self.inputs = tuple(sources.inputs)
        self.links = tuple(paths.links.items())

    def render(self, artifacts: Mapping[str, str]) -> dict[str, bytes]:
        """YAML bytes by absolute path of the output templates; see `Application.render`."""
        raw_uris = self._request.base_dir is not None
        with _within_the_stack(self._request.template):
            return output_templates(
                self._request.build_dir, self.stacks, self.definitions, artifacts, raw_uris=raw_uris
            )


def read(request: TemplateRequest) -> Reading:
    """Reads the templates of `request`. Raises InputError."""
    with _within_the_stack(request.template):
        return Reading(request)


@contextmanager
def _within_the_stack(template: str) -> Iterator[None]:
    """Turns what exhausts Python's stack, such as a long chain of conditions, into the template's error."""
    try:
        yield
    except RecursionError:
        raise InputError("The template is nested too deeply to be evaluated", rows=(("template", template),)) from None
