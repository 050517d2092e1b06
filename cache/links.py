"""Tells whether the symbolic links of a tree stay inside it."""

from __future__ import annotations

from collections.abc import Mapping

MAX_HOPS = 40
"""Links followed for one path, as in Linux; beyond it a path resolves to nothing."""
MAX_STEPS = 1_000_000
"""Components looked at in one tree, those of long paths more than once, before its links count as hostile."""


def outward_link(links: Mapping[str, str]) -> str | None:
    """The path of a link that is absolute or leaves the tree, or of one too tangled to tell; None: there is none.

    `links` holds the text of each link by its path in the tree. A text is followed as the kernel would, through the
    other links: `a/up/..` leaves the tree when `a/up` is a link to its root, though its words alone do not.
    """
    budget = MAX_STEPS
    for path, target in links.items():
        if target.startswith("/"):
            return path
        # Without `..` a text leads outside only through another link that does, and that one is found itself.
        if ".." in target:
            budget = _follow(path, target, links, budget)
            if budget < 0:
                return path
    return None


def _follow(path: str, target: str, links: Mapping[str, str], budget: int) -> int:
    """What is left of `budget` after following the link, or -1 where it leaves the tree."""
    here = path.split("/")[:-1]
    pending = target.split("/")[::-1]
    budget -= len(target) // 16
    hops = 0
    while pending and budget >= 0:
        budget -= 1 + len(here) // 8  # long paths take longer to look up
        part = pending.pop()
        if part == "..":
            if not here:
                return -1
            here.pop()
        elif part not in ("", "."):
            here.append(part)
            onward = links.get("/".join(here))
            if onward is not None:
                hops += 1
                if onward.startswith("/"):
                    return -1
                if hops > MAX_HOPS:
                    return budget
                here.pop()
                pending.extend(onward.split("/")[::-1])
                budget -= len(onward) // 16
    return budget
