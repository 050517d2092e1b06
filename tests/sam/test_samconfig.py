from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError
from engine.sam.samconfig import load_samconfig

TOML = """\
version = 0.1
[default.global.parameters]
region = "g"
base_dir = "g"
cached = false
[default.build.parameters]
base_dir = "b"
cached = true
[default.deploy.parameters]
stack_name = "s"
[default.engine.parameters]
cached = "e"
[ci.build.parameters]
cached = "ci"
"""


def load(folder: Path, file: str | None = None, env: str = "default") -> dict[str, object]:
    return load_samconfig(file, env, str(folder), "build")


def test_tables_are_layered(tmp_path: Path) -> None:
    (tmp_path / "samconfig.toml").write_text(TOML, encoding="utf-8")
    assert load(tmp_path) == {"region": "g", "base_dir": "b", "cached": "e"}
    assert load(tmp_path, env="ci") == {"cached": "ci"}


def test_other_command_leaves_build_alone(tmp_path: Path) -> None:
    (tmp_path / "samconfig.toml").write_text(TOML, encoding="utf-8")
    assert load_samconfig(None, "default", str(tmp_path), "deploy")["stack_name"] == "s"


def test_nothing_there_is_nothing_configured(tmp_path: Path) -> None:
    assert load(tmp_path) == {}
    assert load(tmp_path, "samconfig.toml") == {}
    (tmp_path / "samconfig.toml").write_text(TOML, encoding="utf-8")
    assert load(tmp_path, env="unknown") == {}


def test_empty_file_needs_no_version(tmp_path: Path) -> None:
    (tmp_path / "samconfig.toml").touch()
    assert load(tmp_path) == {}


@pytest.mark.parametrize(
    ("names", "found"),
    [(("toml", "yaml", "yml"), "toml"), (("yaml", "yml"), "yaml"), (("yml",), "yml")],
)
def test_first_of_the_names(tmp_path: Path, names: tuple[str, ...], found: str) -> None:
    for name in names:
        text = 'version = 0.1\n[default.build.parameters]\nwho = "toml"\n'
        if name != "toml":
            text = f"version: 0.1\ndefault: {{build: {{parameters: {{who: {name}}}}}}}\n"
        (tmp_path / f"samconfig.{name}").write_text(text, encoding="utf-8")
    assert load(tmp_path) == {"who": found}


def test_named_file_is_relative_to_the_template(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/c.yaml").write_text("version: 0.1\ndefault: {build: {parameters: {a: on}}}", encoding="utf-8")
    assert load(tmp_path, "conf/c.yaml") == {"a": "on"}
    assert load(Path("/"), str(tmp_path / "conf/c.yaml")) == {"a": "on"}


@pytest.mark.parametrize(
    ("name", "text", "message", "place"),
    [
        ("c.toml", b"x = 1\nversion = '0.1'\n", "'version' key is not present or is in unrecognized format.", ":2"),
        ("c.toml", b"version = 1\n", "'version' key is not present", ":1"),
        ("c.toml", b"[default.build.parameters]\n", "'version' key is not present", ""),
        ("c.yaml", b"version: '0.1'\n", "'version' key is not present", ":1"),
        ("c.toml", b"version = 0.1\n[default\n", "Error reading configuration: ", ":2:9"),
        ("c.yaml", b"version: 0.1\na: [\n", "Error reading configuration: ", ":3:1"),
        ("c.toml", b"version = 0.1\nx = " + b"9" * 5000, "Error reading configuration: Exceeds the limit", ""),
        ("c.yaml", b"- a\n", "Error reading configuration: the document is not a mapping", ""),
        ("c.toml", b"version = 0.1\n# \xff\n", "Error reading configuration: not UTF-8", ":2"),
        ("c.toml", b"version = 0.1\ndefault = 5\n", "Error reading configuration: [default] is not a table", ""),
        (
            "c.toml",
            b"version = 0.1\n[default.build]\nparameters = 5\n",
            "[default.build.parameters] is not a table",
            "",
        ),
        ("c.toml", b"#" * (1024**2 + 1), "the file is larger than 1 MiB", ""),
    ],
)
def test_what_is_wrong_is_one_error(tmp_path: Path, name: str, text: bytes, message: str, place: str) -> None:
    (tmp_path / name).write_bytes(text)
    with pytest.raises(InputError) as caught:
        load(tmp_path, name)
    assert message in caught.value.message
    assert caught.value.rows == (("file", f"{tmp_path}/{name}{place}"),)


def test_named_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Config file no\.toml does not exist or could not be read!"):
        load(tmp_path, "no.toml")


def test_file_of_an_unknown_kind(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="uses an unsupported extension, and cannot be read"):
        load(tmp_path, "c.json")
