"""Makes a wheel again of a distribution that is installed, so that pip can install it without a network."""

from __future__ import annotations

import zipfile
from importlib.metadata import distribution
from pathlib import Path

_WRITTEN_BY_THE_INSTALLER = {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json"}


def pack(name: str, folder: Path) -> Path:
    """Writes `<name>-<version>-py3-none-any.whl` to `folder`; the distribution must be pure Python."""
    installed = distribution(name)
    stem = f"{name}-{installed.version}"
    path = folder / f"{stem}-py3-none-any.whl"
    record = f"{stem}.dist-info/RECORD"
    names = [
        file.as_posix()
        for file in installed.files or ()
        if file.suffix != ".pyc" and ".." not in file.parts and file.name not in _WRITTEN_BY_THE_INSTALLER
    ]
    with zipfile.ZipFile(path, "w") as wheel:
        for file_name in names:
            wheel.write(str(installed.locate_file(file_name)), file_name)
        wheel.writestr(record, "".join(f"{file_name},,\n" for file_name in [*names, record]))
    return path
