"""Compiles texts/<language>.txt to <language>.json; no language may lack a message, or a place in one."""

import json
import sys
from pathlib import Path
from string import Template


def parse(path):
    """Lines `name = text with $places`; empty lines and those that start with # say nothing."""
    messages = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, found, text = line.partition("=")
        if not found:
            raise ValueError(f"{path}:{number}: a message is written name = text")
        messages[name.strip()] = text.strip()
    return messages


def places(messages):
    """{message: the set of its $places}: what must be equal in every language."""
    return {name: {match["named"] for match in Template.pattern.finditer(text)} for name, text in messages.items()}


def main(source, destination):
    """Returns what is wrong, or None."""
    languages = {path.stem: parse(path) for path in sorted(Path(source).glob("*.txt"))}
    expected = places(languages["en"])
    for language, messages in languages.items():
        found = places(messages)
        wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        if wrong:
            return f"{source}/{language}.txt differs from en.txt in {', '.join(wrong)}"
        text = json.dumps(messages, ensure_ascii=False, indent=1, sort_keys=True)
        Path(destination, f"{language}.json").write_text(text + "\n", encoding="utf-8")
    return None


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except ValueError as error:
        sys.exit(str(error))
