from __future__ import annotations

import sys

import pytest

from engine.audit.scripts import variables_read
from tests.audit.project import CLEAN, UNDECLARED, Audited

PYTHON = f"{sys.executable} -I"


def variables(project: Audited, **environ: str) -> dict[str, list[str]]:
    found = project.findings(environ).variables
    return {row.name: [path.removeprefix(f"{project.root}/") for path in row.files] for row in found}


def test_a_variable_that_a_shell_script_reads_is_found_and_declared(project: Audited) -> None:
    project.write({"src/stage.sh": 'echo "$STAGE $1 $HOME ${LOCAL}" # $COMMENT\nLOCAL=1\n'})
    project.recipe("sh stage.sh > $(ARTIFACTS_DIR)/stage")
    audit = project.audit({"STAGE": "test", "LOCAL": "x"})
    assert audit.status is UNDECLARED
    assert [(row.name, row.files) for row in audit.findings.variables] == [
        ("STAGE", (str(project.root / "src/stage.sh"),))
    ]
    assert audit.declare == (("Environment", ("STAGE",)),)
    project.declare(audit)
    assert project.audit({"STAGE": "test"}).status is CLEAN


def test_a_variable_that_is_not_set_counts_where_it_is_asked_for(project: Audited) -> None:
    project.write({"src/stage.sh": "echo ${STAGE:-dev} $other\n", "src/gen.py": "import os\nos.environ.get('TIER')\n"})
    project.recipe("sh ./stage.sh > $(ARTIFACTS_DIR)/stage", f"{PYTHON} gen.py")
    assert variables(project) == {"STAGE": ["src/stage.sh"], "TIER": ["src/gen.py"]}


def test_modules_that_python_imports_are_read(project: Audited) -> None:
    project.write({"src/gen.py": "import sys; sys.path.insert(0, sys.argv[1])\nimport lib.tiers\n"})
    project.write({"shared/lib/__init__.py": "", "shared/lib/tiers.py": "import os\nos.getenv('TIER')\n"})
    project.recipe(f"{PYTHON} gen.py $(HERE)../shared", "cp app.py $(ARTIFACTS_DIR)")
    audit = project.audit({"TIER": "x"})
    assert [row.name for row in audit.findings.variables] == ["TIER"]
    assert dict(audit.declare)["Inputs"] == ("shared/**/*.py",)
    project.declare(audit)
    assert project.audit().status is CLEAN
    assert (project.root / "shared/lib/__pycache__").exists()


def test_what_is_only_copied_is_no_script(project: Audited) -> None:
    project.write({"src/app.py": "import os\nos.environ['AT_RUN_TIME']\n"})
    project.recipe("cp app.py $(ARTIFACTS_DIR)/", f"{PYTHON} -c 'print(open(\"app.py\").read())'")
    assert variables(project, AT_RUN_TIME="1") == {}


def test_a_script_that_is_run_by_its_first_line(project: Audited) -> None:
    project.write({"src/gen": '#!/bin/sh\necho "$TIER"\n'})
    (project.root / "src" / "gen").chmod(0o755)
    project.recipe("./gen > $(ARTIFACTS_DIR)/x")
    assert variables(project, TIER="1") == {"TIER": ["src/gen"]}


def test_makefiles_whose_variables_are_in_the_key_are_clean(project: Audited) -> None:
    project.write({"src/stage.sh": "echo $STAGE ${OTHER:-1}\n"})
    project.recipe("STAGE=$(STAGE) OTHER=$$OTHER sh stage.sh > $(ARTIFACTS_DIR)/x")
    assert variables(project, STAGE="test") == {}


def test_a_makefile_that_no_key_knows_names_variables(project: Audited) -> None:
    project.write({"other/rules": "all:\n\techo $(TIER)\n"})
    project.recipe("$(MAKE) -f $(HERE)../other/rules all", "cp app.py $(ARTIFACTS_DIR)/")
    audit = project.audit({"TIER": "1"})
    assert dict(audit.declare) == {"Inputs": ("other/rules",), "Environment": ("TIER",)}
    project.declare(audit)
    assert project.audit({"TIER": "1"}).status is CLEAN


@pytest.mark.parametrize(
    ("language", "content", "names"),
    [
        (
            "python3",
            "os.environ['A'], os.environ.get(\"B\", 1), os.getenv( 'C' ), os.environb[b'D'], environ[key]",
            "A B C D",
        ),
        ("node", "process.env.A + process.env['B'] + process.env[name]", "A B"),
        ("ruby", "ENV['A']; ENV.fetch('B') { 1 }", "A B"),
        ("perl", "$ENV{A} . $ENV{'B'}", "A B"),
        ("php", "getenv('A')", "A"),
        ("sh", "$SET ${SET} ${A:-1} ${B-} ${C:?} $unset", "A B C SET"),
        ("sh", "for SET in 1 2; do echo $SET; done", ""),
        ("sh", "while read -r SET; do echo $SET; done", ""),
        ("sh", "export SET=1; echo $SET", ""),
        ("sh", "SET=${SET:-dev}; echo $SET", "SET"),
        ("sh", "# $SET", ""),
        ("sh", "echo $PATH $HOME $PWD $RANDOM", ""),
    ],
)
def test_what_a_script_asks_for(language: str, content: str, names: str) -> None:
    environ = {"SET": "1", "PATH": "/bin", "HOME": "/", "PWD": "/", "RANDOM": "1"}
    assert sorted(variables_read(content.encode(), language, environ)) == names.split()
