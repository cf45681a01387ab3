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
    hand = (folder / HAND).read_text()
    unmapped = list(operations.unmapped(hand, sdk, facts))
    print(f"{len(unmapped)} operations map to no action: --unmapped lists them")
    if "--unmapped" in sys.argv:
        for service in sorted({service for service, _ in unmapped}):
            print(" ", service, *(name for owner, name in unmapped if owner == service))
    wrong = operations.verify(hand, sdk, facts)
    wrong += list(templates.verify(templates_of_ours.read_text()))
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def write(path, lines):
    text = "".join(f"{line}\n" for line in lines)
    path.write_text(text)
    print(f"{path.name}: {len(text)} bytes")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
