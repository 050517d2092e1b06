from __future__ import annotations

from engine.plan.makefiles import Makefiles
from tests.plan.world import World


def in_place(world: World) -> list[str]:
    return [path for path, _ in world.action().makefiles]


def test_a_makefile_without_directives_is_not_asked_about(world: World) -> None:
    world.write("src/Makefile", "build-Fn:\n\ttrue\n")
    assert in_place(world) == [world.target.makefile]
    assert world.asked == 0


def test_make_is_asked_once_while_nothing_changes(world: World) -> None:
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
