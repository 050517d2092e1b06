"""Which functions and layers of an application are built, which are skipped, and what each of them needs."""

from __future__ import annotations

from typing import Literal, NamedTuple

from engine.errors import InputError
from engine.sam.build_properties import parse_build_properties
from engine.sam.candidate import Candidate, Unsupported
from engine.sam.code_paths import CodePaths
from engine.sam.remote_code import elsewhere
from engine.sam.stack import Nest, Resource, Stack, is_path_component
from engine.sam.target import Target
from engine.sam.workflow import Obstacle, function_obstacle, layer_obstacle

CODE_PROPERTY = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::WebFunction": "CodeUri",
    "AWS::Lambda::Function": "Code",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Lambda::LayerVersion": "Content",
}
"""Resource types with code of their own, and the property that says where it is."""

_LAYERS = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")
_WEB_FUNCTION = "AWS::Serverless::WebFunction"
_WANTED = (
    *("CodeUri", "Code", "ContentUri", "Content", "ImageUri", "InlineCode", "PackageType"),
    *("Handler", "EntryPoint", "Runtime", "Architectures", "Layers", "FunctionName"),
    *("LayerName", "CompatibleRuntimes", "CompatibleArchitectures"),
)


class Definition(NamedTuple):
    """A target with what only the output template and build.toml need to know of it."""

    target: Target
    stack: Stack
    resource: Resource
    code_uri: str
    """The code path as sam records it."""


class Survey:
    """The functions and layers of all stacks, in sam's order."""

    def __init__(self, nest: Nest, paths: CodePaths) -> None:
        self._paths = paths
        self.warnings: dict[str, None] = dict.fromkeys(nest.warnings)
        self.definitions: list[Definition] = []
        self.unsupported: list[Unsupported] = []
        self.candidates: list[Candidate] = []
        for stack in nest.stacks:
            for logical_id, resource in stack.resources().items():
                if str(resource.get("Type")) in CODE_PROPERTY:
                    resolved, warnings = stack.resource_of(logical_id, resource, _WANTED)
                    self.warnings.update(dict.fromkeys(warnings))
                    _Case(self, stack, resolved, paths).settle()

    def warn(self, message: str) -> None:
        """Tells it once, however often it is found."""
        self.warnings[message] = None


