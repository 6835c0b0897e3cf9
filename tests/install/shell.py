"""Commands of the tests of this folder, and what they are told on the command line."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def arguments(about):
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--build", type=Path, required=True, help="the build folder")
    parser.add_argument("--cxx", default="c++")
    parser.add_argument("--cc", default="cc")
    return parser.parse_args()


def run(*command, env=None, cwd=None):
    """Runs it; what it prints comes back, and a failure ends the test with all of it."""
    command = [str(part) for part in command]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False,
                          stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def check(condition, what):
    if not condition:
        sys.exit(f"not so: {what}")
