from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from engine.audit.utilities import UTILITIES, is_part_of_compiler, version_command
from tests.audit.project import CLEAN, UNDECLARED, Audited, program
from tests.build.project import BUILT, UP_TO_DATE


def test_utilities_are_no_inputs(project: Audited) -> None:
    project.recipe(
        "sed s/one/two/ app.py | sort | tee copy > $(ARTIFACTS_DIR)/app.py; env true; ls; uname; cut -c1 app.py"
    )
    audit = project.audit()
    assert (audit.status, audit.findings.programs) == (CLEAN, ())


def test_a_compiler_is_pinned_by_one_line(project: Audited) -> None:
    project.write({"src/main.c": '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n'})
    project.recipe("cc -o $(ARTIFACTS_DIR)/bootstrap main.c")
    audit = project.audit()
    assert audit.findings.files == ()
    assert [(row.name, row.tool) for row in audit.findings.programs] == [("cc", "cc --version")]
    assert audit.findings.programs[0].version
    assert audit.declare == (("Tools", ("cc --version",)),)
    project.declare(audit)
    audit = project.audit()
    assert audit.status is CLEAN
    assert [row.declared for row in audit.findings.programs] == [True]


def test_a_tool_may_be_declared_by_another_of_its_names(project: Audited) -> None:
    project.write({"src/main.c": "int main(void) { return 0; }\n"})
    project.recipe("cc -o $(ARTIFACTS_DIR)/bootstrap main.c", metadata="BuildProperties: {Tools: [gcc --version]}")
    assert os.path.realpath(shutil.which("cc") or "") == os.path.realpath(shutil.which("gcc") or "")
    assert project.audit().status is CLEAN


def test_pythons_own_files_are_no_inputs(project: Audited) -> None:
    imports = "import json, ssl, sqlite3, email, zipfile, site, locale, subprocess"
    project.recipe(f'python3 -c \'{imports}; json.dump([1], open("x", "w"))\'', "cp x $(ARTIFACTS_DIR)/")
    audit = project.audit({"PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"})
    assert audit.findings.files == ()
    assert audit.declare == (("Tools", ("python3 --version",)),)
    assert audit.findings.programs[0].version.startswith("Python 3.")


def test_an_installed_tool_with_files_of_its_own(project: Audited, tmp_path: Path) -> None:
    """Laid out as node, go and others are: programs in bin, the rest beside it."""
    home = tmp_path / "toolchain"
    program(home / "bin" / "node", f"cat {home}/lib/modules/npm.js >/dev/null; {home}/libexec/part", 'echo "v18.0.0"')
    program(home / "libexec" / "part", "exit 0")
    (home / "lib" / "modules").mkdir(parents=True)
    (home / "lib" / "modules" / "npm.js").write_text("1")
    project.recipe("node build.js > $(ARTIFACTS_DIR)/out")
    search = {"PATH": f"{home}/bin:{os.environ['PATH']}"}
    audit = project.audit(search)
    assert audit.findings.files == ()
    assert [(row.path, row.version) for row in audit.findings.programs] == [(str(home / "bin/node"), "v18.0.0")]
    project.declare(audit)
    assert project.audit(search).status is CLEAN
    assert project.build(search) == {"Fn": UP_TO_DATE}
    program(home / "bin" / "node", 'echo "v20.0.0"')
    assert project.build(search) == {"Fn": BUILT}


def test_a_program_that_nobody_knows_is_pinned_by_its_bytes(project: Audited, tmp_path: Path) -> None:
    tool = program(tmp_path / "tools" / "bin" / "frobnicate", "cat", 'test $$ -gt 0 -a -z "$1" && echo done')
    project.recipe("frobnicate < app.py > $(ARTIFACTS_DIR)/out")
    search = {"PATH": f"{tool.parent}:{os.environ['PATH']}"}
    audit = project.audit(search)
    assert audit.declare == (("Tools", ('sha256sum < "$(command -v frobnicate)"',)),)
    project.declare(audit)
    assert project.audit(search).status is CLEAN
    tool.write_text(tool.read_text() + "# changed\n")
    assert project.build(search) == {"Fn": BUILT}


def test_a_part_of_an_installation_is_its_callers(project: Audited, tmp_path: Path) -> None:
    """As rustup has them: a linker deep in the toolchain, run by its full path."""
    part = program(tmp_path / "chain" / "lib" / "target" / "bin" / "linker", "exit 0")
    compiler = program(tmp_path / "chain" / "bin" / "rustc", str(part), "echo rustc 1.2.3")
    project.recipe("rustc app.py > $(ARTIFACTS_DIR)/out")
    audit = project.audit({"PATH": f"{compiler.parent}:{os.environ['PATH']}"})
    assert audit.declare == (("Tools", ("rustc --version",)),)


