"""The house keeps its shape: imports go downward only, without cycles, and no module or function outgrows its duty."""

from __future__ import annotations

import ast
import functools
import graphlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = (
    "engine.sam",
    "engine.make",
    "engine.plan",
    "engine.run",
    "engine.report",
    "engine.build",
    "engine.verify",
    "engine.audit",
    "engine.cli",
)
"""From the lowest to the highest; a layer imports itself, lower ones, the modules directly under engine, and cache."""
MAX_MODULE_LINES = 350
MAX_FUNCTION_LINES = 45


class Module(NamedTuple):
    """A source file as its syntax tells it."""

    name: str
    path: Path
    tree: ast.Module
    lines: int


def read_modules(root: Path, *packages: str) -> dict[str, Module]:
    """Every module of the packages below `root`, by dotted name."""
    found = {}
    for path in sorted(path for package in packages for path in (root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        found[name] = Module(name, path, ast.parse(text, str(path)), text.count("\n"))
    return found


def walk(tree: ast.Module, *, types: bool) -> Iterator[ast.AST]:
    """Every node of the module; without `types`, those under `if TYPE_CHECKING` are left out."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if types or not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            waiting.extend(ast.iter_child_nodes(node))


@functools.cache
def named_imports(tree: ast.Module, *, types: bool) -> set[str]:
    """Each dotted name that an import statement names, at any depth of the module."""
    names: set[str] = set()
    for node in walk(tree, types=types):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@functools.cache
def texts(tree: ast.Module) -> set[str]:
    """What stands before a colon in each text: a lazy import names its module so."""
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {value.partition(":")[0] for value in constants if isinstance(value, str) and "." in value}


def stated_imports(module: Module, known: dict[str, Module], *, types: bool = True) -> set[str]:
    """The project's own modules that import statements of `module` name."""
    names = set()
    for name in named_imports(module.tree, types=types):
        while name and name not in known:
            name = name.rpartition(".")[0]
        names.add(name)
    return names & known.keys() - {module.name}


def imports_of(module: Module, known: dict[str, Module]) -> set[str]:
    """The project's own modules that `module` imports, by statement or by a text."""
    return stated_imports(module, known) | (texts(module.tree) & known.keys() - {module.name})


def layer_of(name: str) -> int:
    """Position of the module in the house: -2 for cache, -1 for the modules directly under engine."""
    if name.split(".")[0] == "cache":
        return -2
    return next((level for level, layer in enumerate(LAYERS) if f"{name}.".startswith(f"{layer}.")), -1)


def upward_imports(modules: dict[str, Module]) -> list[str]:
    """The imports that go against the layers, `engine.__main__` (the front door) excepted."""
    return [
        f"{module.name} imports {imported}"
        for module in modules.values()
        if module.name != "engine.__main__"
        for imported in sorted(imports_of(module, modules))
        if layer_of(imported) > layer_of(module.name)
    ]


def ring(modules: dict[str, Module]) -> list[str]:
    """The modules of one cycle of imports in order, or nothing; neither types nor a table of lazy commands make one."""
    graph = {name: stated_imports(module, modules, types=False) for name, module in modules.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def functions_of(module: Module) -> Iterator[tuple[str, int]]:
    """(name and place, number of lines) of every function of the module."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{node.name} at {module.path}:{node.lineno}", (node.end_lineno or node.lineno) - node.lineno + 1


HOUSE = read_modules(ROOT, "engine", "cache")
BENCHMARKS = read_modules(ROOT, "benchmarks")
EVERYTHING = HOUSE | BENCHMARKS | read_modules(ROOT, "tests")


def test_house_is_read() -> None:
    assert set(range(-2, len(LAYERS))) == {layer_of(name) for name in HOUSE}


def test_imports_go_downward() -> None:
    assert upward_imports(HOUSE) == []


def test_imports_have_no_cycle() -> None:
    assert ring(HOUSE) == []


def test_local_cache_does_not_import_remote_cache() -> None:
    local = [module for module in HOUSE.values() if f"{module.name}.".startswith("cache.")]
    assert [
        module.name
        for module in local
        if not module.name.startswith("cache.remote")
        and any(n.startswith("cache.remote") for n in imports_of(module, HOUSE))
    ] == []


def test_benchmarks_see_the_engine_as_its_users_do() -> None:
    """All but the simulated builds, which drive the plan itself: time is what they do without."""
    simulated = {"benchmarks.simulation": {"engine.plan.graph"}, "benchmarks.schedule": {"engine.plan.states"}}
    assert {name: found for name, module in BENCHMARKS.items() if (found := imports_of(module, HOUSE))} == simulated


def test_house_does_not_import_tests_or_benchmarks() -> None:
    outside = EVERYTHING.keys() - HOUSE.keys()
    assert {
        module.name: found for module in HOUSE.values() if (found := imports_of(module, EVERYTHING) & outside)
    } == {}


def test_every_module_says_its_duty_in_one_line() -> None:
    modules = [*HOUSE.values(), *BENCHMARKS.values()]
    duties = {str(module.path): (ast.get_docstring(module.tree) or "").partition("\n")[0] for module in modules}
    assert [path for path, duty in duties.items() if not duty.endswith(".")] == []


def test_modules_stay_short() -> None:
    assert {str(m.path): m.lines for m in EVERYTHING.values() if m.lines > MAX_MODULE_LINES} == {}


def test_functions_stay_short() -> None:
    functions = [row for module in HOUSE.values() for row in functions_of(module)]
    assert [(where, lines) for where, lines in functions if lines > MAX_FUNCTION_LINES] == []


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("cache/disk.py", "import engine.errors\n", "cache.disk imports engine.errors"),
        ("engine/sam/yaml.py", "from engine.make import call\n", "engine.sam.yaml imports engine.make.call"),
        (
            "engine/run/pool.py",
            "def f():\n    from engine.build.run import go\n",
            "engine.run.pool imports engine.build.run",
        ),
        ("engine/errors.py", "import engine.sam.yaml as y\n", "engine.errors imports engine.sam.yaml"),
        ("engine/plan/key.py", "LAZY = 'engine.cli.main:main'\n", "engine.plan.key imports engine.cli.main"),
    ],
)
def test_upward_import_is_seen(tmp_path: Path, path: str, text: str, complaint: str) -> None:
    modules = [
        "engine/errors.py",
        "engine/sam/yaml.py",
        "engine/make/call.py",
        "engine/build/run.py",
        "engine/cli/main.py",
    ]
    for name in [*modules, path]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text if name == path else "", encoding="utf-8")
    assert upward_imports(read_modules(tmp_path, "engine", "cache")) == [complaint]


def test_cycle_is_seen(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "tree.py").write_text("def f():\n    import cache.disk\n", encoding="utf-8")
    (tmp_path / "cache" / "disk.py").write_text("from cache.tree import f\n", encoding="utf-8")
    assert set(ring(read_modules(tmp_path, "cache"))) == {"cache.tree", "cache.disk"}