class _Case:
    """One function or layer, from its resource to a target, an obstacle or nothing to do."""

    def __init__(self, survey: Survey, stack: Stack, resource: Resource, paths: CodePaths) -> None:
        self._survey = survey
        self._stack = stack
        self._resource = resource
        self._paths = paths
        self._properties = resource.properties
        self._metadata = resource.metadata
        self._kind: Literal["function", "layer"] = "layer" if resource.type in _LAYERS else "function"
        self._code_property = CODE_PROPERTY[resource.type]
        self._full_path = self._joined(resource.logical_id)

    def settle(self) -> None:
        """Adds the case to the survey. Raises InputError for what sam refuses whatever is built."""
        if self._is_elsewhere():
            return
        self._check_required()
        skipped = self._why_skipped()
        obstacle = None if skipped else self._obstacle()
        if obstacle:
            self._survey.unsupported.append(self._unsupported(obstacle))
        elif not skipped:
            self._survey.definitions.append(self._definition())
        self._survey.candidates.append(self._candidate(skipped, obstacle))

    def _is_elsewhere(self) -> bool:
        """Whether the code lies in S3 or a registry: then sam does not know the resource at all."""
        warning = elsewhere(self._resource, self._code_property, self._package_type())
        if warning is not None:
            self._survey.warn(warning)
        return warning is not None

    def _check_required(self) -> None:
        if self._resource.type == "AWS::Serverless::LayerVersion" and "ContentUri" not in self._properties:
            raise self._error("Missing required property 'ContentUri'.")
        needs_handler = self._kind == "function" and self._resource.type != _WEB_FUNCTION
        if needs_handler and self._package_type() == "Zip" and not self._properties.get("Handler"):
            message = f"Could not find handler for function: {self._resource.logical_id}"
            raise self._error(message, sam_type="MissingFunctionHandlerException")

    def _why_skipped(self) -> str | None:
        if self._kind == "layer" and not self._metadata.get("BuildMethod"):
            return "it has no Metadata.BuildMethod"
        if self._is_inline():
            return "its code is inline"
        code = self._properties.get(self._code_property)
        if isinstance(code, str) and code.endswith(".zip") and self._package_type() == "Zip":
            return "its code is a .zip file"
        if self._metadata.get("SkipBuild", False):
            return "its metadata says SkipBuild"
        if self._package_type() == "Image" and not self._is_buildable_image():
            return "it is an image without Dockerfile and DockerContext"
        return None

    def _is_inline(self) -> bool:
        if self._package_type() != "Zip" or self._kind == "layer":
            return False
        code = self._properties.get("Code") if self._resource.type == "AWS::Lambda::Function" else None
        return bool(code.get("ZipFile") if isinstance(code, dict) else self._properties.get("InlineCode"))

    def _is_buildable_image(self) -> bool:
        return bool(self._metadata.get("Dockerfile") and self._metadata.get("DockerContext"))

    def _package_type(self) -> object:
        if self._kind == "layer" or self._resource.type == _WEB_FUNCTION:
            return "Zip"
        return self._properties.get("PackageType", "Zip")

    def _obstacle(self) -> Obstacle | None:
        method = self._metadata.get("BuildMethod")
        if self._kind == "layer":
            return layer_obstacle(method)
        if self._package_type() != "Zip":
            is_image = self._package_type() == "Image"
            return Obstacle(
                "PackageType Image needs the docker builder" if is_image else "its PackageType is not Zip or Image"
            )
        declared = self._properties.get("Architectures")
        if declared and (not isinstance(declared, list) or len(declared) != 1):
            return Obstacle(f"Function {self._resource.logical_id} property Architectures should be a list of length 1")
        return function_obstacle(self._properties.get("Runtime"), method)

    def _definition(self) -> Definition:
        uri = self._uri()
        target = self._target(uri)
        if self._kind == "layer":
            self._warn_of_architecture(target.architecture)
        return Definition(target, self._stack, self._resource, self._paths.definition(self._stack, uri))

    def _target(self, uri: str) -> Target:
        if not is_path_component(self._resource.logical_id):
            raise self._error("The logical id cannot name a folder of the build directory")
        project = self._path("ProjectRootDirectory")
        code_dir = self._paths.code(self._stack, uri) if project is None else project
        return Target(
            full_path=self._full_path,
            logical_id=self._resource.logical_id,
            resource_id=self._joined(self._resource.resource_id),
            kind=self._kind,
            resource_type=self._resource.type,
            make_target=f"build-{self._resource.logical_id}",
            code_dir=code_dir,
            makefile=self._paths.makefile(self._path("ContextPath") or code_dir),
            working_dir=self._path("WorkingDirectory"),
            properties=parse_build_properties(
                self._metadata.get("BuildProperties"),
                self._resource.logical_id,
                self._stack.directory,
                self._stack.lines,
            ),
            layers=self._layers(),
            share_key=self._share_key(self._paths.definition(self._stack, uri)),
            runtime=_text_or_none(self._properties.get("Runtime")),
            architecture=self._architecture(),
            package_type="Zip",
            compatible_runtimes=_texts(self._properties.get("CompatibleRuntimes")),
            function_name=_text_or_none(self._properties.get("LayerName" if self._kind == "layer" else "FunctionName")),
            template=self._stack.location,
            stack_path=self._stack.path,
        )

    def _uri(self) -> str:
        value = self._properties.get(self._code_property, ".")
        if value is None or isinstance(value, dict) or (value == "" and self._kind == "function"):
            return "."  # an intrinsic that is only known once deployed: sam builds the template's directory
        if isinstance(value, str) and value and "\0" not in value:
            return value
        raise self._error(
            f"{self._code_property} must be a path, it is {value!r:.80}", "Properties", self._code_property
        )

    def _path(self, name: str) -> str | None:
        value = self._metadata.get(name)
        if not value:
            return None
        if not isinstance(value, str) or "\0" in value:
            raise self._error(f"Metadata.{name} must be a path, it is {value!r:.80}", "Metadata", name)
        return self._paths.metadata(value)

    def _architecture(self) -> str:
        if self._kind == "layer":
            return str(self._metadata.get("BuildArchitecture", "x86_64"))
        declared = self._properties.get("Architectures")
        is_fixed = self._resource.type == _WEB_FUNCTION
        return str(declared[0]) if isinstance(declared, list) and declared and not is_fixed else "x86_64"

    def _warn_of_architecture(self, architecture: str) -> None:
        name = self._resource.resource_id
        if architecture not in ("x86_64", "arm64"):
            self._survey.warn(f"WARNING: `{architecture}` in Layer `{name}` is not a valid architecture.")
        compatible = self._properties.get("CompatibleArchitectures") or ["x86_64"]
        if not isinstance(compatible, (list, str)) or architecture not in compatible:
            self._survey.warn(
                f"WARNING: Layer '{name}' has BuildArchitecture {architecture}, "
                "which is not listed in CompatibleArchitectures"
            )

    def _layers(self) -> tuple[str, ...]:
        """Full paths of the layers of this template that the function refers to, buildable or not."""
        listed = self._properties.get("Layers")
        if self._kind == "layer" or not isinstance(listed, list):
            return ()
        names = [item.get("Ref") for item in listed if isinstance(item, dict)]
        return tuple(dict.fromkeys(self._joined(name) for name in names if isinstance(name, str)))

    def _share_key(self, code_uri: str) -> str | None:
        """Equal for functions that sam builds once. Source: the equality of sam's build definitions."""
        if self._kind == "layer" or self._metadata.get("BuildMethod") == "makefile":
            return None
        kept = {key: value for key, value in self._metadata.items() if key not in ("SamResourceId", "SamNormalized")}
        kind = _WEB_FUNCTION if self._resource.type == _WEB_FUNCTION else "function"
        identity = (self._properties.get("Runtime"), code_uri, self._properties.get("ImageUri"), kept)
        return repr(_canonical([*identity, self._architecture(), kind]))

    def _candidate(self, skipped: str | None, obstacle: Obstacle | None) -> Candidate:
        name = self._properties.get("FunctionName") if self._kind == "function" else None
        names = (self._resource.resource_id, self._resource.logical_id, *([name] if isinstance(name, str) else []))
        return Candidate(
            full_path=self._full_path,
            sam_path=self._joined(self._resource.resource_id),
            names=tuple(dict.fromkeys(names)),
            kind=self._kind,
            state="skipped" if skipped else "unsupported" if obstacle else "target",
            reason=skipped or (obstacle.reason if obstacle else ""),
            is_inline=self._is_inline(),
            lacks_build_method=self._kind == "layer" and self._metadata.get("BuildMethod") is None,
        )

    def _unsupported(self, obstacle: Obstacle) -> Unsupported:
        where = ("Resources", self._resource.logical_id)
        return Unsupported(
            full_path=self._full_path,
            logical_id=self._resource.logical_id,
            resource_id=self._joined(self._resource.resource_id),
            kind=self._kind,
            reason=obstacle.reason,
            template=self._stack.location,
            line=self._stack.lines.line(where),
            sam_type=obstacle.sam_type,
            meant=obstacle.meant,
        )

    def _joined(self, name: str) -> str:
        return f"{self._stack.path}/{name}" if self._stack.path else name

    def _error(self, message: str, *below: str, sam_type: str | None = None) -> InputError:
        where = ("Resources", self._resource.logical_id, *below)
        return self._stack.lines.error(message, where, sam_type=sam_type)


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _canonical(value: object) -> object:
    """The value with mappings as sorted pairs, so that equal values have equal texts."""
    if isinstance(value, dict):
        return ("mapping", sorted((str(key), repr(_canonical(item))) for key, item in value.items()))
    return [_canonical(item) for item in value] if isinstance(value, list) else value
