from __future__ import annotations

from engine.cli.banner import failure_banner, success_banner
from engine.report.style import Ink

PLAIN = Ink(False)


def test_success_is_told_in_the_words_of_sam() -> None:
    text = success_banner("/app/.aws-sam/build", "/app/.aws-sam/build/template.yaml", "/app", PLAIN)
    assert text == (
        "\nBuild Succeeded\n"
        "\nBuilt Artifacts  : .aws-sam/build\n"
        "Built Template   : .aws-sam/build/template.yaml\n"
        "\nCommands you can use next\n"
        "=========================\n"
        "[*] Validate SAM template: sam validate\n"
        "[*] Invoke Function: sam local invoke\n"
        "[*] Test Function in the Cloud: sam sync --stack-name {{stack-name}} --watch\n"
        "[*] Deploy: sam deploy --guided\n"
    )


def test_another_build_dir_is_named_in_the_commands() -> None:
    text = success_banner("/app/out", "/app/out/template.yaml", "/app", PLAIN)
    assert "[*] Invoke Function: sam local invoke -t out/template.yaml\n" in text
    assert text.endswith("[*] Deploy: sam deploy --guided --template-file out/template.yaml\n")


def test_failure() -> None:
    assert failure_banner(PLAIN) == "\nBuild Failed\n"


def test_colors_are_those_of_sam() -> None:
    assert failure_banner(Ink(True)) == "\n\x1b[31mBuild Failed\x1b[0m\n"
    assert success_banner("/a", "/a/t", "/", Ink(True)).startswith("\n\x1b[32mBuild Succeeded\x1b[0m\n\x1b[33m\n")


def test_paths_cannot_act_on_a_terminal() -> None:
    assert "Built Artifacts  : o\\x1but\n" in success_banner("/app/o\x1but", "/app/o/t", "/app", PLAIN)
