from __future__ import annotations

import pytest

from engine.cli.quantity import parse_duration_s, parse_size_bytes


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("1.5s", 1.5),
        ("5m", 300),
        ("5min", 300),
        ("1h30m", 5400),
        ("1m 30s", 90),
        (" 2H ", 7200),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "0s", "-5", "5d", "s", "5m30", "1 2", "1e3", "inf", "٣s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration_s(text)


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("0", 0),
        ("4096", 4096),
        ("4096B", 4096),
        ("1k", 1024),
        ("1KiB", 1024),
        ("1kB", 1000),
        ("10GiB", 10 * 1024**3),
        ("10G", 10 * 1024**3),
        ("10 GB", 10 * 1000**3),
        ("1.5MiB", 1536 * 1024),
        ("2T", 2 * 1024**4),
    ],
)
def test_sizes(text: str, size_bytes: int) -> None:
    assert parse_size_bytes(text) == size_bytes


@pytest.mark.parametrize("text", ["", "-1", "10X", "GB", "1 0", "1,5G", "nan", "1iB"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        parse_size_bytes(text)
