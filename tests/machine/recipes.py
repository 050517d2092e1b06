"""The makefiles and the template of a world, as text."""

from __future__ import annotations

import posixpath

from tests.machine.world import INPUTS, TEMPLATE, File, Target, Tree, World

NAMES = ("a", "sub/d")
"""What a recipe reads that does not copy everything."""
_WRITING = {
    "gen": 'cp "$$A/out" gen',
    "obj": "mkdir -p obj; echo built > obj/o",
    "once": 'if [ ! -e once ]; then cp "$$A/out" once; fi',
    "lock": "if [ -f c.txt ]; then echo locked > c.txt; fi",
}


def rendered(world: World, control: str) -> Tree:
    """Every file of the project; `control` is the absolute folder through which single runs are made to misbehave."""
    files = dict(world.files)
    files[TEMPLATE] = File(_template(world, control).encode())
    for directory in {target.code for target in world.targets.values()}:
        files[posixpath.normpath(f"{directory}/Makefile")] = File(makefile(world, directory, control).encode())
    return files


def makefile(world: World, directory: str, control: str) -> str:
    """The Makefile of a code directory."""
    up = "" if directory == "." else "../"
    lines = [
        "HERE := $(dir $(lastword $(MAKEFILE_LIST)))",
        f"include $(HERE){up}common.mk",
        f"-include $(HERE){up}optional.mk",
        "-include local.mk",
    ]
    for target in world.targets.values():
        if target.code == directory:
            lines += [f"build-{target.name}:", "\t@" + "; \\\n\t".join(_commands(target, up, control))]
    return "\n".join(lines) + "\n"


def _commands(target: Target, up: str, control: str) -> list[str]:
    misbehave = f"if [ -e {control}/{target.name}.%s ]; then . {control}/{target.name}.%s; fi"
    commands = ["set -e", 'A="$(ARTIFACTS_DIR)"', misbehave.replace("%s", "early")]
    commands.append(f'{{ echo {target.name} "$(LOCAL)"')
    if target.says_stage:
        commands.append('echo stage "$(STAGE)"')
    if target.says_common:
        commands.append('echo common "$(COMMON)" "$(OPTIONAL)"')
    if target.says_hidden:
        commands.append('h=HID; eval "echo hidden \\$$$${h}DEN"')
    if target.has_tool:
        commands.append(f"cat {control}/tool")
    commands += [f"if [ -f {name} ]; then cat {name}; fi" for name in NAMES]
    if target.reads_inputs:
        commands.append(f'for f in $(HERE){up}{INPUTS}; do if [ -f "$$f" ]; then cat "$$f"; fi; done')
    commands += [f'cat "$$A/../{name}/out"' for name in target.depends_on]
    commands.append('} > "$$A/out"')
    if target.whole:
        commands.append('cp -RL . "$$A/src"')
    if target.shape:
        commands.append('mkdir -p "$$A/empty" "$$A/d"; echo x > "$$A/d/x"; chmod 750 "$$A/d/x"; ln -s d/x "$$A/l"')
    if target.shape == "odd":
        commands.append('ln -s /nowhere "$$A/abs"')
    commands += [_WRITING[what] for what in target.writes]
    commands.append(misbehave.replace("%s", "late"))
    return commands


def _template(world: World, control: str) -> str:
    lines = ["Transform: AWS::Serverless-2016-10-31", "Resources:"]
    for target in world.targets.values():
        lines += _resource(target, control)
    return "\n".join(lines) + "\n"


def _resource(target: Target, control: str) -> list[str]:
    kind, uri = ("LayerVersion", "ContentUri") if target.is_layer else ("Function", "CodeUri")
    lines = [f"  {target.name}:", f"    Type: AWS::Serverless::{kind}", "    Metadata:", "      BuildMethod: makefile"]
    declared = {
        "DependsOn": list(target.depends_on),
        "Ignore": list(target.ignore),
        "Inputs": [INPUTS] if target.reads_inputs else [],
        "Environment": ["HIDDEN"] if target.says_hidden else [],
        "Tools": [f"cat {control}/tool"] if target.has_tool else [],
    }
    if any(declared.values()):
        lines += ["      BuildProperties:", *(f"        {name}: {rows}" for name, rows in declared.items() if rows)]
    lines += ["    Properties:", f"      {uri}: {target.code}"]
    if not target.is_layer:
        lines += ["      Handler: app.handler", "      Runtime: python3.12"]
    if target.layers:
        lines.append("      Layers: [" + ", ".join(f"!Ref {name}" for name in target.layers) + "]")
    return lines
