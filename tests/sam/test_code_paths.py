from __future__ import annotations

from pathlib import Path

from tests.sam.project import function, load, resources, target

CHILD = {
    "child/template.yaml": resources(function("Inner", "code", "ContextPath: ctx, WorkingDirectory: work")),
    "template.yaml": resources(
        function("Fn", "src"),
        "  Child: {Type: AWS::Serverless::Application, Properties: {Location: child/template.yaml}}\n",
    ),
}


def test_code_counts_from_its_template_and_metadata_from_the_root(tmp_path: Path) -> None:
    application = load(tmp_path, CHILD)
    inner = target(application, "Child/Inner")
    assert target(application).code_dir == f"{tmp_path}/src"
    assert inner.code_dir == f"{tmp_path}/child/code"
    assert inner.makefile == f"{tmp_path}/ctx/Makefile"
    assert inner.working_dir == f"{tmp_path}/work"


def test_with_a_base_dir_everything_counts_from_there(tmp_path: Path) -> None:
    application = load(tmp_path, CHILD, base_dir=str(tmp_path / "base"))
    inner = target(application, "Child/Inner")
    assert target(application).code_dir == f"{tmp_path}/base/src"
    assert inner.code_dir == f"{tmp_path}/base/code"
    assert inner.makefile == f"{tmp_path}/base/ctx/Makefile"
    assert inner.working_dir == f"{tmp_path}/base/work"


def test_project_root_replaces_the_code_directory(tmp_path: Path) -> None:
    fn = target(load(tmp_path, resources(function(metadata="ProjectRootDirectory: project"))))
    assert (fn.code_dir, fn.makefile) == (f"{tmp_path}/project", f"{tmp_path}/project/Makefile")


def test_manifest_is_the_makefile_of_everything(tmp_path: Path) -> None:
    fn = target(load(tmp_path, resources(function(metadata="ContextPath: ctx")), manifest="/elsewhere/Other.mk"))
    assert fn.makefile == "/elsewhere/Other.mk"


def test_absolute_paths_are_kept(tmp_path: Path) -> None:
    assert target(load(tmp_path, resources(function(code="/opt/code")))).code_dir == "/opt/code"


def test_symlinks_are_followed_and_remembered(tmp_path: Path) -> None:
    (tmp_path / "v1/Fn").mkdir(parents=True)
    (tmp_path / "current").symlink_to("v1")
    application = load(tmp_path, resources(function(code="current/Fn"), function("Plain")))
    assert target(application).code_dir == f"{tmp_path}/v1/Fn"
    assert application.links == ((f"{tmp_path}/current/Fn", f"{tmp_path}/v1/Fn"),)


def test_code_of_a_symlinked_template_lies_beside_the_real_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "template.yaml").symlink_to("real/t.yaml")
    application = load(tmp_path, {"real/t.yaml": resources(function(metadata="ContextPath: ctx"))})
    assert target(application).code_dir == f"{tmp_path}/real/src"
    assert target(application).makefile == f"{tmp_path}/real/ctx/Makefile"
