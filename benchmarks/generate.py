"""Writes a monorepo of functions and layers built by make: the same bytes for the same shape and seed."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from typing import Literal, NamedTuple

FILE_FRAME = 'DATA = "{}"\n'
MIN_FILE_BYTES = len(FILE_FRAME.format(""))
C_SOURCE = """\
#include <stdio.h>

static unsigned long mix(unsigned long value) {{ return value * {factor}UL + {term}UL; }}

int main(void) {{
    unsigned long value = 1;
    for (int step = 0; step < 1000; step++) value = mix(value);
    return printf("%lu\\n", value) < 0;
}}
"""

STAGE_SOURCE = """\

unsigned long stage_{number}(unsigned long value, unsigned char *text, int length) {{
    for (int step = 0; step < length; step++) {{
        switch ((value ^ text[step]) & 7) {{
        case 0: value = value * {factor}UL + {number}; break;
        case 1: value ^= value >> 7; break;
        case 2: text[step] = (unsigned char)(value >> 3); break;
        default: value += text[(step + {number}) % length];
        }}
    }}
    return value;
}}
"""


class Shape(NamedTuple):
    """What the monorepo is to be; two equal shapes give equal trees."""

    functions: int = 100
    files: int = 20
    """Source files of each function and layer, bootstrap.c and Makefile apart."""
    file_size_bytes: int = 4096
    nested_every: int = 4
    """Every n-th file lies in a subfolder; 0: none."""
    shared: bool = False
    """Whether all functions have one CodeUri and one Makefile."""
    compiled_every: int = 0
    """Every n-th function also has a C program that gcc compiles; 0: none."""
    layers: int = 0
    """Layers; each function references one of them."""
    depends: bool = False
    """Whether each function declares a dependency on its layer and copies a file of the layer's artifact."""
    seed: int = 1
    stages: int = 0
    """C functions beside `main` in each program: 50 keep gcc busy for about 0.3 s."""


class Unit(NamedTuple):
    """One function or layer of the monorepo. Paths are relative to its root."""

    name: str
    kind: Literal["function", "layer"]
    number: int
    directory: str
    code_dir: str
    """The CodeUri or ContentUri: `directory`, or the folder of all functions where that is shared."""
    layer: str | None
    """The layer that a function references."""

    @property
    def target(self) -> str:
        """The make target."""
        return f"build-{self.name}"

    @property
    def edited_file(self) -> str:
        """The source file that an edit of the unit changes."""
        return f"{self.directory}/src/part_000.py"


class Monorepo(NamedTuple):
    """A generated tree."""

    shape: Shape
    units: tuple[Unit, ...]
    """Layers first."""

    @property
    def layers(self) -> tuple[Unit, ...]:
        """The units that are layers."""
        return tuple(unit for unit in self.units if unit.kind == "layer")

    @property
    def functions(self) -> tuple[Unit, ...]:
        """The units that are functions."""
        return tuple(unit for unit in self.units if unit.kind == "function")


def plan(shape: Shape) -> Monorepo:
    """The units of the shape, without writing anything.

    Raises:
        ValueError: The shape is impossible.
    """
    if shape.functions < 1 or shape.files < 1 or shape.file_size_bytes < MIN_FILE_BYTES:
        raise ValueError(f"a monorepo needs a function, a file, and {MIN_FILE_BYTES} bytes in each file")
    if shape.depends and not shape.layers:
        raise ValueError("functions can depend on layers only where there are layers")
    layers = tuple(_layer(number) for number in range(shape.layers))
    return Monorepo(shape, layers + tuple(_function(number, shape) for number in range(shape.functions)))


def _layer(number: int) -> Unit:
    name = f"Layer{number:02}"
    return Unit(name, "layer", number, f"layers/{name}", f"layers/{name}", None)


def _function(number: int, shape: Shape) -> Unit:
    name = f"Function{number:04}"
    directory = f"functions/{name}"
    layer = f"Layer{number % shape.layers:02}" if shape.layers else None
    return Unit(name, "function", number, directory, "functions" if shape.shared else directory, layer)


def file_names(shape: Shape) -> tuple[str, ...]:
    """Source files of each unit, relative to its `src`; the first is never nested."""
    nested = shape.nested_every
    return tuple(
        f"package_{number % 3}/inner/part_{number:03}.py"
        if nested and number % nested == nested - 1 and number
        else f"part_{number:03}.py"
        for number in range(shape.files)
    )


def sources(unit: Unit, shape: Shape) -> dict[str, bytes]:
    """The unit's files apart from its Makefile: path relative to its directory -> content."""
    rng = random.Random(f"{shape.seed}/{unit.name}")
    files = {f"src/{name}": _content(rng, shape.file_size_bytes) for name in file_names(shape)}
    if is_compiled(unit, shape):
        files["bootstrap.c"] = _program(rng, shape.stages).encode()
    return files


def _program(rng: random.Random, stages: int) -> str:
    program = C_SOURCE.format(factor=rng.getrandbits(31) | 1, term=rng.getrandbits(31))
    factors = [rng.getrandbits(31) | 1 for _ in range(stages)]
    return program + "".join(STAGE_SOURCE.format(number=number, factor=one) for number, one in enumerate(factors))


