"""`engine verify` as its users meet it: text, json, exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine.cli.main import main
from tests.build.project import function, template
from tests.cli.command_line import complete, configure
from tests.verify.verified import age

MAKEFILE = """\
build-Good:
	echo good > $(ARTIFACTS_DIR)/text
build-Odd:
	umask > $(ARTIFACTS_DIR)/mask; python3 -m zipfile -c $(ARTIFACTS_DIR)/app.zip Makefile app.py
build-Bad:
	@echo a word of bad; [ "$$(umask)" = 0022 ]
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """Three functions, built an hour ago."""
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "template.yaml").write_text(template(Good=function(), Odd=function(), Bad=function()))
    (folder / "src/Makefile").write_text(MAKEFILE)
    (folder / "src/app.py").write_text("print(1)\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ENGINE_CACHE_DIR", str(tmp_path / "store"))
    assert main(["build"]) == 0
    age(folder / ".aws-sam" / "build")
    capsys.readouterr()
    return folder


def verify(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(["verify", *args])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def without_times(text: str) -> list[str]:
    """Lines without the seconds that they end in."""
    return [re.sub(r" in [\d.]+ s$", "", line) for line in text.splitlines()]


def test_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = verify(capsys, "Good", "-j", "1")
    assert code == 0
    assert without_times(out) == [
        "1 mode follows the umask, which is the same in every build: not counted (--explain shows them)",
        "1 same",
    ]
    first, second = err.splitlines()
    assert first == "Verifying 1 target, 1 job"
    assert second.split()[:2] == ["Good", "same"]


def test_what_differs_is_shown_with_kind_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = verify(capsys, "Good", "Odd")
    assert code == 1
    lines = without_times(out)
    assert lines[0] == "Odd differs"
    assert lines[1].startswith("  app.zip  time stamp     2 members, the first Makefile: 20")
    assert lines[2] == "  mask     content        at byte 2: '22\\n', then '77\\n'"
    assert lines[-1] == "1 same, 1 differs"
    assert "Odd   differs" in err


def test_explain_shows_modes_that_follow_the_umask_too(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = verify(capsys, "Good", "--explain")
    assert without_times(out) == [
        "Good differs in modes that follow the umask alone",
        "  text  mode           0644, then 0600 (follows the umask)",
        "",
        "1 same",
    ]


def test_a_failure_is_shown_with_its_log(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = verify(capsys, "Bad")
    assert code == 1
    assert without_times(out) == ["1 failed"]
    assert "Log of Bad:\na word of bad\n" in err
    assert "log        .aws-sam/engine/verify/Bad.log" in err


def test_json_is_one_document_with_a_version(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = verify(capsys, "--output", "json")
    document = json.loads(out)
    assert (code, out.count("\n")) == (1, 1)
    assert document["summary"].pop("seconds") >= 0
    rows = {row["target"]: row for row in document.pop("targets")}
    assert document == {
        "type": "verification",
        "version": 1,
        "status": "differs",
        "umask": "0077",
        "summary": {"same": 1, "differs": 1, "failed": 1, "skipped": 0},
    }
    assert rows["Good"]["differences"] == [
        {
            "path": "text",
            "kind": "mode",
            "detail": "0644, then 0600",
            "member": None,
            "members": 0,
            "offset": None,
            "follows_umask": True,
        }
    ]
    assert [row["kind"] for row in rows["Odd"]["differences"] if not row["follows_umask"]] == ["time", "content"]
    assert (rows["Bad"]["state"], rows["Bad"]["error"]["exit_code"]) == ("failed", 2)
    assert [len(rows[name]["key"]) for name in rows] == [64, 64, 64]
    assert {name: row["log"].rpartition("/")[2] for name, row in rows.items()} == {name: f"{name}.log" for name in rows}


@pytest.mark.parametrize(("name", "status"), [("Good", "same"), ("Bad", "failed"), ("Odd", "differs")])
def test_the_status_of_a_document(capsys: pytest.CaptureFixture[str], name: str, status: str) -> None:
    code, out, _ = verify(capsys, name, "--output", "json")
    assert (json.loads(out)["status"], code) == (status, int(status != "same"))


def test_an_error_before_anything_is_built(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = verify(capsys, "Goood", "--output", "json")
    document = json.loads(out)
    assert (code, document["type"], document["version"], document["status"]) == (1, "verification", 1, "error")
    assert document["error"]["type"] == "ResourceNotFound"
    code, out, err = verify(capsys, "Goood")
    assert (code, out) == (1, "")
    assert "did you mean Good?" in err


def test_builds_say_what_is_known_not_to_be_reproducible(capsys: pytest.CaptureFixture[str]) -> None:
    verify(capsys, "Odd", "Good")
    main(["build", "--explain"])
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(maxsplit=4)[4:] for line in lines if line.startswith("Odd")] == [
        ["not reproducible: app.zip (time stamp) and 1 more"]
    ]
    assert [line.split()[:4] for line in lines if line.startswith("Good")] == [["Good", "up", "to", "date"]]
    main(["build", "--output", "json"])
    rows = {row["resource_id"]: row for row in json.loads(capsys.readouterr().out)["resources"]}
    assert rows["Odd"]["differs"] == "app.zip (time stamp) and 1 more"
    assert "differs" not in rows["Good"]


def test_the_options_are_those_of_build(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    configure(project, '[default.build.parameters]\nexclude = ["Odd", "Bad"]\n')
    code, out, _ = verify(capsys)
    assert (code, without_times(out)[-1]) == (0, "1 same")
    configure(project, "[default.build.parameters]\nuse_container = true\n")
    code, _, err = verify(capsys)
    assert code == 1
    assert "--use-container is not supported" in err


def test_help_and_completion(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    code, out, err = verify(capsys, "-h")
    assert (code, err) == (0, "")
    assert out.startswith("Usage: engine verify [OPTIONS] [RESOURCE]...\n")
    assert "\nHow to build:\n" in out
    assert complete("engine ver", 1, project) == ["verify"]
    assert complete("engine verify G", 2, project) == ["Good"]


def test_a_template_without_targets(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    (project / "template.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  T: {Type: AWS::SNS::Topic}\n"
    )
    code, out, _ = verify(capsys)
    assert (code, without_times(out)) == (0, ["Nothing to verify"])


def test_many_differences_are_cut_short(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    (project / "src/Makefile").write_text(
        "build-%:\n\tcd $(ARTIFACTS_DIR); for n in $$(seq 30); do umask > f$$n; done\n"
    )
    main(["build", "Odd"])
    age(project / ".aws-sam" / "build")
    capsys.readouterr()
    _, out, _ = verify(capsys, "Odd")
    assert out.count("content") == 20
    assert "\n  and 10 more (--explain shows them)\n" in out
    _, out, _ = verify(capsys, "Odd", "--explain")
    assert out.count("content") == 30
