from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.audit.strace import find_strace
from engine.build.state import log_path
from engine.errors import EnvironmentFault, InputError
from tests.audit.project import CLEAN, FAILED, READ, SKIPPED, UNDECLARED, Audited, program
from tests.build.project import UP_TO_DATE, function, template
from tests.cli.command_line import complete
from tests.run.processes import Witness

LAYER = "Type: AWS::Serverless::LayerVersion\nMetadata: {BuildMethod: makefile}\nProperties: {ContentUri: src}"


def several(project: Audited) -> None:
    """`Shared`, `Reader` that depends on it, and `Other`; each reads a file of its own."""
    rules = [
        f"build-{name}:\n\tcp $(dir $(lastword $(MAKEFILE_LIST)))../{name}.txt $(ARTIFACTS_DIR)/\n"
        for name in ("Shared", "Reader", "Other")
    ]
    reader = function(metadata="BuildProperties: {DependsOn: [Shared]}")
    project.write({f"{name}.txt": "1\n" for name in ("Shared", "Reader", "Other")})
    project.write(
        {
            "src/Makefile": "".join(rules),
            "template.yaml": template(Shared=LAYER, Reader=reader, Other=function()),
        }
    )


def test_nothing_of_the_traced_run_stays(project: Audited) -> None:
    project.recipe("echo run >> $(HERE)../runs; cp $(HERE)../runs $(ARTIFACTS_DIR)/runs; echo said")
    assert project.build() == {"Fn": "built"}
    before = project.tree("Fn")
    log = Path(log_path(str(project.state_dir), "Fn"))
    log_before = log.read_bytes()
    log.touch()
    stored = sorted(path.name for path in project.store.rglob("*") if path.is_file())
    project.audit()
    assert (project.root / "runs").read_text() == "run\nrun\n"
    assert project.tree("Fn") == before == {"runs": b"run\n"}
    assert log.read_bytes() == log_before
    assert sorted(path.name for path in project.store.rglob("*") if path.is_file()) == stored
    assert project.build() == {"Fn": UP_TO_DATE}
    assert os.listdir(project.root.parent / "tmp" / f"engine-{os.geteuid()}") == []


def test_make_runs_as_in_a_build(project: Audited) -> None:
    project.recipe('echo "$(MAKE) $$0 $(ARTIFACTS_DIR) $(CURDIR)" > $(HERE)../seen; env | sort >> $(HERE)../seen')
    project.build()
    built = (project.root / "seen").read_text()
    project.audit()
    assert (project.root / "seen").read_text() == built


def test_a_target_may_run_in_parallel(project: Audited) -> None:
    """The job slots of the build reach make through the tracer."""
    parts = "build-Fn: a b\na b:\n\techo $@ > $(ARTIFACTS_DIR)/$@\n"
    project.recipe("true", metadata="BuildProperties: {Parallel: true}", before=parts)
    assert project.audit().status is CLEAN
    log = (project.state_dir / "audit" / "Fn.log").read_text()
    assert "echo a" in log
    assert "jobserver" not in log


def test_a_daemon_is_not_waited_for_and_does_not_stay(project: Audited, witness: Witness) -> None:
    """In a session of its own, as build daemons are; only the traced run starts it."""
    project.recipe(
        f"if test -e $(HERE)../built; then {witness.hold}; setsid sleep 600 > /dev/null 2>&1 & fi",
        "touch $(HERE)../built; cp app.py $(ARTIFACTS_DIR)/",
    )
    audit = project.audit()
    assert audit.exit_code == 0
    assert witness.all_ended()


