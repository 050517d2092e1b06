from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InputError
from engine.plan.selection import Selection, refuse_unsupported, select, selected_targets
from engine.sam.candidate import Candidate, Unsupported
from tests.plan.world import make_target


def candidate(full_path: str, **changes: Any) -> Candidate:
    logical_id = full_path.rpartition("/")[2]
    plain = Candidate(full_path, full_path, (logical_id,), "function", "target", "", False, False)
    return plain._replace(**changes)


CANDIDATES = (
    candidate("ApiA"),
    candidate("ApiB"),
    candidate("Child/Worker"),
    candidate("Child2/Worker"),
    candidate("Deps", kind="layer"),
    candidate("Bare", kind="layer", state="skipped", lacks_build_method=True),
    candidate("Inline", state="skipped", reason="its code is inline", is_inline=True),
    candidate("Python", state="unsupported", reason="needs another builder"),
)


def names(*resources: str, exclude: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    return select(CANDIDATES, resources, exclude).names


def test_nothing_named_means_everything() -> None:
    assert select(CANDIDATES, (), ()) == Selection(None, frozenset(), ())


def test_exclusion_by_id_path_and_glob() -> None:
    assert select(CANDIDATES, (), ("ApiA", "Child2/*")).excluded == {"ApiA", "Child2/Worker"}
    assert select(CANDIDATES, (), ("Worker",)).excluded == {"Child/Worker", "Child2/Worker"}
    assert select(CANDIDATES, (), ("Child/Worker",)).excluded == {"Child/Worker"}
    assert select(CANDIDATES, (), ("Nothing", "api*")).excluded == frozenset()


def test_names_and_globs() -> None:
    assert names("ApiB", "ApiA", "ApiB") == ("ApiB", "ApiA")
    assert names("Api*", "Deps") == ("ApiA", "ApiB", "Deps")
    assert names("*/Worker") == ("Child/Worker", "Child2/Worker")
    assert names("Api[!A]") == ("ApiB",)


def test_globs_leave_out_what_is_excluded() -> None:
    assert names("Api*", exclude=("ApiA",)) == ("ApiB",)
    assert names("*", exclude=("Child*", "Api?")) == ("Deps",)


def test_a_named_resource_is_built_though_excluded() -> None:
    found = select(CANDIDATES, ("ApiA",), ("ApiA", "ApiB"))
    assert found.names == ("ApiA",)
    assert found.warnings == ("Resource expected to be built, but marked as excluded.\nBuilding anyways...",)


def test_an_ambiguous_name_means_the_first_and_says_so() -> None:
    found = select(CANDIDATES, ("Worker",), ())
    assert found.names == ("Child/Worker",)
    assert "Child/Worker, Child2/Worker; building Child/Worker" in found.warnings[0]


def test_a_skipped_resource_is_warned_about() -> None:
    assert select(CANDIDATES, ("Inline",), ()) == Selection(
        (), frozenset(), ("Inline is not built: its code is inline",)
    )


def test_a_layer_without_build_method_is_an_error() -> None:
    with pytest.raises(InputError, match="Build method missing in layer Bare") as caught:
        names("Bare")
    assert (caught.value.sam_type, caught.value.resources) == ("MissingBuildMethodException", ("Bare",))


@pytest.mark.parametrize("identifier", ["apia", "Api", "Nope*", ""])
def test_an_unknown_name_lists_what_there_is(identifier: str) -> None:
    with pytest.raises(InputError, match="Unable to find a function or layer with name") as caught:
        names(identifier)
    assert "Possible options in your template: ['ApiA', 'ApiB', 'Worker'" in caught.value.rows[0][1]
    assert (caught.value.sam_type, caught.value.resources) == ("ResourceNotFound", (identifier,))


def test_an_unknown_name_hints_at_near_ones() -> None:
    with pytest.raises(InputError) as caught:
        names("Api")
    assert caught.value.hint in ("did you mean ApiA or ApiB?", "did you mean ApiB or ApiA?")


PYTHON = "Runtime python3.12 needs the python builder"
UNKNOWN = "'python9.9' runtime is not supported"
RUNTIME, BUILDER = "UnsupportedRuntimeException", "UnsupportedBuilderException"


def unsupported(name: str, reason: str = PYTHON, line: int | None = None, **changes: Any) -> Unsupported:
    plain = Unsupported(name, name, f"Sam{name}", "function", reason, "t.yaml", line)
    return plain._replace(**changes)


def refusal(*others: Unsupported, excluded: frozenset[str] = frozenset()) -> InputError:
    with pytest.raises(InputError) as caught:
        refuse_unsupported(others, Selection(None, excluded, ()))
    return caught.value


def test_other_builders_are_refused_all_at_once_unless_excluded() -> None:
    others = [unsupported("P", line=3), unsupported("Q")]
    error = refusal(*others)
    assert error.message == "2 resources need another builder than make"
    assert error.rows == (("P", f"{PYTHON} (t.yaml:3)"), ("Q", f"{PYTHON} (t.yaml)"))
    assert error.hint is not None
    assert "-x P -x Q" in error.hint
    assert refusal(*others, excluded=frozenset({"P"})).message == "1 resource needs another builder than make"
    refuse_unsupported(others, Selection(("ApiA",), frozenset(), ()))


def test_what_sam_refuses_too_is_told_in_its_words_before_all_else() -> None:
    mixed = [
        unsupported("P"),
        unsupported("U", UNKNOWN, sam_type=RUNTIME),
        unsupported("V", UNKNOWN, sam_type=RUNTIME),
        unsupported("L", "'Makefile' is none", kind="layer", sam_type=BUILDER, meant="makefile"),
    ]
    error = refusal(*mixed)
    assert (error.message, error.sam_type, error.resources) == ("'Makefile' is none", BUILDER, ("SamL",))
    assert [name for name, _ in error.rows] == ["P", "U", "V", "L"]
    assert error.rows[3] == ("L", "'Makefile' is none (is 'makefile' meant?) (t.yaml)")
    error = refusal(*mixed[:3])
    assert (error.message, error.sam_type, error.resources) == (UNKNOWN, RUNTIME, ("SamU", "SamV"))
    error = refusal(mixed[0])
    assert (error.sam_type, error.resources) == (BUILDER, ("SamP",))


def test_a_target_whose_dependency_is_excluded_is_an_error() -> None:
    base = make_target("/project/src")
    dependent = base._replace(full_path="A", properties=base.properties._replace(depends_on=("B",)))
    targets = (dependent, base._replace(full_path="B"))
    with pytest.raises(InputError, match="A depends on B, which is excluded"):
        selected_targets(targets, Selection(None, frozenset({"B"}), ()))
    assert selected_targets(targets, Selection(None, frozenset({"A"}), ())) == targets[1:]
