"""A project that was built once, and whoever can write to its store."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from cache.digest import Digest, digest_bytes
from cache.disk import DiskStore
from cache.protobuf import bytes_field
from cache.wire import ActionResult, OutputDirectory, encode_action_result
from tests.build.project import BUILT, RESTORED, Project

LOG_LINE = "a line of the log"
MAKEFILE = f"""\
build-%:
\t@echo {LOG_LINE}
\tcp app.py $(ARTIFACTS_DIR)/
\ttouch $(ARTIFACTS_DIR)/empty
"""
APP = b"print('one')\n"
ARTIFACT = {"app.py": APP, "empty": b""}
SENTINELS = ("outside", "project/src", "project/template.yaml")
"""What no build writes to, beside the store and the project's `.aws-sam`."""


class Forge:
    """Puts into the store what the engine would not; then builds, as the project's user does."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.refused = 0
        self.store = DiskStore(str(project.store))
        project.write({"src/Makefile": MAKEFILE})
        self.outside = project.root.parent / "outside"
        self.outside.mkdir()
        (self.outside / "file").write_bytes(b"precious")
        [result] = project.outcome().results
        assert result.state == BUILT
        assert result.key is not None
        self.key = result.key
        found = self.store.get(self.key)
        assert found is not None
        self.result = found
        self._before = self._sentinels()

    def settle(self) -> None:
        """What the project holds now is what builds must leave alone."""
        self._before = self._sentinels()

    @property
    def result_path(self) -> Path:
        return self.project.store / "ac" / self.key[:2] / self.key

    @property
    def tree_digest(self) -> Digest:
        return self.result.output_directories[0].tree_digest

    @property
    def log_digest(self) -> Digest:
        assert self.result.stdout_digest is not None
        return self.result.stdout_digest

    def blob_path(self, digest: Digest) -> Path:
        return Path(self.store.locate(digest))

    def put_blob(self, data: bytes, digest: Digest | None = None) -> Digest:
        """Keep bytes under their digest, or under one that lies."""
        digest = digest or digest_bytes(data)
        path = self.blob_path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(data)
        return digest

    def put_result(self, message: bytes) -> None:
        """Keep any bytes as the result, with a seal that holds: a forger can read how it is made."""
        self.result_path.unlink()
        self.result_path.write_bytes(sealed(message, self.key))

    def change_result(self, **changes: Any) -> None:
        """Keep the result with some of its fields replaced."""
        fields: Mapping[str, Any] = {**self.result._asdict(), **changes}
        self.put_result(encode_action_result(ActionResult(**fields)))

    def change_tree(self, message: bytes, digest: Digest | None = None) -> None:
        """Keep a result that names this `Tree` message."""
        self.change_result(output_directories=(OutputDirectory("", self.put_blob(message, digest)),))

    def build(self) -> str:
        """Build what was never built in this checkout: the state of the one target."""
        shutil.rmtree(self.project.root / ".aws-sam")
        return self.project.build()["Fn"]

    def assert_refused(self, *said: str) -> None:
        """The next build runs make, names what was wrong once and how to act, and the one after it is as ever."""
        assert self.build() == BUILT
        [warning] = self.project.warnings
        assert "make runs instead" in warning
        assert "engine cache verify --repair" in warning
        for text in said:
            assert text in warning
        self.assert_right()
        assert self.build() == RESTORED
        assert self.project.warnings == []
        self.assert_right()
        self.refused += 1

    def assert_harmless(self) -> None:
        """The next build takes what is there, and it is right."""
        assert self.build() == RESTORED
        assert self.project.warnings == []
        self.assert_right()

    def assert_right(self) -> None:
        """The artifact and its log are what make leaves, and nothing else changed but the store."""
        assert self.project.tree("Fn") == ARTIFACT
        assert (self.project.state_dir / "logs" / "Fn.log").read_text().count(LOG_LINE) == 1
        assert not os.listdir(self.project.store / "tmp")
        self.assert_outside_untouched()

    def assert_outside_untouched(self) -> None:
        """Nothing was written to, made or removed but in the store and in `.aws-sam`."""
        assert self._sentinels() == self._before

    def _sentinels(self) -> dict[str, tuple[int, ...]]:
        top = self.project.root.parent
        paths = [path for name in SENTINELS for path in (top / name, *(top / name).rglob("*"))]
        return {str(path): _state(path) for path in (*paths, *(p for p in top.iterdir()))}


def _state(path: Path) -> tuple[int, ...]:
    status = path.lstat()
    if stat.S_ISDIR(status.st_mode):
        return (status.st_mode,)
    return (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)


def sealed(message: bytes, key: str) -> bytes:
    """A result's file, made from the description in docs/formats.md."""
    return bytes_field(7002, sha256(key.encode() + message).digest()) + message
