"""Real cargos of several targets: their build scripts meet, and share the jobs of the build."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.build.meeting import meeting
from tests.build.project import BUILT, Project, function, template

CRATES = ("one", "two", "three")
SCRIPT = """\
use std::io::Read;
use std::os::unix::net::UnixStream;

fn main() {
    let mut place = UnixStream::connect(std::env::var("PLACE").unwrap()).unwrap();
    place.read(&mut [0]).unwrap();
}
"""
MAKEFILE = """\
build-%:
	cargo build --offline
	echo $(PLACE) > $(ARTIFACTS_DIR)/done
"""


def workspace(project: Project, folder: str) -> None:
    """Crates that do not depend on each other, each with a build script."""
    members = ", ".join(f'"{crate}"' for crate in CRATES)
    files = {"Cargo.toml": f'[workspace]\nresolver = "2"\nmembers = [{members}]\n', "Makefile": MAKEFILE}
    for crate in CRATES:
        package = f'[package]\nname = "{crate}"\nversion = "0.1.0"\nedition = "2021"\n'
        files |= {f"{crate}/Cargo.toml": package, f"{crate}/build.rs": SCRIPT, f"{crate}/src/lib.rs": ""}
    project.write({f"{folder}/{path}": text for path, text in files.items()})


@pytest.mark.parametrize("parallel", ["false", "true"])
def test_build_scripts_of_all_cargos_share_the_jobs(tmp_path: Path, parallel: str) -> None:
    project = Project(tmp_path / "project")
    metadata = f"BuildProperties: {{Parallel: {parallel}}}"
    project.write({"template.yaml": template(A=function("a", metadata), B=function("b", metadata))})
    workspace(project, "a")
    workspace(project, "b")
    with meeting(slots=3, visitors=6) as place:
        states = project.build({"PLACE": place.address}, jobs=3)
    assert states == {"A": BUILT, "B": BUILT}
    assert (place.most, place.left) == (3, 6)
