from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cache.snapshot import filesystem_clock_ns
from engine.audit.findings import FileFinding, How
from engine.audit.patterns import globs
from engine.plan.scan import Scanner
from engine.plan.trace import Trace

NAMES = st.text(st.sampled_from("ab. *?[]!#\\-\n{}'\"ü\udce9"), min_size=1, max_size=6).filter(
    lambda name: name not in (".", "..")
)


def found(*paths: str, how: How = How.READ, by: str = "cp") -> list[FileFinding]:
    return [FileFinding(f"/app/{path}", how, (by,)) for path in paths]


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        (found("x.py"), ["x.py"]),
        (found("../y/x.py"), ["/y/x.py"]),
        (found("lib/a.py", "lib/b.py", "lib/c.py"), ["lib/a.py", "lib/b.py", "lib/c.py"]),
        (found("lib/a.py", "lib/b.py", "lib/c.py", "lib/d.py", "lib/x.json"), ["lib/*.py", "lib/x.json"]),
        (found("lib", how=How.LISTED), ["lib/*"]),
        (found("lib", how=How.LISTED, by="python3.11"), ["lib/*.py"]),
        (found("lib", how=How.LISTED) + found("lib/a.py", "x.py"), ["lib/*.py", "x.py"]),
        (found("lib", "lib/sub", how=How.LISTED) + found("lib/a.py", "lib/sub/b.py"), ["lib/**/*.py"]),
        (found("lib", "lib/sub", how=How.LISTED) + found("lib/a.py", "lib/sub/b"), ["lib/**/*"]),
        (found("none.toml", how=How.ABSENT), ["none.toml"]),
        (
            found("lib", how=How.LISTED, by="python3") + found("lib/a.py") + found("lib/a.toml", how=How.ABSENT),
            ["lib/*.py", "lib/a.toml"],
        ),
        (found("lib", how=How.LISTED, by="python3") + found("lib/a.json"), ["lib/*.json", "lib/*.py"]),
        (found("lib", how=How.LISTED, by="python3") + found("lib/a"), ["lib/*"]),
        (found("a*[b]?.txt"), ["a\\*\\[b]\\?.txt"]),
        (found("end "), ["end\\ "]),
        (found("caf\udce9"), ["caf?"]),
    ],
)
def test_globs(findings: list[FileFinding], expected: list[str]) -> None:
    normal = [row._replace(path=os.path.normpath(row.path)) for row in findings]
    assert list(globs(normal, "/app", "/app")) == expected


def test_globs_count_from_the_template() -> None:
    assert globs(found("lib/a.py"), "/app/stack", "/app") == ("../lib/a.py",)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.tuples(NAMES, NAMES), min_size=1, max_size=4), NAMES)
def test_a_file_is_declared_whatever_its_name(files: set[tuple[str, str]], other: str) -> None:
    """And so that no other file of the folder is, as long as its name can be said in a template."""
    with tempfile.TemporaryDirectory() as root:
        for folder, name in files:
            os.makedirs(f"{root}/+{folder}", exist_ok=True)
            with open(f"{root}/+{folder}/+{name}", "w", encoding="utf-8") as file:
                file.write("1")
        paths = {f"{root}/+{folder}/+{name}" for folder, name in files}
        patterns = globs([FileFinding(path, How.READ, ("cp",)) for path in sorted(paths)], root, root)
        scanner = Scanner(Trace(), filesystem_clock_ns(root), ())
        declared: set[str] = set()
        for pattern in patterns:
            base, snapshot = scanner.inputs(root, pattern)
            assert snapshot is not None, pattern
            declared |= {f"{base}/{path}" for path in snapshot.files}
        assert paths <= declared
        stranger = f"{root}/+{next(iter(files))[0]}/-{other}"
        folder, counts, _ = scanner.counts_in_input(root, patterns[0])
        if "?" not in "".join(patterns) and "*" not in "".join(patterns):
            assert not counts(os.path.relpath(stranger, folder), False)
