from __future__ import annotations

import marshal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.sam.application import Application
from tests.sam.project import function, load, resources

TEXT = resources(
    function("Fn", metadata="BuildProperties: {Inputs: ['*.x'], Parallel: true}"),
    function("Py", metadata="Foo: 1").replace("BuildMethod: makefile", "BuildMethod: esbuild"),
    "  S3: {Type: AWS::Serverless::Function, Properties: {CodeUri: s3://b/k}}\n",
)


def test_plain_form_survives_marshal(tmp_path: Path) -> None:
    application = load(tmp_path, TEXT)
    again = Application.from_plain(marshal.loads(marshal.dumps(application.plain())))
    for name in ("request", "targets", "unsupported", "warnings", "inputs", "links", "candidates"):
        assert getattr(again, name) == getattr(application, name)
        assert getattr(again, name) or name == "links"
    assert again.targets[0].properties.inputs == ("*.x",)


def test_restored_application_renders_the_same(tmp_path: Path) -> None:
    application = load(tmp_path, TEXT)
    again = Application.from_plain(application.plain())
    artifacts = {"Fn": f"{tmp_path}/.aws-sam/build/Fn"}
    assert again.render(artifacts) == application.render(artifacts)
    assert again.build_toml() == application.build_toml()


def test_restored_application_whose_template_is_gone(tmp_path: Path) -> None:
    again = Application.from_plain(load(tmp_path, TEXT).plain())
    (tmp_path / "template.yaml").unlink()
    with pytest.raises(InputError, match="Template file not found"):
        again.render({})


@pytest.mark.parametrize("plain", [(), (1, 2, 3, 4, 5, 6, 7), ((), (), (), (), (), (), ())])
def test_anything_else_is_no_application(plain: tuple[object, ...]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Application.from_plain(plain)


def test_import_is_cheap() -> None:
    modules = "engine.sam.application, engine.sam.search, engine.sam.samconfig, engine.sam.parameters"
    heavy = "{'yaml', 'json', 'tomllib', 'pathlib', 'dataclasses', 'engine.sam.reading', 'networkx'}"
    code = (
        f"import sys; before = set(sys.modules); import {modules}; print(sorted((set(sys.modules) - before) & {heavy}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
