"""What a build was asked to do: options with every default and relative path resolved."""

from __future__ import annotations

from typing import NamedTuple


class BuildOptions(NamedTuple):
    """The command line, environment and samconfig, merged. Paths are absolute."""

    template: str
    cwd: str
    build_dir: str
    cache_dir: str
    """Folder of the content-addressed store."""
    base_dir: str | None = None
    manifest: str | None = None
    resources: tuple[str, ...] = ()
    """Identifiers or globs; empty: everything."""
    exclude: tuple[str, ...] = ()
    parameter_overrides: tuple[tuple[str, str], ...] = ()
    region: str | None = None
    language_extensions: bool = False
    build_in_source: bool = False
    jobs: int = 1
    jobserver: bool = True
    """Whether `jobs` counts what cargo and make run at once below the targets too."""
    memory_limit_bytes: int | None = None
    """Limit of what running targets are expected to take together; None: what the machine has available."""
    keep_going: bool = False
    sandbox: str = "off"
    """`on`, `off`, or `auto`: where the machine can."""
    timeout_s: float | None = None
    """Limit of each make run in seconds; None: no limit."""
    use_cache: bool = True
    """False (`--no-cached`): every selected target runs and is recorded anew."""
    cache_size_bytes: int = 10 * 1024**3
    link_mode: str = "clone"
    """`clone`, `copy`, `hardlink` or `symlink`."""
