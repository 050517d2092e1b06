from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.build import spread_overrides
from engine.cli.main import main

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  GoodFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: makefile}
    Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.11}
  BadFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: makefile}
    Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.11}
"""
MAKEFILE = """
build-GoodFunction:
\t@echo a word of good
\tcp Makefile $(ARTIFACTS_DIR)
build-BadFunction:
\t@echo a word of bad >&2; exit 3
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "src/Makefile").write_text(MAKEFILE)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ENGINE_CACHE_DIR", str(tmp_path / "store"))
    return folder


def build(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(["build", *args])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_results_go_to_standard_output_and_all_else_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = build(capsys, "GoodFunction", "--jobs", "1")
    assert code == 0
    assert out.startswith("\nBuild Succeeded\n\nBuilt Artifacts  : .aws-sam/build\n")
    first, second, third = err.splitlines()
    assert first == "Building 1 target, 1 job"
    assert second.split()[:2] == ["GoodFunction", "built"]
    assert third.startswith("1 built in ")


def test_nothing_to_do_still_ends_with_the_words_of_sam(capsys: pytest.CaptureFixture[str]) -> None:
    build(capsys, "GoodFunction")
    code, out, err = build(capsys, "GoodFunction")
    assert (code, err) == (0, "Nothing to do: 1 up to date\n")
    assert "Build Succeeded" in out


def test_a_failure_is_shown_last_with_its_log_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = build(capsys, "--keep-going", "--jobs", "1")
    assert (code, out) == (1, "\nBuild Failed\n")
    tail = err.partition("Log of BadFunction:\n")[2]
    assert tail.startswith("a word of bad\n")
    assert "\nError: CustomMakeBuilder:MakeBuild - Make Failed: " in tail
    assert "\n  exit code  2\n" in tail
    assert "\n1 failed, 1 built in " in tail
    assert "a word of good" not in err


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = build(capsys, "GoodFunction", "--output", "json")
    document = json.loads(out)
    assert (code, document["status"], document["summary"]["built"]) == (0, "success", 1)
    code, out, _ = build(capsys, "BadFunction", "--output", "json")
    document = json.loads(out)
    assert (code, document["status"], document["error"]["resources"]) == (1, "failure", ["BadFunction"])


def test_an_error_before_the_build_ends_in_the_same_form(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    (project / "template.yaml").unlink()
    code, out, err = build(capsys)
    assert (code, out) == (1, "\nBuild Failed\n")
    assert err.startswith(f"Error: Template file not found at {project}/template.yml\n")
    code, out, _ = build(capsys, "--output", "json")
    assert (code, json.loads(out)["error"]["type"]) == (1, "TemplateNotFoundException")


@pytest.mark.parametrize(
    ("log_output", "good", "bad"), [("all", True, True), ("failed", False, True), ("none", False, False)]
)
def test_whose_log_is_shown(capsys: pytest.CaptureFixture[str], log_output: str, good: bool, bad: bool) -> None:
    _, _, err = build(capsys, "--keep-going", "--log-output", log_output)
    assert ("GoodFunction | a word of good\n" in err) is good
    assert ("\na word of bad\n" in err) is bad


def test_notes_come_before_the_build(capsys: pytest.CaptureFixture[str]) -> None:
    _, _, err = build(capsys, "GoodFunction", "--parallel")
    assert err.startswith("note: --parallel has no effect: ")


@pytest.mark.parametrize(("flags", "colored"), [(["--color"], True), ([], False)])
def test_colors(capsys: pytest.CaptureFixture[str], flags: list[str], colored: bool) -> None:
    _, out, err = build(capsys, "GoodFunction", *flags)
    assert ("\x1b[32mBuild Succeeded\x1b[0m" in out) is colored
    assert ("\x1b[32mbuilt" in err) is colored


def test_a_working_directory_that_is_gone_is_one_clear_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    code, _, err = build(capsys)
    assert (code, err) == (1, "Error: The working directory cannot be found: No such file or directory\n")


@pytest.mark.parametrize(
    ("args", "spread"),
    [
        ("--parameter-overrides A=1", "--parameter-overrides A=1"),
        ("--parameter-overrides A=1 B=2 -k", "--parameter-overrides A=1 --parameter-overrides B=2 -k"),
        ("--parameter-overrides=A=1 B=2", "--parameter-overrides=A=1 --parameter-overrides B=2"),
        ("Fn --parameter-overrides A=1 -- Gn", "Fn --parameter-overrides A=1 -- Gn"),
        ("-- --parameter-overrides A=1 B=2", "-- --parameter-overrides A=1 B=2"),
        ("-x A Fn", "-x A Fn"),
    ],
)
def test_values_after_parameter_overrides_belong_to_it(args: str, spread: str) -> None:
    assert spread_overrides(args.split()) == spread.split()


def test_help_has_sections_and_names_the_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = build(capsys, "-h")
    assert (code, err) == (0, "")
    for heading in ("Template:", "How to build:", "Cache:", "Output:", "Accepted for compatibility with sam build:"):
        assert f"\n{heading}\n" in out
    assert "[default: .aws-sam/build]" in " ".join(out.split())
    assert out.rstrip().endswith("-h, --help  Show this message and exit.")
