from __future__ import annotations

from engine.plan.makefiles import Makefiles
from tests.plan.world import World


def in_place(world: World) -> list[str]:
    return [path for path, _ in world.action().makefiles]


def test_a_makefile_without_directives_is_not_asked_about(world: World) -> None:
    world.write("src/Makefile", "build-Fn:\n\ttrue\n")
    assert in_place(world) == [world.target.makefile]
    assert world.asked == 0


PLAIN = """\
HERE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
include inner.mk $(HERE)../outer.mk
-include $(HERE)../optional.mk
OUT := $(ARTIFACTS_DIR)/python
build-%:
	[ $$USER != `id -un` ] || echo $(wildcard *.py) $(shell date) > $(OUT)
"""


def test_make_is_asked_once_while_nothing_changes(world: World) -> None:
    world.write("src/Makefile", PLAIN)
    world.action()
    world.action()
    assert world.asked == 1


def test_targets_of_one_directory_ask_once(world: World) -> None:
    scanner = world.scanner()
    makefiles = Makefiles(world.trace, scanner, world.environ, world.ask)
    tree = scanner.tree(world.target.code_dir)
    for name in ("build-Fn", "build-Other"):
        found = makefiles.read_by(world.target._replace(make_target=name), tree)
        assert found.in_place[0] == world.target.makefile
        assert found.copied == (f"{world.root}/src/inner.mk",)
    assert world.asked == 1


def test_other_names_in_the_environment_ask_nothing_again(world: World) -> None:
    world.write("src/Makefile", PLAIN)
    world.action()
    world.environ["NEWCOMER"] = "1"
    world.action()
    assert world.asked == 1


def test_files_looked_for_count_as_absent(world: World) -> None:
    digests = dict(world.action().makefiles)
    assert digests[f"{world.root}/optional.mk"] == "absent"
    assert f"{world.root}/src/inner.mk" not in digests


def test_a_variable_of_an_included_makefile_decides_what_it_includes(world: World) -> None:
    world.write("outer.mk", "include $(HERE)../$(STAGE).mk\n")
    world.write("dev.mk", "")
    world.write("prod.mk", "")
    world.environ["STAGE"] = "dev"
    assert f"{world.root}/dev.mk" in in_place(world)
    world.environ["STAGE"] = "prod"
    assert f"{world.root}/prod.mk" in in_place(world)
    key = world.key()
    world.write("prod.mk", "X = 1\n")
    assert world.key() != key


def test_a_variable_of_a_makefile_in_the_code_directory_decides_too(world: World) -> None:
    world.write("src/inner.mk", "include $(HERE)../$(STAGE).mk\n")
    world.write("dev.mk", "")
    world.write("prod.mk", "")
    world.environ["STAGE"] = "dev"
    assert f"{world.root}/dev.mk" in in_place(world)
    world.environ["STAGE"] = "prod"
    assert f"{world.root}/prod.mk" in in_place(world)


def test_makefiles_of_the_environment_are_read(world: World) -> None:
    world.write("src/Makefile", "build-Fn:\n\ttrue\n")
    first, second = world.write("first.mk", "A = 1\n"), world.write("second.mk", "A = 2\n")
    world.environ["MAKEFILES"] = str(first)
    assert in_place(world) == [world.target.makefile, str(first)]
    world.environ["MAKEFILES"] = str(second)
    assert in_place(world) == [world.target.makefile, str(second)]
    key = world.key()
    second.write_text("A = 3\n")
    assert world.key() != key


def test_a_makefile_that_make_cannot_read_counts_as_far_as_it_was_read(world: World) -> None:
    world.write("src/Makefile", "include ../outside.mk /nonexistent.mk\n$(error stop)\ninclude never.mk\n")
    world.target = world.target._replace(working_dir=f"{world.root}/src/lib")
    assert in_place(world) == [world.target.makefile, "/nonexistent.mk"]


def test_a_makefile_in_a_loop_of_includes_ends(world: World) -> None:
    world.write("outer.mk", "DEPTH += x\nifneq ($(words $(DEPTH)),5)\ninclude $(HERE)../outer.mk\nendif\n")
    assert f"{world.root}/outer.mk" in in_place(world)


def looking(world: World, directive: str) -> None:
    """A Makefile two folders below the root R whose includes depend on what lies there."""
    world.write("far/src/Makefile", f"R := $(dir $(lastword $(MAKEFILE_LIST)))../..\n{directive}\nbuild-Fn:\n")
    code_dir = f"{world.root}/far/src"
    world.target = world.target._replace(code_dir=code_dir, makefile=f"{code_dir}/Makefile")


def test_a_glob_that_finds_its_first_file(world: World) -> None:
    (world.root / "mk.d").mkdir()
    looking(world, "-include $(wildcard $(R)/mk.d/*.mk)")
    assert len(in_place(world)) == 1
    world.write("mk.d/a.mk", "A = 1\n")
    assert in_place(world)[1:] == [f"{world.root}/mk.d/a.mk"]


