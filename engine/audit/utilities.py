"""Programs by name: the utilities of every system, parts of compilers, and how others tell their version."""

from __future__ import annotations

import re

_POSIX_AND_GNU = """
[ arch awk b2sum base32 base64 basename bash bc bunzip2 bzcat bzip2 cat chgrp chmod chown chroot cksum clear cmp
column comm cp cpio csh csplit cut dash date dc dd df diff diff3 dircolors dirname du echo ed egrep env ex expand expr
factor false fgrep file find flock fmt fold free gawk getconf getent getopt gmake grep groups gunzip gzip head hexdump
hostid hostname iconv id infocmp install ionice join kill ksh less link ln locale logname look ls lsb_release lscpu
lsof make mapfile mawk md5sum mkdir mkfifo mknod mktemp more mv nawk nice nl nohup nproc numfmt od paste patch pathchk
pgrep pidof pinky pkill pr printenv printf ps ptx pwd readlink realpath renice rev rm rmdir run-parts sed seq setpriv
setsid sh sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf sleep sort split stat stdbuf strace stty sudo sum
sync tac tail tar taskset tee test timeout touch tput tr true truncate tsort tty uname unexpand uniq unlink unxz
uptime users uuidgen vdir wait wc which who whoami xargs xxd xz xzcat yes zcat zsh zstd
"""
UTILITIES = frozenset(_POSIX_AND_GNU.split())
"""What they do is fixed by POSIX or by long use, so that their versions decide nothing of a build."""

CARRIERS = frozenset(("curl", "git", "rsync", "scp", "sftp", "ssh", "wget"))
"""They bring what is elsewhere: that is what counts, and is told as such."""

_QUESTIONS = frozenset(("--version", "-version", "-V", "-vV", "version"))

_COMPILERS = re.compile(
    r"(?:[\w.-]+-)?(?:cc|c89|c99|c\+\+|gcc|g\+\+|cpp|clang|clang\+\+|gfortran|collect2|ld)(?:-[\d.]+)?"
)
_PARTS = re.compile(r"(?:[\w.-]+-)?(?:as|ld|ld\.\w+|cc1\w*|collect2|lto\w*|gold|nm|f951)(?:-[\d.]+)?")

_ASK = {
    **dict.fromkeys(("go", "openssl", "zig", "terraform", "helm", "hugo"), "version"),
    **dict.fromkeys(("java", "jlink", "ant", "scala", "ffmpeg", "ffprobe"), "-version"),
    **dict.fromkeys(("zip", "unzip", "lua"), "-v"),
}
_USUAL = """
    7z ar autoconf automake aws babel bazel bison black brotli buf bun bundle bundler bundletool c++ c89 c99
    cabal cargo cc clang clang++ cmake composer cpp cython deno docker dotnet elixir erb esbuild eslint flatc
    flex g++ gcc gem gfortran ghc gperf gradle jar javac jq kotlinc ld libtool lld llvm-ar m4 meson mill minify
    mvn nasm ninja nm node nodejs npm npx objcopy objdump pandoc perl php pip pip3 pipenv pkg-config pkgconf
    pnpm poetry prettier protoc pylint pytest python python2 python3 ranlib rollup ruby ruff rustc rustup rye
    sam sass sbt scons sqlite3 strip swc swift swiftc swig ts-node tsc tsx turbo uv uvx vite wasm-bindgen
    wasm-opt wasm-pack webpack yarn yasm yq
"""
_ASK_AS_USUAL = frozenset(_USUAL.split())
_NUMBERED = re.compile(r"(?:[\w.]+-linux-(?:gnu|musl)\w*-)?([a-z+]+)(?:-?\d+(?:\.\d+)*)?")


def is_part_of_compiler(name: str, by: str) -> bool:
    """Whether the program `name` is a part of the compiler `by` that ran it, such as the assembler and the linker."""
    return _PARTS.fullmatch(name) is not None and _COMPILERS.fullmatch(by) is not None


def asks_for_version(argv: tuple[str, ...]) -> bool:
    """Whether a program is only asked which one it is."""
    return len(argv) == 2 and argv[1] in _QUESTIONS


def version_command(name: str, call: str) -> str | None:
    """The command line by which a program tells its version, called by `call`; None where that is not known."""
    numbered = _NUMBERED.fullmatch(name)
    plain = name if name in _ASK or name in _ASK_AS_USUAL or numbered is None else numbered[1]
    if plain in _ASK:
        return f"{call} {_ASK[plain]}"
    return f"{call} --version" if plain in _ASK_AS_USUAL else None
