#!/usr/bin/env python3
"""Runs examples/04-clickstream on the first 20,000 real clicks: clickstream.py SEG

Interpreter and native code must name the same members, scores and changes, byte for byte; so must
the naive evaluator for the fifty users with the most clicks, whose histories it can hold. Without
../shared/data/ga-merch-store it says so and passes: the rules have tests of their own.
"""
import collections
import itertools
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DATA = os.path.join(os.path.dirname(ROOT), "shared", "data", "ga-merch-store")
RULES = os.path.join(ROOT, "examples", "04-clickstream", "rules.seg")
LINES = 20_000
USERS = 50
QUESTIONS = {
    "summary": ["members", "--at", "2016-08-02T07:00Z", "--at", "2016-08-03T00:00Z", "--summary"],
    "members": ["members", "--at", "2016-08-02T07:00Z", "--at", "2016-08-03T00:00Z", "--scores"],
    "changes": ["run", "--until", "2016-09-15T00:00Z"],
}


def cut(folder):
    """The first lines of the log, from its first month alone, and those of the busiest users."""
    month = os.path.join(folder, "month")
    os.mkdir(month)
    os.symlink(os.path.join(DATA, "hits-201608.csv.gz"), os.path.join(month, "hits-201608.csv.gz"))
    command = [sys.executable, os.path.join(DATA, "to_events.py"), month]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as source:
        lines = list(itertools.islice(source.stdout, LINES))
        source.kill()
    if len(lines) != LINES:
        sys.exit(f"{len(lines)} events of {LINES}: the log has changed")
    users = [json.loads(line)["userId"] for line in lines]
    busiest = {user for user, _ in collections.Counter(users).most_common(USERS)}
    few = [line for line, user in zip(lines, users) if user in busiest]
    paths = []
    for name, kept in (("all.jsonl", lines), ("few.jsonl", few)):
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "wb") as file:
            file.writelines(kept)
    return paths


def answer(seg, events, engine, words):
    command = [seg, words[0], RULES, events, *words[1:], "--engine", engine, "--format", "jsonl"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr.decode()}")
    return done.stdout


def compare(seg, events, engines):
    wrong = 0
    for name, words in QUESTIONS.items():
        first, second = (answer(seg, events, engine, words) for engine in engines)
        count = first.count(b"\n")
        print(f"{os.path.basename(events)}: {name}: {count} lines of {' and '.join(engines)}")
        if first != second:
            pairs = zip(first.split(b"\n"), second.split(b"\n"))
            left, right = next(((a, b) for a, b in pairs if a != b), (b"", b"more lines"))
            print(f"  differ:\n  {left.decode()}\n  {right.decode()}")
            wrong += 1
        elif count == 0:
            print("  nothing at all: the rules ask nothing of this log")
            wrong += 1
    return wrong


def main(argv):
    seg = os.path.abspath(argv[0])
    if not os.path.exists(os.path.join(DATA, "to_events.py")):
        print("the clicks are not here: skipped")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        everyone, few = cut(folder)
        wrong = compare(seg, everyone, ("interp", "jit")) + compare(seg, few, ("naive", "jit"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