def test_an_interrupted_audit_leaves_the_artifact(project: Audited) -> None:
    os.mkfifo(project.root / "started")
    project.recipe("cp app.py $(ARTIFACTS_DIR)/; test ! -e $(HERE)../built || { echo > $(HERE)../started; sleep 600; }")
    project.build()
    (project.root / "built").touch()
    audit = subprocess.Popen(
        [sys.executable, "-m", "engine", "audit"],
        cwd=project.root,
        env={**os.environ, "ENGINE_CACHE_DIR": str(project.store)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    (project.root / "started").read_text()
    audit.send_signal(signal.SIGINT)
    out, err = audit.communicate()
    assert audit.returncode == 130, err
    assert "1 skipped interrupted after" in out
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}
    (project.root / "built").unlink()
    assert project.build() == {"Fn": UP_TO_DATE}


def test_the_configuration_file_counts_as_in_a_build(project: Audited) -> None:
    several(project)
    (project.root / "samconfig.toml").write_text(
        'version = 0.1\n[default.build.parameters]\nexclude = ["Shared", "Reader"]\n'
        '[default.engine.parameters]\noutput = "json"\n'
    )
    done = engine(project, "audit")
    assert [row["target"] for row in json.loads(done.stdout)["targets"]] == ["Other"]


def test_resources_are_completed(project: Audited) -> None:
    several(project)
    assert complete("engine audit Re", 2, project.root) == ["Reader"]
    assert complete("engine audit --allow", 2, project.root) == ["--allow-network"]


def test_a_target_that_fails_says_what_it_saw(project: Audited) -> None:
    project.write({"shared/x": "1\n"})
    project.recipe("cat $(HERE)../shared/x; echo out of luck; exit 3")
    outcome = project.outcome_of_audit()
    (audit,) = outcome.targets
    assert (audit.status, audit.exit_code) == (FAILED, 2)
    assert [(os.path.basename(row.path), row.how) for row in audit.findings.files] == [("x", READ)]
    assert audit.log is not None
    assert "out of luck" in Path(audit.log).read_text()
    assert not project.artifact("Fn").exists()
    assert "1 failed in" in project.report(outcome)


def test_what_reads_the_artifact_of_a_failed_one_is_skipped(project: Audited) -> None:
    several(project)
    (project.root / "Shared.txt").unlink()
    audits = {row.target: row for row in project.outcome_of_audit().targets}
    assert {name: row.status for name, row in audits.items()} == {
        "Shared": FAILED, "Reader": SKIPPED, "Other": UNDECLARED,
    }  # fmt: skip
    assert audits["Reader"].problem == "Shared has no artifact"


def test_selected_targets_come_with_what_they_need(project: Audited) -> None:
    several(project)
    outcome = project.outcome_of_audit(resources=("Reader",))
    assert {row.target: row.status for row in outcome.targets} == {"Shared": UNDECLARED, "Reader": UNDECLARED}
    assert {row.target: row.declare for row in outcome.targets} == {
        name: (("Inputs", (f"{name}.txt",)),) for name in ("Shared", "Reader")
    }
    assert not project.artifact("Other").exists()


def test_a_time_limit_holds(project: Audited) -> None:
    project.recipe("cp app.py $(ARTIFACTS_DIR); test -e $(HERE)../built && sleep 600; touch $(HERE)../built")
    audit = project.audit(timeout_s=2.0)
    assert (audit.status, audit.exit_code) == (FAILED, None)


def test_inputs_of_a_nested_stack_count_from_its_template(project: Audited) -> None:
    child = "Type: AWS::Serverless::Application\nProperties: {Location: stack/template.yaml}"
    project.write(
        {
            "template.yaml": template(Stack=child),
            "stack/template.yaml": template(Fn=function("code")),
            "stack/code/Makefile": "build-Fn:\n\tcp $(dir $(lastword $(MAKEFILE_LIST)))../../x $(ARTIFACTS_DIR)/\n",
            "x": "1\n",
        }
    )
    (audit,) = project.outcome_of_audit().targets
    assert (audit.target, audit.declare) == ("Stack/Fn", (("Inputs", ("../x",)),))
    assert audit.template == f"{project.root}/stack/template.yaml:3"


def test_options_that_decide_what_a_build_is(project: Audited) -> None:
    project.recipe("cp app.py $(ARTIFACTS_DIR)/")
    with pytest.raises(InputError):
        project.outcome_of_audit(resources=("Nobody",))
    (audit,) = project.outcome_of_audit(build_dir=str(project.root / "out"), use_cache=False).targets
    assert audit.status is CLEAN
    assert (project.root / "out" / "Fn" / "app.py").exists()


def engine(project: Audited, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        cwd=project.root,
        env={**os.environ, "ENGINE_CACHE_DIR": str(project.store), **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def test_the_command_says_what_to_paste(project: Audited) -> None:
    project.write({"shared/x": "1\n"})
    project.recipe("cp $(HERE)../shared/x $(ARTIFACTS_DIR)/")
    done = engine(project, "audit")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(
        "Fn  template.yaml:3\n"
        "  reads      shared/x  by cp\n"
        "  declare it:\n"
        "    BuildProperties:\n"
        "      Inputs:\n"
        '        - "shared/x"\n\n'
        "1 undeclared in "
    )
    assert "Fn  audited: undeclared\n" in done.stderr
    project.recipe("cp app.py $(ARTIFACTS_DIR)/")
    done = engine(project, "audit", "Fn")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 clean in ")


def test_many_files_are_shown_on_request(project: Audited) -> None:
    project.write({f"shared/{number:02}.csv": "1\n" for number in range(20)})
    project.recipe("cat $(HERE)../shared/*.csv > $(ARTIFACTS_DIR)/all")
    shown = engine(project, "audit").stdout
    assert shown.count("  reads ") == 11
    assert "and 9 files more (--explain shows them)" in shown
    assert engine(project, "audit", "--explain").stdout.count("  reads ") == 20


def test_json(project: Audited) -> None:
    project.write({"shared/x": "1\n", "src/gen.sh": "echo ${TIER:-1}\n"})
    project.recipe("sh gen.sh; cc --version; cp $(HERE)../shared/x $(ARTIFACTS_DIR)/; test ! -e $(HERE)../no")
    done = engine(project, "audit", "--output", "json")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert {name: document[name] for name in ("type", "version", "status")} == {
        "type": "audit", "version": 1, "status": "undeclared",
    }  # fmt: skip
    (target,) = document["targets"]
    assert target["files"] == [
        {"path": f"{project.root}/no", "how": "absent", "by": ["sh"]},
        {"path": f"{project.root}/shared/x", "how": "read", "by": ["cp"]},
    ]
    assert target["variables"] == [{"name": "TIER", "files": [f"{project.root}/src/gen.sh"]}]
    assert target["declare"] == {"Inputs": ["no", "shared/x"], "Environment": ["TIER"], "Tools": ["cc --version"]}
    assert target["yaml"].startswith('BuildProperties:\n  Inputs:\n    - "no"\n')
    assert document["summary"]["undeclared"] == 1


def test_json_of_an_error(project: Audited, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = engine(project, "audit", "--output", "json", PATH=str(tmp_path / "empty"))
    document = json.loads(done.stdout)
    assert (done.returncode, document["status"], document["error"]["type"]) == (1, "error", "EnvironmentFault")


def test_without_strace_nothing_is_built(project: Audited, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = engine(project, "audit", PATH=str(tmp_path / "empty"))
    assert done.returncode == 1
    assert "strace, which is not installed" in done.stderr
    assert "apt-get install strace" in done.stderr
    assert not project.build_dir.exists()


def test_an_old_strace_is_told(tmp_path: Path) -> None:
    program(tmp_path / "strace", "echo \"strace: unrecognized option '--seccomp-bpf'\" >&2", "exit 1")
    with pytest.raises(EnvironmentFault, match="too old"):
        find_strace({"PATH": str(tmp_path)})


def test_what_strace_writes_must_be_understood(tmp_path: Path) -> None:
    program(tmp_path / "strace", "exit 0")
    with pytest.raises(EnvironmentFault, match="not understood"):
        find_strace({"PATH": str(tmp_path)})


def test_a_trace_that_is_cut_off_is_no_clean_target(project: Audited, tmp_path: Path) -> None:
    """As on a full disk. The recipe says in the build from when on traces are cut."""
    find = 'for word; do test "$last" != -o || out=$word; last=$word; done'
    cut = f'test ! -e {project.root}/cut || {{ head -c 300 "$out" > "$out.cut" && mv "$out.cut" "$out"; }}'
    program(tmp_path / "bin" / "strace", f'{shutil.which("strace")} "$@"; code=$?', find, cut, "exit $code")
    project.recipe("cp app.py $(ARTIFACTS_DIR)/; touch $(HERE)../cut")
    audit = project.audit({"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"})
    assert audit.status is FAILED
    assert "did not write down all" in audit.problem


def test_where_nothing_may_be_traced_it_is_told(project: Audited) -> None:
    """What is traced already cannot be traced again: the kernel says what it says in a container without ptrace."""
    done = subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=none", "-o", os.devnull, sys.executable, "-m", "engine", "audit"],
        cwd=project.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "strace cannot trace a process here" in done.stderr
    assert "not permitted" in done.stderr
    assert "SYS_PTRACE" in done.stderr
    assert not project.build_dir.exists()