def test_a_tool_that_asks_another_which_one_it_is_does_not_use_it(project: Audited, tmp_path: Path) -> None:
    """As pip asks rustc, to tell the index."""
    asked = program(tmp_path / "asked" / "bin" / "frob", "echo frob 1")
    asking = program(tmp_path / "asking" / "bin" / "pip", "exec env frob --version")
    asking.write_text(f"#!{sys.executable} -I\nimport subprocess\nsubprocess.run(['{asked}', '--version'])\n")
    search = {"PATH": f"{asking.parent}:{asked.parent}:{os.environ['PATH']}"}
    project.recipe("-pip > $(ARTIFACTS_DIR)/out")
    assert "frob" not in [row.name for row in project.audit(search).findings.programs]
    project.recipe("frob --version > $(ARTIFACTS_DIR)/out")
    assert [row.name for row in project.audit(search).findings.programs] == ["frob"]


def test_a_program_of_the_checkout_is_a_file(project: Audited) -> None:
    program(project.root / "tools" / "gen.sh", "echo generated")
    project.recipe("$(HERE)../tools/gen.sh > $(ARTIFACTS_DIR)/out")
    audit = project.audit()
    assert audit.findings.programs == ()
    assert audit.declare == (("Inputs", ("tools/gen.sh",)),)
    project.declare(audit)
    assert project.audit().status is CLEAN


def test_a_program_of_the_code_directory_or_made_by_the_run_is_nothing(project: Audited) -> None:
    program(project.root / "src" / "gen.sh", "echo generated")
    project.recipe("cp gen.sh bin-gen; ./bin-gen; $(HERE)gen.sh; ./gen.sh > $(ARTIFACTS_DIR)/out")
    assert project.audit().status is CLEAN


def test_the_interpreter_of_a_script_is_a_program(project: Audited) -> None:
    (project.root / "src" / "gen").write_text(f"#!{sys.executable}\nprint(1)\n")
    (project.root / "src" / "gen").chmod(0o755)
    project.recipe("./gen > $(ARTIFACTS_DIR)/out")
    audit = project.audit()
    assert audit.status is UNDECLARED
    assert [row.path for row in audit.findings.programs] == [sys.executable]


def test_a_virtual_environment_in_the_checkout_is_an_installation(project: Audited) -> None:
    environment = project.root / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to(sys.executable)
    (environment / "pyvenv.cfg").write_text(f"home = {os.path.dirname(os.path.realpath(sys.executable))}\n")
    project.recipe("$(HERE)../.venv/bin/python -c 'import json' && cp app.py $(ARTIFACTS_DIR)/")
    audit = project.audit()
    assert audit.findings.files == ()
    assert audit.declare == (("Tools", ("./.venv/bin/python --version",)),)
    project.declare(audit)
    assert project.audit().status is CLEAN


def test_the_users_configuration_of_a_toolchain_is_an_input_and_its_store_is_none(
    project: Audited, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    for name in (".cargo/registry/index", ".cargo/config.toml", ".npmrc", ".cache/pip/wheel"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("1")
    read = " ".join(str(home / name) for name in (".cargo/registry/index", ".cache/pip/wheel"))
    project.recipe(f"cat {read}; cat {home}/.cargo/config.toml {home}/.npmrc > $(ARTIFACTS_DIR)/x")
    audit = project.audit({"HOME": str(home)})
    assert audit.declare == (("Inputs", (f"{home}/.cargo/config.toml", f"{home}/.npmrc")),)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("gcc-12", "gcc-12 --version"),
        ("x86_64-linux-gnu-gcc-12", "x86_64-linux-gnu-gcc-12 --version"),
        ("python3.11", "python3.11 --version"),
        ("go", "go version"),
        ("java", "java -version"),
        ("zip", "zip -v"),
        ("frobnicate", None),
    ],
)
def test_how_programs_tell_their_version(name: str, line: str | None) -> None:
    assert version_command(name, name) == line


def test_parts_of_compilers() -> None:
    assert is_part_of_compiler("as", "cc")
    assert is_part_of_compiler("x86_64-linux-gnu-ld.bfd", "collect2")
    assert not is_part_of_compiler("as", "sh")
    assert not is_part_of_compiler("python3", "gcc")
    assert "cp" in UTILITIES
