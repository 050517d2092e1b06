"""Real files to mutate: those of the examples, and those of the projects that the real sam builds too."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cache.digest import digest_bytes
from cache.tree import Entry, Tree, encode_tree
from cache.wire import ActionResult, OutputDirectory, OutputFile, encode_action_result
from engine.plan.trace import Trace
from tests.build.project import MAKEFILE, Project, function, template
from tests.parity.corpus import CASES
from tests.parity.project import parts_of

_EXAMPLES = Path(__file__).parents[2] / "examples"

OVERRIDES = {
    ".yaml": b"A: yes\nB: [x, 2, null]\n$include: file://more.json\nC: 010\n",
    ".toml": b'"$include" = ["file://more.json", "E=5"]\nD = 1.5\nF = [1, "x"]\n',
    ".json": b'{"R": "in json", "C": null, "$include": ["file://more.json", "X=\'a b\'"], "L": [true, 1e3]}',
}
"""Files of parameter overrides, by suffix."""
_YAML = b"""\
version: 0.1
default:
  build:
    parameters:
      template_file: t.yaml
      cached: true
      exclude: [One, Two]
      parameter_overrides: {A: 1, B: x}
  engine: {parameters: {jobs: 2}}
"""
IGNORE_FILES = (
    b"target/\n*.md\n!keep.md\n\n# comment\n/build\n**/cache/**\n[a-z]?.o\n\\#odd\ntrailing\\ \n",
    b"*.py[co]\n",
)


@cache
def templates() -> tuple[bytes, ...]:
    """Every template, as YAML and JSON, mostly with `Resources`."""
    examples = [path.read_bytes() for path in sorted(_EXAMPLES.rglob("*template.yaml"))]
    return (*examples, *_parts(lambda name, text: name.endswith((".yaml", ".yml", ".json")) and "Resources" in text))


@cache
def configurations(suffix: str) -> tuple[bytes, ...]:
    """Every samconfig; TOML for `.toml`, YAML for `.yaml`."""
    if suffix == ".toml":
        return _parts(lambda name, text: name.endswith(suffix) and "version" in text)
    return (
        _YAML,
        *_parts(lambda name, text: name.startswith("samconfig") and name.endswith((".yaml", ".yml"))),
    )


KEY = "0a" * 32
BLOBS = (b"print('one')\n", b"", bytes(range(256)))
"""What the trees among the messages name."""


@cache
def messages() -> tuple[bytes, ...]:
    """Trees, directories and results, canonical, and with everything that may be in them."""
    files = [Entry(f"f{at}", "file", 0o644, digest_bytes(blob), None) for at, blob in enumerate(BLOBS)]
    rows = [Entry(f"d{depth}" + "/d" * depth, "directory", 0o755, None, None) for depth in range(3)]
    rows += [Entry("d1/d", "directory", 0o711, None, None), Entry("d2/d", "directory", 0o755, None, None)]
    rows += [Entry("d1", "directory", 0o755, None, None), Entry("d2", "directory", 0o755, None, None)]
    links = [Entry("d1/up", "symlink", 0o777, None, "../f0"), Entry("loop", "symlink", 0o777, None, "d1/d/../../loop")]
    run = Entry("d2/d/run", "file", 0o4755, files[0].digest, None)
    encoded = encode_tree(Tree(tuple(sorted({*files, *rows, *links, run})), 0o750))
    output = OutputDirectory("", encoded.tree_digest, encoded.root_digest)
    log = digest_bytes(BLOBS[0])
    result = ActionResult(0, (output,), log, 10**18, 10**18 + 5, log, (OutputFile("a", log, True),))
    plain = ActionResult(output_directories=(OutputDirectory("", encoded.tree_digest),))
    directories = [message for _, message in encoded.directories]
    return (encoded.tree_message, encode_action_result(result), encode_action_result(plain), *directories)


@cache
def traces() -> tuple[bytes, ...]:
    """The trace of a small project after a build, and of none."""
    with TemporaryDirectory() as folder:
        project = Project(Path(folder) / "project")
        project.write({"src/Makefile": MAKEFILE, "src/app.py": "x", "src/.samignore": "*.md\n"})
        project.write(
            {"template.yaml": template(A=function(), B=function(metadata="BuildProperties: {DependsOn: [A]}"))}
        )
        project.build()
        content = (project.state_dir / "trace-v1").read_bytes()
        trace = Trace()
        trace.changed = True
        trace.save(folder)
        return (content, (Path(folder) / "trace-v1").read_bytes())


def _parts(wanted: Callable[[str, str], bool]) -> tuple[bytes, ...]:
    """The distinct files of all projects that are wanted by name and text."""
    texts = [text for case in CASES for text in (case.project, case.again) if text]
    parts = [part for text in texts for part in parts_of(text) if part.target is None]
    return tuple(dict.fromkeys(part.text.encode() for part in parts if wanted(Path(part.path).name, part.text)))
