"""`engine cache`: what it shows, removes and refuses."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from cache.digest import digest_bytes
from cache.disk import DiskStore
from engine.cli.cache import human_size
from engine.cli.errors import run
from tests.cache.recorded import DAY_S, damage, held, record, result_path, set_age


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DiskStore:
    """A store with two results, one a month old, that the commands find by the environment."""
    store = DiskStore(str(tmp_path / "store"))
    record(store, 1, b"one" * 1000)
    record(store, 2, b"two")
    set_age(result_path(store, 1), 31 * DAY_S)
    monkeypatch.setenv("ENGINE_CACHE_DIR", store.root)
    return store


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_info_says_what_is_in_the_cache(store: DiskStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cache", "info"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"folder     {store.root}"
    assert out[1] == "results    2"
    assert out[-1] == "size       24.0 KiB"
    assert run(["cache", "info", "--output", "json"]) == 0
    assert document(capsys) == {
        "path": store.root,
        "exists": True,
        "results": 2,
        "blobs": 4,
        "linked_directories": 0,
        "size_bytes": 24576,
    }


def test_info_of_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cache", "info", "--cache-dir", str(tmp_path / "none")]) == 0
    assert "none (nothing cached yet)" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()


def test_the_option_wins_over_the_environment(
    store: DiskStore, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["cache", "info", "-cd", "other", "--output", "json"]) == 0
    assert document(capsys)["path"] == str(tmp_path / "other")


def test_without_either_the_users_cache_folder_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENGINE_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert run(["cache", "info", "--output", "json"]) == 0
    assert document(capsys)["path"] == str(tmp_path / "sam-build-engine" / "v1")


def test_gc_by_age(store: DiskStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cache", "gc", "--age", "30d"]) == 0
    assert capsys.readouterr().out == "Removed 1 results and 2 files: 12.0 KiB freed, 12.0 KiB kept\n"
    assert held(store) == {2}


def test_gc_by_size(store: DiskStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cache", "gc", "--size", "20KiB", "--output", "json"]) == 0
    assert document(capsys) == {
        "removed_results": 1,
        "removed_blobs": 2,
        "freed_bytes": 12288,
        "kept_bytes": 12288,
    }
    assert held(store) == {2}


def test_gc_without_a_limit_keeps_what_fits_the_default(store: DiskStore) -> None:
    assert run(["cache", "gc"]) == 0
    assert held(store) == {1, 2}


@pytest.mark.parametrize("arguments", [["--age", "30"], ["--age", "soon"], ["--size", "big"], ["--size", "-1"]])
def test_gc_with_a_value_that_is_none_is_a_usage_error(
    store: DiskStore, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(["cache", "gc", *arguments]) == 2
    assert arguments[1] in capsys.readouterr().err
    assert held(store) == {1, 2}


def test_gc_refuses_a_folder_of_someone_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blob = tmp_path / "cas" / "ab" / ("ab" * 32)
    blob.parent.mkdir(parents=True)
    blob.write_bytes(b"x")
    assert run(["cache", "gc", "--size", "0", "--cache-dir", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert err.startswith("Error: ")
    assert "--cache-dir" in err
    assert blob.exists()


def test_verify_finds_and_repairs(store: DiskStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cache", "verify"]) == 0
    assert capsys.readouterr().out == "All of 2 results and 4 files are sound\n"
    damage(store, digest_bytes(b"two"))
    assert run(["cache", "verify"]) == 1
    out = capsys.readouterr().out
    assert store.locate(digest_bytes(b"two")) in out
    assert "--repair" in out
    assert run(["cache", "verify", "--repair", "--output", "json"]) == 0
    findings = document(capsys)["findings"]
    assert isinstance(findings, list)
    assert [finding["kind"] for finding in findings] == ["blob", "result"]
    assert run(["cache", "verify"]) == 0
    assert held(store) == {1}


def test_clear_takes_everything(store: DiskStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cache", "clear", "--yes"]) == 0
    assert capsys.readouterr().out == "Cleared: 24.0 KiB freed\n"
    assert not os.path.exists(store.root)


def test_clear_refuses_a_folder_that_is_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "precious").write_text("")
    assert run(["cache", "clear", "--yes", "--cache-dir", str(tmp_path)]) == 1
    assert "not the folder of a cache" in capsys.readouterr().err
    assert (tmp_path / "precious").exists()


def clear_on_a_terminal(store: DiskStore, answer: bytes) -> int:
    """Exit code of `engine cache clear` where a user types `answer`."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "import sys; from engine.cli.main import main; sys.exit(main())", "cache", "clear"]
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "ENGINE_CACHE_DIR": store.root},
    ) as process:
        os.write(ours, answer)
        process.communicate()
    os.close(ours)
    os.close(theirs)
    return process.returncode


def test_clear_asks_on_a_terminal(store: DiskStore) -> None:
    assert clear_on_a_terminal(store, b"n\n") == 1
    assert held(store) == {1, 2}
    assert clear_on_a_terminal(store, b"y\n") == 0
    assert not os.path.exists(store.root)


def test_clear_without_a_terminal_wants_yes(store: DiskStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cache", "clear"]) == 2
    assert "--yes" in capsys.readouterr().err
    assert held(store) == {1, 2}


@pytest.mark.parametrize("command", ["info", "gc", "verify"])
def test_a_store_of_another_version_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    (tmp_path / "version").write_text("sam-build-engine store 9\n")
    assert run(["cache", command, "--cache-dir", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert "another version" in err
    assert "hint: " in err


def test_a_name_that_acts_on_a_terminal_is_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cache", "info", "--cache-dir", str(tmp_path / "a\x1b[31mb")]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 B"), (1023, "1023 B"), (4096, "4.0 KiB"), (10 * 1024**3, "10.0 GiB"), (3 * 1024**4, "3.0 TiB")],
)
def test_sizes_are_for_people(size_bytes: int, text: str) -> None:
    assert human_size(size_bytes) == text
