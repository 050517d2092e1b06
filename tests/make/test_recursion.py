from __future__ import annotations

import pytest

from engine.make.recursion import is_makefile, makefiles_called


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("a:\n\t$(MAKE) -C sub", ()),
        ("a:\n\t${MAKE} sub", ()),
        ("a:\n\tcd sub && make", ()),
        ("a:\n\t@gmake x", ()),
        ("a:\n\t/usr/bin/make x", ()),
        ("a:\n\t$(MAKE) -f build/rules -f'x y.mk' --file=own --makefile other", ("'x", "other", "own", "rules")),
    ],
)
def test_makefiles_that_run_make(text: str, called: tuple[str, ...]) -> None:
    found = makefiles_called(text.encode())
    assert found is not None
    assert set(found) == {name.strip("'") for name in called}


@pytest.mark.parametrize(
    "text", ["", "a:\n\tcmake -f x", "a: remake make.py\n", "$(MAKEFILE_LIST) $(MAKEFLAGS)", "x/make/y"]
)
def test_makefiles_that_run_none(text: str) -> None:
    assert makefiles_called(text.encode()) is None


@pytest.mark.parametrize("path", ["Makefile", "a/makefile", "a/b/GNUmakefile", "x.mk", "a/x.make", "a/own"])
def test_makefiles_by_name(path: str) -> None:
    assert is_makefile(path, {"own"})


@pytest.mark.parametrize("path", ["Makefile.py", "a/MAKEFILE", "mk", "own/a", "a.mk/b"])
def test_other_files(path: str) -> None:
    assert not is_makefile(path, {"own"})
