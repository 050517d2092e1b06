"""A world on disk with its builds: each is foretold, run, and compared with what the oracle says."""

from __future__ import annotations

import os
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

from engine.build.options import BuildOptions
from engine.plan.trace import UNRECORDED_KEY
from engine.run.events import State, TargetResult, Warned
from engine.run.removal import remove_tree
from tests.machine.disk import Disk, difference, read_tree
from tests.machine.forecast import Forecast, Foretold
from tests.machine.how import How, Kill
from tests.machine.inplace import seen_files, take_over, written
from tests.machine.keys import key_of
from tests.machine.ledger import Ledger, Record
from tests.machine.recipes import rendered
from tests.machine.running import build, build_and_kill
from tests.machine.world import TEMPLATE, Tree, World, below

_OWN = frozenset((".aws-sam",))
_STATE = {"trace-v1", "lock", "children", "logs", "aside", "staging", "trash", "templates", "written"}


_USUAL = How()


class Project:
    """A checkout, its store, and a control folder through which recipes are made to misbehave."""

    def __init__(self, base: Path, *, in_source: bool, counted: Counter[str]) -> None:
        """The folder for temporary files is to be `temporary` in `base`."""
        self.root, self.store, self.control = base / "project", base / "store", base / "control"
        self._temporary = base / "temporary"
        self._temporary.mkdir()
        self._in_source = in_source
        self._counted = counted
        self.world = World()
        self.ledger = Ledger()
        self._keys: dict[str, str] = {}
        self._departed: set[str] = set()
        self.old_trace: bytes | None = None
        """A trace from an earlier build."""
        self._was_killed = False
        self._possible: dict[str, list[Tree | None]] = {}
        """After a kill: what the next build may find or bring back for a target that it does not make."""
        self._disk = Disk(self.root)
        self.control.mkdir()
        os.mkfifo(self.control / "never")

    @property
    def build_dir(self) -> Path:
        return self.root / ".aws-sam" / "build"

    @property
    def state_dir(self) -> Path:
        return self.root / ".aws-sam" / "engine"

    def files(self) -> Tree:
        """Every file of the project."""
        return rendered(self.world, str(self.control))

    def write(self, how: How = _USUAL) -> None:
        """Bring the disk to what the world says."""
        self._disk.hold(self.files(), by_rename=how.by_rename)
        (self.control / "tool").write_text(self.world.tool)

    def artifact(self, name: str) -> Tree | None:
        """What lies where the artifact of a target belongs."""
        return read_tree(self.build_dir / name)

    def build(self, how: How) -> None:
        """One build, everything about it compared, and then another one that has nothing to do."""
        self.write(how)
        if how.kill is not None:
            self._killed_build(how, how.kill, self._foretell(how))
            others = self._apart_from(self._names((how.kill.target,))[0])
            if how.kill.elsewhere and others:
                self.build(How(only=others))
            return
        self._misbehave(how)
        succeeded = self._compared_build(how, self._foretell(how))
        again = replace(how, failing=(), forced=False)
        while succeeded:
            foretold = self._foretell(again)
            unsettled = foretold.selected - foretold.idle
            assert all(self.ledger.records[name].key is None for name in unsettled)
            self._compared_build(again, foretold)
            succeeded = bool(unsettled)
        if self.old_trace is None:
            self.old_trace = (self.state_dir / "trace-v1").read_bytes()

    def _apart_from(self, name: str) -> tuple[int, ...]:
        """The numbers of the targets that are built without `name`."""
        targets = self.world.targets
        return tuple(index for index, other in enumerate(targets) if name not in self.world.ancestors({other}))

    def _foretell(self, how: How) -> Foretold:
        forecast = Forecast(self.world, self.files(), self.ledger, how, self._look, str(self.control))
        return forecast.foretell(in_source=self._in_source)

    def _compared_build(self, how: How, foretold: Foretold) -> bool:
        """One build, compared with what was foretold; whether it succeeded."""
        outcome, events = build(self._options(how), self._environ())
        for path in self.control.glob("*.*"):
            path.unlink()
        self._count(outcome.results)
        warned = {event.target for event in events if isinstance(event, Warned) and "not recorded" in event.message}
        self._check(foretold, {result.target: result for result in outcome.results}, how, warned)
        return outcome.succeeded

    def _look(self, name: str) -> tuple[Tree | None, bool]:
        """(artifact, whether it is a link to one)."""
        return self.artifact(name), (self.build_dir / name).is_symlink()

    def _names(self, numbers: tuple[int, ...]) -> tuple[str, ...]:
        names = list(self.world.targets)
        return tuple(dict.fromkeys(names[number % len(names)] for number in numbers))

    def _options(self, how: How) -> BuildOptions:
        return BuildOptions(
            template=str(self.root / TEMPLATE),
            cwd=str(self.root),
            build_dir=str(self.build_dir),
            cache_dir=str(self.store),
            resources=self._names(how.only),
            jobs=how.jobs,
            keep_going=how.keep_going,
            use_cache=not how.forced,
            link_mode=how.link_mode,
            build_in_source=self._in_source,
        )

    def _environ(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": "/nowhere", "LC_ALL": "C", **self.world.variables}

    def _misbehave(self, how: How) -> None:
        for name in self._names(how.failing):
            (self.control / f"{name}.{'late' if how.fails_late else 'early'}").write_text("exit 3\n")

    def _killed_build(self, how: How, kill: Kill, foretold: Foretold) -> None:
        """The engine dies; what it told of until then is in the store."""
        if kill.at_change is None:
            self._let_kill(self._names((kill.target,))[0], kill)
        killed = build_and_kill(self._options(how), self._environ(), kill.at_change)
        if self._in_source:
            take_over(self.root, self.state_dir, self.world, self.ledger)
            self._disk.assume(self.files())
        for path in self.control.glob("*.*"):
            path.unlink()
        self._count(killed.finished)
        self._counted["kills"] += killed.died
        self._was_killed = True
        for name in self.world.targets:
            possible = self._possible.setdefault(name, [foretold.before.get(name, self.artifact(name))])
            possible += [foretold.outputs[name]] if name in foretold.outputs else []
        self.ledger.uncertain |= foretold.selected | self.ledger.records.keys()
        self._departed |= self.ledger.records.keys() | foretold.selected
        if self._in_source:  # a result is stored with the key of what the run left
            foretold.rows |= self._foretell(replace(how, kill=None)).rows
        for rows in foretold.rows.values():
            self.ledger.doubt_one(key_of(rows))
        for result in killed.finished:
            is_stored = result.state in (State.BUILT, State.RESTORED) and result.key != UNRECORDED_KEY
            if is_stored and foretold.is_storable(result.target):
                self.ledger.keep(key_of(foretold.rows[result.target]))

    def _let_kill(self, name: str, kill: Kill) -> None:
        """`/proc/<make>/stat` begins with number, name, state, parent and process group."""
        lines = [f"read -r _ _ _ engine group _ < /proc/$PPID/stat; echo $group > {self.control}/orphans"]
        lines += ["kill -9 $engine", *([] if kill.goes_on else [f"read -r _ < {self.control}/never"])]
        (self.control / f"{name}.{kill.when}").write_text("\n".join(lines) + "\n")

    def _count(self, results: tuple[TargetResult, ...]) -> None:
        self._counted["builds"] += 1
        for result in results:
            self._counted[f"targets {result.state}"] += 1

    def _check(self, foretold: Foretold, results: dict[str, TargetResult], how: How, warned: set[str | None]) -> None:
        assert results.keys() == foretold.selected
        foretold.check(results)
        if self._in_source:
            self._write_in_place(foretold, results, how)
        assert warned == foretold.unrecorded, f"{warned} were not recorded, not {foretold.unrecorded}"
        self._check_keys(foretold, results)
        self._check_artifacts(foretold, results)
        self._check_after_kill()
        assert not (wrong := difference(read_tree(self.root, leave_out=_OWN), below(self.files(), "."))), wrong
        self._learn(foretold, results, how)
        self._check_build_dir(foretold, results)
        self._check_tidy()

    def _write_in_place(self, foretold: Foretold, results: dict[str, TargetResult], how: How) -> None:
        """Let the world have what runs wrote into it, and find out which results cannot be recorded."""
        for name, target in self.world.targets.items():
            state = results[name].state if name in results else State.SKIPPED
            failed = state is State.FAILED and name in foretold.failing
            if failed or state is State.BUILT:
                files = self.files()
                output = {} if failed and not how.fails_late else foretold.outputs[name]
                self.world.files |= written(files, target, output)
                before, after = seen_files(files, target), seen_files(self.files(), target)
                is_known = self.ledger.ran_in_place(name, before, after)
                if not failed:
                    foretold.left_in_place(name, self.files(), str(self.control), is_recorded=is_known)
        self._disk.assume(self.files())

    def _check_keys(self, foretold: Foretold, results: dict[str, TargetResult]) -> None:
        """The engine's keys are equal exactly where the model's are."""
        for name, result in results.items():
            if result.key is not None and name not in foretold.unrecorded:
                key = key_of(foretold.rows[name])
                assert self._keys.setdefault(key, result.key) == result.key, f"{name} has another key than before"
        assert len(set(self._keys.values())) == len(self._keys), "different actions have one key"

    def _check_artifacts(self, foretold: Foretold, results: dict[str, TargetResult]) -> None:
        for name in foretold.selected:
            result = results.get(name)
            failed = result is not None and result.state in (State.FAILED, State.SKIPPED)
            if failed and name in self.ledger.uncertain:
                continue
            self._possible.pop(name, None)
            expected = foretold.before[name] if failed else foretold.outputs[name]
            assert not (wrong := difference(self.artifact(name), expected)), f"{name}, {result}: {wrong}"

    def _check_after_kill(self) -> None:
        """The last good artifact of what a killed build did not finish is back."""
        for name, possible in self._possible.items():
            if name in self.world.targets:
                assert any(not difference(self.artifact(name), tree) for tree in possible), name
        self._possible.clear()

    def _learn(self, foretold: Foretold, results: dict[str, TargetResult], how: How) -> None:
        if not how.only:
            self._departed |= (self.ledger.records.keys() - self.world.targets.keys()) & self.ledger.uncertain
            self.ledger.forget(self.ledger.records.keys() - self.world.targets.keys())
        for name, result in results.items():
            if result.state in (State.FAILED, State.SKIPPED):
                continue
            key = None if name in foretold.unrecorded else key_of(foretold.rows[name])
            self.ledger.records[name] = Record(key, foretold.rows[name], foretold.outputs[name])
            self.ledger.uncertain.discard(name)
            if result.state is State.BUILT and foretold.is_storable(name) and key is not None:
                self.ledger.keep(key)

    def _check_build_dir(self, foretold: Foretold, results: dict[str, TargetResult]) -> None:
        """Artifacts of the template's targets and the output template; what nobody knows any more may stay."""
        known = {*self.world.targets, *self.ledger.records, *self._departed, TEMPLATE}
        assert set(os.listdir(self.build_dir)) <= known, os.listdir(self.build_dir)

    def _check_tidy(self) -> None:
        """No temporary file is left anywhere."""
        assert set(os.listdir(self.state_dir)) <= _STATE, os.listdir(self.state_dir)
        assert set(os.listdir(self.root / ".aws-sam")) <= {"build", "engine", "build.toml"}
        folders = [self.state_dir / name for name in ("aside", "staging", "trash")] + [*self._temporary.glob("*/*")]
        folders += [] if self._was_killed else [self.store / "tmp", self.store / "leases"]
        left = {str(folder): os.listdir(folder) for folder in folders if folder.is_dir()}
        assert not any(left.values()), left
        assert not [*self.state_dir.rglob("*.new"), *self.build_dir.glob("*.new")]
        assert not self._orphans_live()

    def _orphans_live(self) -> bool:
        group = self._orphans()
        if group is None:
            return False
        (self.control / "orphans").unlink()
        return _lives(group)

    def _orphans(self) -> int | None:
        path = self.control / "orphans"
        return int(path.read_text()) if path.exists() else None

    def lose_artifact(self, name: str) -> None:
        """Somebody damaged the artifact of a target, or what a killed build was making of it."""
        self._possible.pop(name, None)

    def lose_trace(self, *, certain: bool) -> None:
        """What was known of targets is no longer, or perhaps."""
        self._departed |= self.ledger.records.keys()
        if certain:
            self.ledger.uncertain.clear()
            self.ledger.records.clear()
        else:
            self.ledger.uncertain |= self.ledger.records.keys() | self.world.targets.keys()

    def clear_store(self) -> None:
        remove_tree(str(self.store))
        self.ledger.stored.clear()
        self.ledger.doubtful.clear()
        self.ledger.is_damaged = False

    def close(self) -> None:
        """End what a killed build left."""
        group = self._orphans()
        if group is not None and _lives(group):
            os.killpg(group, signal.SIGKILL)


def _lives(group: int) -> bool:
    """Whether a process of the group runs; one that waits to be reaped does not."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, number = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(number) == group and state != "Z":
            return True
    return False
