"""The examples: what they depend on is in their keys."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from engine.audit import run_audit
from engine.audit.findings import AuditOutcome, AuditStatus
from engine.build.options import BuildOptions
from tests.examples.project import copy_example


def audit(name: str, folder: Path) -> AuditOutcome:
    root = copy_example(name, folder).folder
    options = BuildOptions(
        template=str(root / "template.yaml"),
        cwd=str(root),
        build_dir=str(root / ".aws-sam" / "build"),
        cache_dir=str(folder / "store"),
        jobs=2,
    )
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return run_audit(options, lambda event: None, lambda audit: None, environ)


def test_the_shop_is_clean(tmp_path: Path) -> None:
    outcome = audit("monorepo", tmp_path)
    assert {row.target: row.declare for row in outcome.targets if row.status is not AuditStatus.CLEAN} == {}
    assert outcome.clean


def test_a_rust_function_is_pinned_by_its_compiler(tmp_path: Path) -> None:
    """On a machine without cargo the target fails, and says so."""
    (row,) = audit("rust-function", tmp_path).targets
    if shutil.which("cargo") is None:
        assert row.status is AuditStatus.FAILED
    else:
        assert (row.findings.files, row.findings.variables) == ((), ())
        assert dict(row.declare).keys() == {"Tools"}
        assert {"cargo --version", "rustc --version"} <= {*dict(row.declare)["Tools"]}
