"""The generated monorepo: the same for the same seed, and buildable by make alone in every shape."""

from __future__ import annotations

import argparse
import ast
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from benchmarks.generate import Shape, Unit, file_names, generate, main, plan, size, sources, write_version
from benchmarks.oracle import tree_digest

SMALL = Shape(functions=4, files=5, file_size_bytes=100)
SHAPES = {
    "own": SMALL,
    "flat": SMALL._replace(nested_every=0),
    "shared": SMALL._replace(shared=True),
    "compiled": SMALL._replace(compiled_every=2),
    "layers": SMALL._replace(layers=2),
    "depends": SMALL._replace(layers=2, depends=True),
    "everything": SMALL._replace(shared=True, compiled_every=3, layers=3, depends=True),
}
every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())


def make(root: Path, unit: Unit, artifacts: Path) -> Path:
    artifact = artifacts / unit.name
    artifact.mkdir(parents=True)
    env = {**os.environ, "ARTIFACTS_DIR": str(artifact)}
    subprocess.run(["make", "-s", unit.target], cwd=root / unit.code_dir, env=env, check=True)
    return artifact


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@every_shape
def test_same_seed_gives_same_tree(tmp_path: Path, shape: Shape) -> None:
    generate(tmp_path / "one", shape)
    generate(tmp_path / "two", shape)
    generate(tmp_path / "other", shape._replace(seed=2))
    assert tree_digest(tmp_path / "one") == tree_digest(tmp_path / "two") != tree_digest(tmp_path / "other")


@every_shape
def test_make_leaves_the_sources(tmp_path: Path, shape: Shape) -> None:
    for unit in generate(tmp_path / "project", shape).units:
        left = files_below(make(tmp_path / "project", unit, tmp_path / "artifacts"))
        compiled = left.pop("bootstrap", None)
        assert (compiled is None) == ("bootstrap.c" not in sources(unit, shape))
        layer_part = left.pop("layer_part.py", None)
        assert (layer_part is not None) == (shape.depends and unit.kind == "function")
        assert {f"src/{name}": content for name, content in left.items()} == {
            name: content for name, content in sources(unit, shape).items() if name != "bootstrap.c"
        }


def test_dependent_function_has_its_layers_bytes(tmp_path: Path) -> None:
    monorepo = generate(tmp_path / "project", SHAPES["depends"])
    artifacts = {unit.name: make(tmp_path / "project", unit, tmp_path / "artifacts") for unit in monorepo.units}
    for function in monorepo.functions:
        assert function.layer is not None
        layer_part = (artifacts[function.name] / "layer_part.py").read_bytes()
        assert layer_part == (artifacts[function.layer] / "part_000.py").read_bytes()


def test_compiled_function_runs(tmp_path: Path) -> None:
    unit = generate(tmp_path / "project", SHAPES["compiled"]).functions[0]
    bootstrap = make(tmp_path / "project", unit, tmp_path / "artifacts") / "bootstrap"
    assert subprocess.run([bootstrap], capture_output=True, check=True).stdout.strip().isdigit()


def test_stages_are_work_for_gcc(tmp_path: Path) -> None:
    shape = SHAPES["compiled"]._replace(stages=7)
    monorepo = generate(tmp_path / "project", shape)
    program = sources(monorepo.functions[0], shape)["bootstrap.c"].decode()
    assert [f"stage_{number}(" in program for number in range(8)] == [True] * 7 + [False]
    bootstrap = make(tmp_path / "project", monorepo.functions[0], tmp_path / "artifacts") / "bootstrap"
    assert subprocess.run([bootstrap], capture_output=True, check=True).stdout.strip().isdigit()


def test_makefiles_are_explicit_and_patterns(tmp_path: Path) -> None:
    monorepo = generate(tmp_path, SMALL)
    heads = [(tmp_path / unit.code_dir / "Makefile").read_text().partition("\n")[0] for unit in monorepo.functions]
    assert heads == ["build-Function0000:", "build-%:", "build-Function0002:", "build-%:"]


@every_shape
def test_template_names_every_unit(tmp_path: Path, shape: Shape) -> None:
    monorepo = generate(tmp_path, shape)
    resources = yaml.safe_load((tmp_path / "template.yaml").read_text())["Resources"]
    assert list(resources) == [unit.name for unit in monorepo.units]
    for unit in monorepo.units:
        resource = resources[unit.name]
        assert resource["Metadata"]["BuildMethod"] == "makefile"
        assert ("BuildProperties" in resource["Metadata"]) == (shape.depends and unit.kind == "function")
        code = resource["Properties"]["CodeUri" if unit.kind == "function" else "ContentUri"]
        assert (tmp_path / code / "Makefile").is_file()
    assert all(
        resources[unit.name]["Properties"]["Layers"] == [{"Ref": unit.layer}]
        for unit in monorepo.functions
        if unit.layer
    )


@pytest.mark.parametrize("size_bytes", [10, 11, 1000, 4097])
def test_files_have_their_size_and_are_python(size_bytes: int) -> None:
    shape = SMALL._replace(file_size_bytes=size_bytes)
    for unit in plan(shape).units:
        for content in sources(unit, shape).values():
            assert len(content) == size_bytes
            assert isinstance(ast.parse(content).body[0], ast.Assign)


def test_files_are_nested_as_asked() -> None:
    assert [name.count("/") for name in file_names(SMALL._replace(files=8))] == [0, 0, 0, 2, 0, 0, 0, 2]
    assert not any("/" in name for name in file_names(SMALL._replace(nested_every=0)))


def test_version_is_written_and_taken_back(tmp_path: Path) -> None:
    monorepo = generate(tmp_path, SMALL)
    generated = tree_digest(tmp_path)
    write_version(tmp_path, monorepo, monorepo.functions[1], "edited")
    assert (tmp_path / monorepo.functions[1].edited_file).read_bytes().endswith(b"# edited\n")
    assert tree_digest(tmp_path) != generated
    write_version(tmp_path, monorepo, monorepo.functions[1], "")
    assert tree_digest(tmp_path) == generated


@pytest.mark.parametrize("wrong", [Shape(functions=0), Shape(files=0), Shape(file_size_bytes=9), Shape(depends=True)])
def test_impossible_shape_is_refused(wrong: Shape) -> None:
    with pytest.raises(ValueError, match=r"a monorepo needs|where there are layers"):
        plan(wrong)


def test_size_is_read() -> None:
    assert size("100x20") == (100, 20)
    for wrong in ("100", "x20", "100x", "axb", "-1x2"):
        with pytest.raises(argparse.ArgumentTypeError, match="100x20"):
            size(wrong)


def test_command_writes_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(tmp_path / "new"), "--size", "2x3", "--file-bytes", "50", "--seed", "7"]
    assert main(arguments) == 0
    generate(tmp_path / "same", Shape(functions=2, files=3, file_size_bytes=50, seed=7))
    assert tree_digest(tmp_path / "new") == tree_digest(tmp_path / "same")
    with pytest.raises(SystemExit):
        main(arguments)
    assert "is not empty" in capsys.readouterr().err
