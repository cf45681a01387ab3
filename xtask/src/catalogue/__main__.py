"""Writes the facts of `iam::catalogue`: `cargo xtask catalogue` runs this with the packages of requirements.txt."""
import sys
from pathlib import Path

import actions
import managed
import operations
import templates

HAND = "operations.txt"


def main(folder, templates_of_ours):
    facts = actions.read()
    sdk = operations.read(facts)
    write(folder / "actions.txt", actions.lines(facts))
    write(folder / "sdk.txt", operations.lines(sdk, facts))
    write(folder / "managed.txt", managed.lines())
    wrong = operations.verify((folder / HAND).read_text(), sdk, facts)
    wrong += templates.verify(templates_of_ours.read_text())
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def write(path, lines):
    text = "".join(f"{line}\n" for line in lines)
    path.write_text(text)
    print(f"{path.name}: {len(text)} bytes")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
