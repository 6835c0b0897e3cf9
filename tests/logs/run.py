#!/usr/bin/env python3
"""Runs every real log through naive, interp, jit and a pack, compares bytes: run.py SEG [NAME ...]

A log comes from ../shared/data/NAME/to_events.py; without that folder the log of
examples/03-online-shop stands for online-retail, and every other is named as skipped.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DATA = os.path.join(os.path.dirname(ROOT), "shared", "data")

# When each log is looked at, and how far its clock runs on after the last event.
LOGS = {
    "online-retail": ("2011-09-01T00:00Z", "2012-03-01T00:00Z"),
    "cdnow": ("1998-01-01T00:00Z", "1999-01-01T00:00Z"),
    "complete-journey": ("2017-07-01T00:00Z", "2018-06-01T00:00Z"),
    "oulad": ("2014-03-01T00:00Z", "2016-06-01T00:00Z"),
    "college-msg": ("2004-06-01T00:00Z", "2004-12-31T00:00Z"),
    "hillstrom": ("2008-03-10T00:00Z", "2008-12-31T00:00Z"),
    "ga-merch-store": ("2016-10-01T00:00Z", "2016-12-31T00:00Z"),
}
ENGINES = ("naive", "interp", "jit", "packed")


def events_of(name, folder):
    script = os.path.join(DATA, name, "to_events.py")
    if os.path.exists(script):
        path = os.path.join(folder, "events.jsonl")
        with open(path, "wb") as out:
            subprocess.run([sys.executable, script], stdout=out, check=True)
        return path
    shipped = os.path.join(ROOT, "examples", "03-online-shop", "orders.jsonl.zst")
    return shipped if name == "online-retail" and os.path.exists(shipped) else None


def packed(seg, events, folder):
    path = os.path.join(folder, "events.segl")
    subprocess.run([seg, "pack", events, "-o", path], stderr=subprocess.PIPE, check=True)
    return path


def answers(seg, rules, events, engine, name, folder):
    at, until = LOGS[name]
    out = []
    if engine == "packed":
        engine, events = "jit", packed(seg, events, folder)
    for words in (["members", rules, events, "--at", at, "--at", until, "--scores"],
                  ["run", rules, events, "--until", until]):
        path = os.path.join(folder, f"{engine}-{words[0]}")
        with open(path, "wb") as file:
            command = [seg, *words, "--engine", engine, "--format", "jsonl"]
            done = subprocess.run(command, stdout=file, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            words = " ".join(command)
            sys.exit(f"{name}: {words} ended with {done.returncode}:\n{done.stderr.decode()}")
        with open(path, "rb") as file:
            out.append(file.read())
    return out


def first_difference(a, b):
    for left, right in zip(a.split(b"\n"), b.split(b"\n")):
        if left != right:
            return f"\n  {left.decode()}\n  {right.decode()}"
    return " one has more lines"


def main(argv):
    seg, names = os.path.abspath(argv[0]), argv[1:] or list(LOGS)
    passed = failed = skipped = 0
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            events = events_of(name, folder)
            if events is None:
                print(f"{name}: skipped, its data are not here")
                skipped += 1
                continue
            rules = os.path.join(HERE, f"{name}.seg")
            yardstick = None
            for engine in ENGINES:
                answer = answers(seg, rules, events, engine, name, folder)
                if yardstick is None:
                    yardstick = answer
                    continue
                pairs = zip(yardstick, answer)
                wrong = [first_difference(a, b) for a, b in pairs if a != b]
                if wrong:
                    print(f"{name}: {engine} differs from naive:{wrong[0]}")
                    failed += 1
                    break
            else:
                lines = [answer.count(b"\n") for answer in yardstick]
                empty = [word for word, count in zip(("members", "changes"), lines) if count == 0]
                if empty:
                    print(f"{name}: no {empty[0]} at all: the rules ask nothing of this log")
                    failed += 1
                    continue
                members, changes = lines
                print(f"{name}: {members} members and scores, {changes} changes, four times")
                passed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
