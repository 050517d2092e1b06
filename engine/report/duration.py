"""Durations as people read them."""

from __future__ import annotations


def in_words(seconds: float) -> str:
    """Return ``seconds`` as `0.04 s`, `1.2 s`, `3 min 12 s` or `1 h 5 min`."""
    if seconds < 0.995:
        return f"{max(seconds, 0.0):.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    return _in_minutes(round(seconds))


def roughly(seconds: float) -> str:
    """Return an estimate without digits that pretend to know: `8 s`, `40 s`, `3 min`."""
    whole = max(1, round(seconds))
    if whole < 10:
        return f"{whole} s"
    if whole < 90:
        return f"{round(whole / 5) * 5} s"
    return f"{round(whole / 60)} min" if whole < 5400 else f"{round(whole / 3600)} h"


def _in_minutes(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"
