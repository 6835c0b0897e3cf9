#!/usr/bin/env python3
"""Kills `seg run --state` at random moments: kill.py SEG [--kills N | --minutes M] [--seed S]

The log of examples/03-online-shop is read by a process that SIGKILL ends, recovered, and read on.
What it wrote to a file must equal, byte by byte, what a run without a kill writes; what it wrote to
standard output must too, once repeats of the same id are left out. In every other turn memory is
bounded, so that states lie on disk when it is killed.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOG = os.path.join(ROOT, "examples", "03-online-shop", "orders.jsonl.zst")
RULES = os.path.join(ROOT, "tests", "logs", "online-retail.seg")
FLAGS = ["--lateness", "1h", "--dedupe", "10m"]
MEMORY = "1MiB"  # the least there may be: a third of what the states of these users take


def write_log(out):
    """The orders, and now and then an alias and a delete of who ordered; how many lines."""
    orders = subprocess.run(["zstd", "-dcq", LOG], capture_output=True, check=True, text=True)
    lines = 0
    last = None
    for number, line in enumerate(orders.stdout.splitlines(), 1):
        order = json.loads(line)
        calls = [line]
        if number % 97 == 0 and last != order["userId"]:
            calls.append(json.dumps({"type": "alias", "previousId": last, "userId": order["userId"],
                                     "timestamp": order["timestamp"]}))
        if number % 211 == 0:
            calls.append(json.dumps({"type": "delete", "userId": order["userId"],
                                     "timestamp": order["timestamp"]}))
        last = order["userId"]
        out.write("".join(call + "\n" for call in calls).encode())
        lines += len(calls)
    return lines


def run(command, kill_after, out):
    """What it said, or None if it was killed."""
    process = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE)
    try:
        _, errors = process.communicate(timeout=kill_after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None
    if process.returncode != 0:
        words = " ".join(command)
        sys.exit(f"{words} ended with {process.returncode}:\n{errors.decode()}")
    return errors


def without_repeats(lines):
    seen = set()
    kept = []
    for line in lines:
        if line.endswith(b"\n") and line not in seen:
            seen.add(line)
            kept.append(line)
    return kept


def evicted_of(errors):
    """How many states a run with `--memory` says it has put out."""
    found = re.search(rb"([0-9,]+) put out", errors)
    return int(found[1].replace(b",", b"")) if found else 0


def turn(seg, log, plain, folder, chance, is_bounded, kills_max, longest):
    """Kills until the log is read; returns kills, states put out at the end, differences."""
    state = os.path.join(folder, "state")
    changes = os.path.join(folder, "changes")
    to_file = chance.random() < 0.7
    command = [seg, "run", RULES, log, "--state", state, *FLAGS, "--threads", chance.choice("12"),
               "--sync", chance.choice(["always", "every 1ms", "none"]), "--engine", "interp"]
    if to_file:
        command += ["-o", changes]
    if is_bounded:
        command += ["--memory", MEMORY]
    kills = 0
    printed = []  # by all processes; the last line of one that was killed may be half a line
    while True:
        after = chance.uniform(0.005, longest) if kills < kills_max else None
        with tempfile.TemporaryFile() as out:
            said = run(command, after, out)
            out.seek(0)
            printed += out.readlines()
        if said is not None:
            break
        kills += 1
    if to_file:
        with open(changes, "rb") as file:
            found = file.readlines()
    else:
        found = without_repeats(printed)
    again = subprocess.run(command, capture_output=True, check=True)
    same = found == plain and b"nothing is new" in again.stderr
    return kills, evicted_of(said), 0 if same else 1


def main():
    words = argparse.ArgumentParser()
    words.add_argument("seg")
    words.add_argument("--kills", type=int, default=200)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--minutes", type=float, help="so long instead; 0 never stops")
    given = words.parse_args()
    chance = random.Random(given.seed)
    kills = turns = bounded = evicted = differences = 0
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "orders.jsonl")
        with open(log, "wb") as out:
            events = write_log(out)
        begun = time.monotonic()
        whole = [given.seg, "run", RULES, log, "--format", "jsonl", "--engine", "interp", *FLAGS]
        done = subprocess.run(whole, capture_output=True, check=True)
        plain = done.stdout.splitlines(keepends=True)
        longest = 1.2 * (time.monotonic() - begun)
        begun = time.monotonic()

        def goes_on():
            if given.minutes is None:
                return kills < given.kills
            return given.minutes == 0 or time.monotonic() - begun < 60 * given.minutes

        while goes_on():
            with tempfile.TemporaryDirectory(dir=folder) as part:
                is_bounded = turns % 2 == 1
                killed, out, wrong = turn(given.seg, log, plain, part, chance, is_bounded, 25,
                                          longest)
            kills += killed
            turns += 1
            bounded += is_bounded
            evicted += out
            differences += wrong
            if given.minutes == 0:
                print(f"{kills} kills, {differences} differences", flush=True)
            if wrong:
                break
    print(f"kill test, seed {given.seed}: {kills} kills, {kills + turns} recoveries, "
          f"{turns} times {events} lines, {bounded} of them with --memory {MEMORY} "
          f"({evicted} states put out), {len(plain)} changes, differences = {differences}")
    if bounded > 0 and evicted == 0:
        print("no state was ever put out: the bound is too wide")
        return 1
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
