"""A verification as text: a line for each target as it ends, and at the end what differs."""

from __future__ import annotations

from collections.abc import Iterator

from engine.report.duration import in_words
from engine.report.escape import printable
from engine.report.style import Ink
from engine.run.events import State as BuildState
from engine.run.events import TargetResult
from engine.verify.difference import WORDS, Difference
from engine.verify.outcome import Event, State, Verdict, VerifyOutcome, VerifyStarted

_STYLES = {State.SAME: "success", State.DIFFERS: "failure", State.FAILED: "failure", State.SKIPPED: "caution"}
_MOST_LINES = 20
_WIDEST_PATH = 60
_KIND_CHARACTERS = max(map(len, WORDS.values()))


def event_line(event: Event, ink: Ink) -> str:
    """Return the line of an event."""
    if isinstance(event, VerifyStarted):
        targets = "1 target" if event.targets == 1 else f"{event.targets} targets"
        return f"Verifying {targets}, {'1 job' if event.jobs == 1 else f'{event.jobs} jobs'}"
    verdict = event.verdict
    word = ink.paint(f"{verdict.state.value:<8}", _STYLES[verdict.state])
    seconds = in_words(verdict.seconds) if verdict.state is not State.SKIPPED else ""
    return f"{printable(verdict.target):<{event.longest_name}}  {word}  {seconds:>10}".rstrip()


def failures(outcome: VerifyOutcome) -> list[TargetResult]:
    """Return the targets that failed, as results that can be told like those of a build."""
    return [
        TargetResult(row.target, BuildState.FAILED, row.key, row.seconds, 0.0, (), row.log, row.failure)
        for row in outcome.verdicts
        if row.state is State.FAILED
    ]


def verdict_lines(outcome: VerifyOutcome, ink: Ink, *, everything: bool) -> Iterator[str]:
    """Yield a block for each target that differs, and one line of counts.

    With `everything`, each difference is shown, also modes that only follow the umask.
    """
    for verdict in outcome.verdicts:
        shown = [row for row in verdict.differences if everything or not row.follows_umask]
        if shown:
            yield from _block(verdict, shown, ink, everything=everything)
            yield ""
    by_umask = sum(row.follows_umask for verdict in outcome.verdicts for row in verdict.differences)
    if by_umask and not everything:
        modes = "1 mode follows" if by_umask == 1 else f"{by_umask:,} modes follow"
        yield f"{modes} the umask, which is the same in every build: not counted (--explain shows them)"
    yield _counts(outcome)


def _block(verdict: Verdict, rows: list[Difference], ink: Ink, *, everything: bool) -> Iterator[str]:
    words = "differs" if verdict.state is State.DIFFERS else "differs in modes that follow the umask alone"
    yield f"{ink.paint(printable(verdict.target), 'strong')} {ink.paint(words, _STYLES[verdict.state])}"
    told = rows if everything else rows[:_MOST_LINES]
    width = min(_WIDEST_PATH, max(len(printable(row.path)) for row in told))
    for row in told:
        kind = f"{WORDS[row.kind]:<{_KIND_CHARACTERS}}"
        yield f"  {printable(row.path):<{width}}  {ink.paint(kind, 'accent')}  {_detail(row)}".rstrip()
    if len(told) < len(rows):
        yield f"  and {len(rows) - len(told):,} more (--explain shows them)"


def _detail(row: Difference) -> str:
    words = []
    if row.member is not None:
        count = "1 member" if row.members == 1 else f"{row.members:,} members"
        words.append(f"{count}, {'' if row.members == 1 else 'the first '}{printable(row.member)}:")
    if row.offset is not None:
        words.append(f"at byte {row.offset:,}:")
    words.append(printable(row.detail))
    if row.follows_umask:
        words.append("(follows the umask)")
    return " ".join(words)


def _counts(outcome: VerifyOutcome) -> str:
    verbs = {State.SAME: "same", State.DIFFERS: "differ", State.FAILED: "failed", State.SKIPPED: "skipped"}
    if outcome.count(State.DIFFERS) == 1:
        verbs[State.DIFFERS] = "differs"
    counts = ", ".join(f"{count} {verbs[state]}" for state in State if (count := outcome.count(state)))
    begin = "Interrupted: " if outcome.interrupted else ""
    return f"{begin}{counts or 'Nothing to verify'} in {in_words(outcome.seconds)}"
