"""The other commands of sam go on from what `engine build` left. None of it needs a network: S3 is on loopback."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.parity.bucket import Bucket, serving_bucket
from tests.parity.project import write_project
from tests.parity.sam import CHECKOUT, keep_offline, sam_executable, sam_python

INVENTORY = Path(__file__).with_name("sam_inventory.py")
SMALL = """
    -- template.yaml --
    AWSTemplateFormatVersion: '2010-09-09'
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Fn:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: src, Handler: bootstrap, Runtime: provided.al2023}
        Metadata: {BuildMethod: makefile}
      Other:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: src, Handler: bootstrap, Runtime: provided.al2023}
        Metadata: {BuildMethod: makefile}
    -- src/Makefile --
    build-%:
        mkdir -p $(ARTIFACTS_DIR)/lib
        echo '#!/bin/sh' > $(ARTIFACTS_DIR)/bootstrap
        chmod 700 $(ARTIFACTS_DIR)/bootstrap
        echo $@ > $(ARTIFACTS_DIR)/lib/libx.so.1
        ln -s libx.so.1 $(ARTIFACTS_DIR)/lib/libx.so
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "ENGINE_CACHE_DIR": str(home / "cache"),
        "SAM_CLI_TELEMETRY": "0",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        **more,
    }


def run(command: list[str | Path], cwd: Path, **more: str) -> str:
    """Run a command that must succeed, with the folder above `cwd` as its home; its stdout."""
    keep_offline(cwd.parent)
    done = subprocess.run(
        command, cwd=cwd, env=environment(cwd.parent, **more), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def engine_build(project: Path) -> None:
    run([sys.executable, "-m", "engine", "build"], project)


@pytest.fixture(scope="module")
def monorepo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built copy of the example with nested stacks, layers and native code."""
    project = tmp_path_factory.mktemp("monorepo").resolve() / "project"
    shutil.copytree(CHECKOUT / "examples/monorepo", project, ignore=shutil.ignore_patterns(".aws-sam"))
    engine_build(project)
    return project


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A built project with links and odd modes in its artifacts."""
    project = tmp_path.resolve() / "project"
    project.mkdir()
    write_project(SMALL, project)
    engine_build(project)
    return project


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with serving_bucket() as bucket:
        yield bucket


def package(project: Path, bucket: Bucket) -> dict[str, Any]:
    """`sam package` of what was built; the packaged template."""
    import yaml

    packaged = project.parent / "packaged.yaml"
    destination = ["--s3-bucket", "bucket", "--region", "us-east-1"]
    files: list[str | Path] = [
        "--template-file",
        project / ".aws-sam/build/template.yaml",
        "--output-template-file",
        packaged,
    ]
    run([sam_executable(), "package", *destination, *files], project, AWS_ENDPOINT_URL_S3=bucket.url)
    template: dict[str, Any] = yaml.safe_load(packaged.read_text(encoding="utf-8"))
    return template


def zipped(uri: str, bucket: Bucket) -> dict[str, tuple[int, bytes]]:
    """Name -> (permission bits, bytes) of the members of an uploaded zip file."""
    with zipfile.ZipFile(io.BytesIO(bucket.objects[uri.removeprefix("s3://")])) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        return {info.filename: (info.external_attr >> 16 & 0o777, archive.read(info)) for info in members}


def on_disk(artifact: Path) -> dict[str, tuple[int, bytes]]:
    """The same of an artifact directory as sam zips it: links followed, everything readable by everybody."""
    files = [Path(top, name) for top, _, names in os.walk(artifact, followlinks=True) for name in names]
    return {
        str(file.relative_to(artifact)): (stat.S_IMODE(file.stat().st_mode) | 0o444, file.read_bytes())
        for file in files
    }


def test_sam_package_uploads_every_artifact_of_the_monorepo(monorepo: Path, bucket: Bucket) -> None:
    template = package(monorepo, bucket)
    uploaded = {
        name: resource["Properties"].get("CodeUri") or resource["Properties"].get("ContentUri")
        for name, resource in template["Resources"].items()
        if resource["Type"] in ("AWS::Serverless::Function", "AWS::Serverless::LayerVersion")
    }
    assert len(uploaded) >= 12
    for name, uri in uploaded.items():
        assert zipped(uri, bucket) == on_disk(monorepo / ".aws-sam/build" / name)


def test_sam_package_reads_links_and_keeps_exec_bits(small: Path, bucket: Bucket) -> None:
    template = package(small, bucket)
    members = zipped(template["Resources"]["Fn"]["Properties"]["CodeUri"], bucket)
    assert members == {
        "bootstrap": (0o744, b"#!/bin/sh\n"),
        "lib/libx.so": (0o644, b"build-Fn\n"),
        "lib/libx.so.1": (0o644, b"build-Fn\n"),
    }


def test_sam_local_finds_the_code_of_every_function(monorepo: Path) -> None:
    build_dir = monorepo / ".aws-sam/build"
    found = json.loads(run([sam_python(), INVENTORY, build_dir / "template.yaml"], monorepo))
    assert len(found["stacks"]) == 2
    assert len(found["functions"]) >= 12
    for full_path, function in found["functions"].items():
        assert Path(function["code"]) == build_dir / full_path
        assert os.listdir(function["code"])
        assert all(os.listdir(layer) and Path(layer).parent == build_dir for layer in function["layers"])


def test_sam_validate_accepts_the_output_template(small: Path) -> None:
    template = small / ".aws-sam/build/template.yaml"
    command: list[str | Path] = [
        sam_executable(),
        "validate",
        "--lint",
        "--region",
        "us-east-1",
        "--template",
        template,
    ]
    assert "is a valid SAM Template" in run(command, small)


@pytest.mark.parametrize("flags", [[], ["--cached", "--parallel"], ["Fn"]], ids=["plain", "cached", "one"])
def test_a_stock_sam_build_follows_on_ours(small: Path, flags: list[str]) -> None:
    run([sam_executable(), "build", *flags], small)
    assert (small / ".aws-sam/build/Fn/lib/libx.so").read_text() == "build-Fn\n"


def test_ours_follows_on_a_stock_sam_build(small: Path) -> None:
    shutil.rmtree(small / ".aws-sam")
    run([sam_executable(), "build", "--cached"], small)
    (small / ".aws-sam/build/Fn/bootstrap").write_text("damaged")
    engine_build(small)
    assert (small / ".aws-sam/build/Fn/bootstrap").read_text() == "#!/bin/sh\n"
