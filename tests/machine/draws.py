"""What the rules draw: names, contents, modes and targets, few enough that they come again."""

from __future__ import annotations

import posixpath

from hypothesis import strategies as st

from tests.machine.world import DIRECTORIES, Target

PATHS = ("a", "b", "c.txt", "note.md", "sub/d", "ig/e")
WRITTEN = ("gen", "obj/o", "once", "c.txt")
NAMES = ("Fa", "Fb", "Fc", "Fd", "Fe", "Ff")
CONTENTS = st.sampled_from((b"1\n", b"2\n", b"three\n", b""))
MODES = st.sampled_from((0o644, 0o755, 0o600, 0o664, 0o444))
NUMBERS = st.integers(0, 1000)
FLAGS = st.sampled_from(("whole", "says_stage", "says_common", "says_hidden", "reads_inputs", "has_tool", "is_layer"))
PLACES = st.tuples(st.sampled_from(DIRECTORIES), st.sampled_from(PATHS)).map(
    lambda pair: posixpath.normpath("/".join(pair))
)
WRITES = st.lists(st.sampled_from(("gen", "obj", "once", "lock")), unique=True).map(tuple)
TARGETS = st.builds(
    Target,
    name=st.just(""),
    code=st.sampled_from(("s0", "s0", "s0", "s1", "s1", "s2", ".")),
    is_layer=st.booleans(),
    whole=st.booleans(),
    says_stage=st.booleans(),
    says_common=st.booleans(),
    says_hidden=st.booleans(),
    reads_inputs=st.booleans(),
    has_tool=st.sampled_from((False,) * 5 + (True,)),
    ignore=st.sampled_from(((), (), ("*.md",), ("ig/", "/sub/d"))),
    writes=WRITES,
    shape=st.sampled_from(("", "", "links", "odd")),
)
EDGES = st.lists(st.integers(0, 5), max_size=2)
