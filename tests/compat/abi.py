#!/usr/bin/env python3
"""Whether a library offers what was built against the C API: abi.py LIB | abi.py --list

Each name in `abi-N.txt`, N the version in `segue/c_base.h`, must be there. `--list` prints the
calls that the headers declare, for that file.
"""
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
HEADERS = os.path.join(HERE, "..", "..", "include", "segue", "c*.h")


def declared():
    """The version, and the calls of it by name."""
    text = ""
    for path in glob.glob(HEADERS):
        with open(path, encoding="utf-8") as header:
            text += header.read()
    version = re.search(r"SEGUE_ABI_VERSION = (\d+)", text)[1]
    return version, sorted(re.findall(r"^SEGUE_API [^;(]*?\b(segue_\w+)\(", text, re.M))


def offered(library):
    lines = subprocess.run(["nm", "-D", "--defined-only", library], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    return {line.split()[-1] for line in lines}


def main():
    version, calls = declared()
    if sys.argv[1] == "--list":
        print("\n".join(calls))
        return 0
    name = f"abi-{version}.txt"
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        known = set(file.read().split())
    gone = sorted(known - offered(sys.argv[1]))
    new = sorted(set(calls) - known)
    for call in gone:
        print(f"{call} is gone: raise SEGUE_ABI_VERSION and make a new abi-N.txt")
    for call in new:
        print(f"{call} is new: add it to {name}")
    return 1 if gone or new else 0


if __name__ == "__main__":
    sys.exit(main())
