"""Variables of the environment that makefiles and scripts read, by their text: nothing else shows that they are read.

What counts as a script is told by the trace: what a program was started with, what shells and make opened, and of
python the modules that it looked for compiled. Files that are only copied or packed are no scripts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.audit.events import Act, Ran, Touched
from engine.audit.programs import interpreter_of
from engine.make.naming import named_variables

_SHELLS = frozenset(("sh", "bash", "dash", "ksh", "zsh"))
_MAKES = frozenset(("make", "gmake"))
_INTERPRETER = re.compile(
    r"(?:python|pypy|node|nodejs|deno|bun|ruby|perl|php|lua|tclsh|sh|bash|dash|ksh|zsh)(?:-?[\d.]+)?"
)
_COMPILED = re.compile(r"(.*)/__pycache__/([^/]+?)\.(?:cpython|pypy)[^/]*\.pyc", re.DOTALL)

_LARGEST_BYTES = 4 << 20

_LOOKUPS = re.compile(
    rb"""(?: \benviron (?:b|\.get|\.setdefault|\.pop)? \s* [\[(]
         | \b[gG]etenv \s* \( | \bLookupEnv \s* \( | \benv::var(?:_os)? \s* \( | \benv! \s* \(
         | \bENV (?:\.fetch)? \s* [\[(] | \$ENV\{ | \benv\.get \s* \( | \bprocess\.env \s* \[
         ) \s* b?["'] ([A-Za-z_]\w*) ["']
       | \bprocess\.env\.([A-Za-z_]\w*) | \$ENV\{([A-Za-z_]\w*)\}""",
    re.VERBOSE,
)
"""How programs ask for a variable by its name: python, node, ruby, perl, php, lua, rust, go, java."""

_SHELL_READ = re.compile(rb"\$(?:\{([A-Za-z_]\w*)|([A-Za-z_]\w*))")
_SHELL_DEFAULT = re.compile(rb"\$\{([A-Za-z_]\w*):?[-?+=]")
_SHELL_SET = re.compile(
    rb"(?:^|[\s;&|(`])(?:(?:export|local|readonly|declare|typeset)\s+(?:-\w+\s+)*)?([A-Za-z_]\w*)\+?="
    rb"|\bfor\s+([A-Za-z_]\w*)\b|\bread\s+(?:-\w+\s+)*([A-Za-z_]\w*)\b|\bgetopts\s+\S+\s+([A-Za-z_]\w*)\b",
    re.MULTILINE,
)
_SHELL_COMMENT = re.compile(rb"^\s*#.*$", re.MULTILINE)

_PLACES = """
    ARTIFACTS_DIR BASH BASH_SOURCE COLUMNS EUID FUNCNAME HOME HOSTNAME IFS LINENO LINES LOGNAME OLDPWD OPTARG OPTIND
    PATH PPID PWD RANDOM REPLY SECONDS SHELL TEMP TERM TMP TMPDIR UID USER XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME
"""
PLACES = frozenset(_PLACES.split())
"""Variables that say where things lie and who builds, and those that shells set themselves: no inputs of a script."""


def scripts(touched: Iterable[Touched], ran: Iterable[Ran], source_of: Callable[[str], str]) -> dict[str, str]:
    """Files that were run, by their path as far as it still exists: `make`, `sh` or another interpreter's name.

    `source_of` says where a path in the scratch copy comes from.
    """
    found: dict[str, str] = {}
    for one in ran:
        for path, language in _started(one, source_of):
            found.setdefault(source_of(os.path.normpath(path)), language)
    for use in touched:
        path = os.path.normpath(use.path)
        name = os.path.basename(use.by)
        compiled = _COMPILED.fullmatch(path)
        if compiled is not None:
            found.setdefault(source_of(f"{compiled[1]}/{compiled[2]}.py"), "python")
        elif use.act is Act.READ and (name in _SHELLS or name in _MAKES):
            found.setdefault(source_of(path), "make" if name in _MAKES else "sh")
    return found


def _started(ran: Ran, source_of: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """The script that a program is, or that an interpreter was started with."""
    name = os.path.basename(ran.path)
    if _INTERPRETER.fullmatch(name):
        arguments = iter(ran.argv[1:])
        script = next((argument for argument in arguments if not argument.startswith("-")), None)
        if script is not None and not {"-c", "-e", "-m"} & {*ran.argv[1:]}:
            yield os.path.join(ran.cwd, script), _language(name)
    else:
        interpreter = interpreter_of(source_of(os.path.normpath(ran.path)))
        if interpreter is not None:
            yield ran.path, _language(os.path.basename(interpreter))


def _language(interpreter: str) -> str:
    if interpreter in _MAKES:
        return "make"
    return "sh" if interpreter in _SHELLS else interpreter


def variables_read(content: bytes, language: str, environ: Mapping[str, str]) -> frozenset[str]:
    """The variables that a script reads: of a shell script or makefile those of `environ`, and such as have a default.

    Programs in other languages name what they ask for, so that there unset ones are found as well.
    """
    if language == "make":
        return named_variables([content], environ)
    names: set[bytes] = {match[match.lastindex or 0] for match in _LOOKUPS.finditer(content)}
    if language == "sh":
        names |= _read_by_shell(content, environ)
    return frozenset(name.decode() for name in names) - PLACES


def _read_by_shell(content: bytes, environ: Mapping[str, str]) -> set[bytes]:
    content = _SHELL_COMMENT.sub(b"", content)
    assigned = {name for match in _SHELL_SET.findall(content) for name in match if name}
    read = {match[1] or match[2] for match in _SHELL_READ.finditer(content)} - assigned
    return {name for name in read if name.decode() in environ} | set(_SHELL_DEFAULT.findall(content))


def text_of(path: str) -> bytes:
    """The content of a script; nothing of what is gone, no file, too large or no text."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _LARGEST_BYTES:
            return b""
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        return b""
    return b"" if b"\0" in content[:4096] else content
