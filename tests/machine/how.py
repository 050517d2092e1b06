"""How one build is asked for and disturbed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st


@dataclass(frozen=True)
class Kill:
    """The engine is killed: by the recipe of a target, or right before its nth change of a file."""

    target: int = 0
    when: str = "early"
    """`early`: before the recipe wrote anything; `late`: when its artifact is complete."""
    goes_on: bool = False
    """Whether the recipe ends as if nothing happened, rather than stay until somebody ends it."""
    at_change: int | None = None
    elsewhere: bool = False
    """Whether a build of other targets follows at once, which has to put right what was left of this one."""


@dataclass(frozen=True)
class How:
    """The options of a build; targets are given by any number, which is taken modulo how many there are."""

    jobs: int = 1
    only: tuple[int, ...] = ()
    keep_going: bool = False
    failing: tuple[int, ...] = ()
    fails_late: bool = False
    link_mode: str = "clone"
    forced: bool = False
    by_rename: bool = False
    """Whether sources were edited by new files that take the old ones' place."""
    kill: Kill | None = None


_NUMBERS = st.integers(0, 5)
_KILLS = st.one_of(
    st.builds(Kill, _NUMBERS, st.sampled_from(("early", "late")), st.booleans(), elsewhere=st.booleans()),
    st.builds(Kill, _NUMBERS, at_change=st.integers(1, 160), elsewhere=st.booleans()),
)
_PLAIN = st.builds(
    How,
    jobs=st.integers(1, 8),
    only=st.one_of(st.just(()), st.just(()), st.lists(_NUMBERS, max_size=2).map(tuple)),
    by_rename=st.booleans(),
    link_mode=st.sampled_from(("clone", "clone", "copy", "hardlink", "symlink")),
    forced=st.sampled_from((False,) * 9 + (True,)),
)


def in_source(how: How | None) -> How | None:
    """The same build, where runs that go on after a kill would write into the sources at any later time."""
    if how is None or how.kill is None:
        return how
    return replace(how, kill=replace(how.kill, goes_on=False), jobs=1)


def _disturbed(how: How, what: int, kill: Kill, failing: tuple[int, ...], late: bool, keep_going: bool) -> How | None:
    """Most builds as they are, some with failing recipes, some killed; None: no build yet, so that edits add up."""
    if what < 2:
        return None
    if what < 5:
        return replace(how, kill=kill)
    if what < 8:
        return replace(how, failing=failing, fails_late=late, keep_going=keep_going)
    return how


HOWS = st.builds(
    _disturbed,
    _PLAIN,
    st.integers(0, 19).map(lambda number: 19 - number),
    _KILLS,
    st.lists(_NUMBERS, min_size=1, max_size=2).map(tuple),
    st.booleans(),
    st.booleans(),
)