def test_a_folder_that_a_glob_finds(world: World) -> None:
    world.write("mk.a/x.mk", "")
    looking(world, "include $(R)/mk.*/x.mk")
    assert in_place(world)[1:] == [f"{world.root}/mk.a/x.mk"]
    world.write("mk.b/x.mk", "")
    assert in_place(world)[1:] == [f"{world.root}/mk.a/x.mk", f"{world.root}/mk.b/x.mk"]


def test_a_file_that_a_condition_looks_for(world: World) -> None:
    looking(world, "ifneq (,$(wildcard $(R)/.env))\ninclude $(R)/.env\nendif")
    assert len(in_place(world)) == 1
    world.write(".env", "A = 1\n")
    assert in_place(world)[1:] == [f"{world.root}/.env"]


def test_a_command_that_decides(world: World) -> None:
    world.write("dev.mk", "")
    world.write("prod.mk", "")
    world.write("which", "dev")
    looking(world, "include $(R)/$(shell cat $(R)/which).mk")
    assert in_place(world)[1:] == [f"{world.root}/dev.mk"]
    world.write("which", "prod")
    assert in_place(world)[1:] == [f"{world.root}/prod.mk"]


def test_an_included_makefile_that_looks_around(world: World) -> None:
    world.write("find.mk", "PART != cat $(R)/which\n")
    world.write("which", "dev")
    looking(world, "include $(R)/find.mk\n-include $(R)/$(PART).mk")
    assert f"{world.root}/dev.mk" in in_place(world)
    world.write("which", "prod")
    assert f"{world.root}/prod.mk" in in_place(world)


def test_what_looks_around_is_asked_once_in_a_build(world: World) -> None:
    looking(world, "-include $(wildcard $(R)/mk.d/*.mk)")
    scanner = world.scanner()
    makefiles = Makefiles(world.trace, scanner, world.environ, world.ask)
    tree = scanner.tree(world.target.code_dir)
    for name in ("Fn", "Other"):
        makefiles.read_by(world.target._replace(full_path=name, make_target=f"build-{name}"), tree)
    assert world.asked == 1


def test_the_artifact_directory_decides(world: World) -> None:
    world.write("mk/Fn.mk", "X = $(OF_FN)\n")
    looking(world, "ID = $(notdir $(ARTIFACTS_DIR))\n-include $(R)/mk/$(ID).mk")
    assert in_place(world)[1:] == [f"{world.root}/mk/Fn.mk"]
    world.environ["OF_FN"] = "1"
    key = world.key()
    world.environ["OF_FN"] = "2"
    assert world.key() != key
    world.target = world.target._replace(full_path="Stack/Fn2", make_target="build-Fn2")
    assert in_place(world)[1:] == [f"{world.root}/mk/Fn2.mk"]
    asked = world.asked
    assert in_place(world)[1:] == [f"{world.root}/mk/Fn2.mk"]
    assert world.asked == asked


def test_a_home_directory_decides(world: World) -> None:
    looking(world, "-include ~/own.mk")
    world.environ["HOME"] = str(world.root / "first")
    assert in_place(world)[1:] == [f"{world.root}/first/own.mk"]
    world.environ["HOME"] = str(world.root / "second")
    assert in_place(world)[1:] == [f"{world.root}/second/own.mk"]


def test_definitions_of_an_outer_make_decide(world: World) -> None:
    looking(world, "STAGE = dev\n-include $(R)/$(STAGE).mk")
    assert in_place(world)[1:] == [f"{world.root}/dev.mk"]
    world.environ["MAKEFLAGS"] = "-- STAGE=prod"
    assert in_place(world)[1:] == [f"{world.root}/prod.mk"]


def test_variables_of_makefiles_that_a_recursive_make_reads(world: World) -> None:
    world.write("src/Makefile", "build-Fn:\n\t$(MAKE) -C sub -f rules\n")
    world.write("src/sub/rules", "all:\n\techo $(IN_RULES) > $(ARTIFACTS_DIR)/x; $(MAKE) -f deeper.txt\n")
    world.write("src/sub/deeper.txt", "all:\n\techo $(IN_DEEPER)\n")
    world.write("src/sub/part.mk", "X = $(IN_PART)\n")
    world.write("src/other.txt", "$(IN_OTHER)")
    for name in ("IN_RULES", "IN_DEEPER", "IN_PART"):
        world.environ[name] = "1"
        key = world.key()
        world.environ[name] = "2"
        assert world.key() != key
    key = world.key()
    world.environ["IN_OTHER"] = "1"
    assert world.key() == key
    world.write("src/Makefile", "build-Fn:\n\ttrue\n")
    key = world.key()
    world.environ["IN_PART"] = "3"
    assert world.key() == key


def test_a_variable_that_another_one_names(world: World) -> None:
    world.write("src/Makefile", "build-Fn:\n\techo $($(WHICH)) > $(ARTIFACTS_DIR)/x\n")
    world.environ |= {"WHICH": "FIRST", "FIRST": "1", "SECOND": "1"}
    key = world.key()
    world.environ["SECOND"] = "2"
    assert world.key() == key
    world.environ["FIRST"] = "2"
    assert world.key() != key