def _content(rng: random.Random, size_bytes: int) -> bytes:
    payload = size_bytes - MIN_FILE_BYTES
    return FILE_FRAME.format(rng.randbytes((payload + 1) // 2).hex()[:payload]).encode()


def is_compiled(unit: Unit, shape: Shape) -> bool:
    """Whether the unit has a C program."""
    return unit.kind == "function" and shape.compiled_every > 0 and unit.number % shape.compiled_every == 0


def rule(unit: Unit, shape: Shape) -> str:
    """The unit's make rule: explicit, or a pattern in every second Makefile that is the unit's own."""
    own_makefile = unit.code_dir == unit.directory
    place = "" if own_makefile else f"{unit.name}/"
    head = "build-%" if own_makefile and unit.number % 2 else unit.target
    lines = [f"{head}:", f'\tcp -R {place}src/. "$(ARTIFACTS_DIR)/"']
    if is_compiled(unit, shape):
        lines.append(f'\tgcc -O2 -o "$(ARTIFACTS_DIR)/bootstrap" {place}bootstrap.c')
    if shape.depends and unit.layer:
        lines.append(f'\tcp "$(ARTIFACTS_DIR)/../{unit.layer}/part_000.py" "$(ARTIFACTS_DIR)/layer_part.py"')
    return "\n".join(lines) + "\n"


def resource(unit: Unit, shape: Shape) -> str:
    """The unit's lines in the template."""
    lines = [f"  {unit.name}:", "    Metadata:", "      BuildMethod: makefile"]
    if shape.depends and unit.layer:
        lines += ["      BuildProperties:", f"        DependsOn: [{unit.layer}]"]
    if unit.kind == "layer":
        return "\n".join([*lines, *_layer_properties(unit)]) + "\n"
    lines += ["    Type: AWS::Serverless::Function", "    Properties:", f"      CodeUri: {unit.code_dir}/"]
    lines += ["      Handler: part_000.handler", "      Runtime: provided.al2023"]
    if unit.layer:
        lines += ["      Layers:", f"        - Ref: {unit.layer}"]
    return "\n".join(lines) + "\n"


def _layer_properties(unit: Unit) -> list[str]:
    return [
        "    Type: AWS::Serverless::LayerVersion",
        "    Properties:",
        f"      ContentUri: {unit.code_dir}/",
        "      CompatibleRuntimes: [provided.al2023]",
    ]


def generate(root: Path, shape: Shape) -> Monorepo:
    """Writes the monorepo into the folder `root`, which must be new or empty."""
    monorepo = plan(shape)
    makefiles: dict[str, list[str]] = {}
    for unit in monorepo.units:
        makefiles.setdefault(unit.code_dir, []).append(rule(unit, shape))
        for name, content in sources(unit, shape).items():
            _write(root / unit.directory / name, content)
    for directory, rules in makefiles.items():
        _write(root / directory / "Makefile", "\n".join(rules).encode())
    header = "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nResources:\n"
    _write(root / "template.yaml", (header + "".join(resource(unit, shape) for unit in monorepo.units)).encode())
    _write(root / ".gitignore", b".aws-sam/\n")
    return monorepo


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def write_version(root: Path, monorepo: Monorepo, unit: Unit, token: str) -> None:
    """Gives the unit's edited file the content of version `token`; the empty token is the generated one."""
    content = sources(unit, monorepo.shape)["src/part_000.py"]
    (root / unit.edited_file).write_bytes(content + (f"# {token}\n".encode() if token else b""))


def add_shape_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `shape_from` that are not sizes."""
    default = Shape()
    parser.add_argument(
        "--file-bytes", type=int, default=default.file_size_bytes, help="size of each file (%(default)s)"
    )
    parser.add_argument("--nested-every", type=int, default=default.nested_every, help="every n-th file in a subfolder")
    parser.add_argument("--shared", action="store_true", help="one CodeUri and Makefile for all functions")
    parser.add_argument("--compiled-every", type=int, default=0, help="every n-th function compiles a C program")
    parser.add_argument("--layers", type=int, default=0, help="layers that the functions reference")
    parser.add_argument("--depends", action="store_true", help="functions read their layer's artifact")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--stages", type=int, default=0, help="C functions in each program: 50 take gcc about 0.3 s")


def size(text: str) -> tuple[int, int]:
    """(functions, files) of a size such as `100x20`.

    Raises:
        argparse.ArgumentTypeError: It is not such a size.
    """
    functions, cross, files = text.partition("x")
    if not (cross and functions.isdecimal() and files.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not functions x files, such as 100x20")
    return int(functions), int(files)


def shape_from(options: argparse.Namespace, functions: int, files: int) -> Shape:
    """The shape that the command line describes."""
    return Shape(
        functions,
        files,
        options.file_bytes,
        options.nested_every,
        options.shared,
        options.compiled_every,
        options.layers,
        options.depends,
        options.seed,
        options.stages,
    )


def main(argv: list[str]) -> int:
    """Writes a monorepo: `python -m benchmarks.generate DIRECTORY --size 100x20`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=main.__doc__)
    parser.add_argument("directory", type=Path, help="a new or empty folder")
    parser.add_argument("--size", type=size, default=(100, 20), metavar="NxM", help="functions x files (100x20)")
    add_shape_arguments(parser)
    options = parser.parse_args(argv)
    if options.directory.exists() and any(options.directory.iterdir()):
        parser.error(f"{options.directory} is not empty")
    try:
        generate(options.directory, shape_from(options, *options.size))
    except ValueError as error:
        parser.error(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
