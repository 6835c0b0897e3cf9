#!/usr/bin/env python3
"""Kills `seg run --state` at random moments: kill.py SEG [--kills N | --minutes M] [--seed S]

The log of examples/03-online-shop is read by a process that SIGKILL ends, recovered, and read on.
What it wrote to a file must equal, byte by byte, what a run without a kill writes; what it wrote to
standard output must too, once repeats of the same id are left out. In every other turn memory is
bounded, so that states lie on disk when it is killed. In every third turn the log grows between
processes, and the next one comes with other rules, which it deploys: once, whatever kills it. In
every other one of these the log is kept, and what is new is filled from it.
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


def write_other_rules(path):
    """Some segments changed, one gone, one new; in place of those of RULES, and back."""
    with open(RULES, encoding="utf-8") as file:
        text = file.read()
    for old, new in [("often = order >= 3 within 30d", "often = order >= 2 within 30d"),
                     ("segment silent = no order for 120d\n", ""),
                     ("segment loyal = loyalty >= 20",
                      "segment loyal = loyalty >= 15\nsegment many = order >= 5 within 60d\n"
                      "segment wide = (order where lines > 15) >= 3")]:
        assert old in text, old
        text = text.replace(old, new)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class Course:
    """What a state is given one after the other: rules, and how far the log reaches then."""

    def __init__(self, seg, log, other, folder, flags=()):
        self.flags = list(flags)
        with open(log, "rb") as file:
            self.log = file.read()
        ends = [self.log.index(b"\n", len(self.log) * part // 3) + 1 for part in (1, 2)]
        ends.append(len(self.log))
        self.phases = list(zip((RULES, other, RULES), ends)) if other else [(RULES, ends[-1])]
        with tempfile.TemporaryDirectory(dir=folder) as part:
            changes = os.path.join(part, "changes")
            for phase in range(len(self.phases)):
                command = self.command(seg, part, phase) + ["-o", changes]
                subprocess.run(command, capture_output=True, check=True)
            with open(changes, "rb") as file:
                self.plain = file.readlines()

    def command(self, seg, folder, phase):
        """Lets the log grow, and what goes on with it."""
        rules, end = self.phases[phase]
        log = os.path.join(folder, "orders.jsonl")
        with open(log, "ab") as file:
            file.write(self.log[file.tell():end])
        return [seg, "run", rules, log, "--state", os.path.join(folder, "state"), *FLAGS,
                "--engine", "interp", *self.flags]


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


def turn(seg, course, folder, chance, is_bounded, kills_max, longest):
    """Kills until the log is read; returns kills, states put out at the end, differences."""
    changes = os.path.join(folder, "changes")
    to_file = chance.random() < 0.7
    flags = ["--threads", chance.choice("12"),
             "--sync", chance.choice(["always", "every 1ms", "none"])]
    if to_file:
        flags += ["-o", changes]
    if is_bounded:
        flags += ["--memory", MEMORY]
    kills = 0
    printed = []  # by all processes; the last line of one that was killed may be half a line
    for phase in range(len(course.phases)):
        command = course.command(seg, folder, phase) + flags
        kills_left = kills_max // len(course.phases)
        said = None
        while said is None:
            after = chance.uniform(0.005, longest / len(course.phases)) if kills_left > 0 else None
            with tempfile.TemporaryFile() as out:
                said = run(command, after, out)
                out.seek(0)
                printed += out.readlines()
            kills_left -= 1
            kills += said is None
    if to_file:
        with open(changes, "rb") as file:
            found = file.readlines()
    else:
        found = without_repeats(printed)
    again = subprocess.run(command, capture_output=True, check=True)
    same = found == course.plain and b"nothing is new" in again.stderr
    return kills, evicted_of(said), 0 if same else 1


def main():
    words = argparse.ArgumentParser()
    words.add_argument("seg")
    words.add_argument("--kills", type=int, default=200)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--minutes", type=float, help="so long instead; 0 never stops")
    given = words.parse_args()
    chance = random.Random(given.seed)
    kills = turns = bounded = deploying = filling = evicted = differences = 0
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "orders.jsonl")
        with open(log, "wb") as out:
            events = write_log(out)
        other = os.path.join(folder, "other.seg")
        write_other_rules(other)
        begun = time.monotonic()
        plain = Course(given.seg, log, None, folder)
        longest = 1.2 * (time.monotonic() - begun)
        deploys = Course(given.seg, log, other, folder)
        assert any(b'"deploy"' in line for line in deploys.plain)
        fills = Course(given.seg, log, other, folder, ["--keep-log", "all"])
        assert fills.plain != deploys.plain, "nothing is filled"
        whole = [given.seg, "run", RULES, log, "--format", "jsonl", "--engine", "interp", *FLAGS]
        done = subprocess.run(whole, capture_output=True, check=True)
        assert plain.plain == done.stdout.splitlines(keepends=True), "a state changes the answer"
        begun = time.monotonic()

        def goes_on():
            if given.minutes is None:
                return kills < given.kills
            return given.minutes == 0 or time.monotonic() - begun < 60 * given.minutes

        while goes_on():
            with tempfile.TemporaryDirectory(dir=folder) as part:
                is_bounded = turns % 2 == 1
                course = plain
                if turns % 3 == 2:
                    course = fills if turns % 2 == 0 else deploys
                killed, out, wrong = turn(given.seg, course, part, chance, is_bounded, 25, longest)
            kills += killed
            turns += 1
            bounded += is_bounded
            deploying += course is not plain
            filling += course is fills
            evicted += out
            differences += wrong
            if given.minutes == 0:
                print(f"{kills} kills, {differences} differences", flush=True)
            if wrong:
                break
    print(f"kill test, seed {given.seed}: {kills} kills, {kills + turns} recoveries, "
          f"{turns} times {events} lines, {bounded} of them with --memory {MEMORY} "
          f"({evicted} states put out) and {deploying} with two deploys "
          f"({filling} filled from the log), "
          f"{len(plain.plain)} changes, differences = {differences}")
    if bounded > 0 and evicted == 0:
        print("no state was ever put out: the bound is too wide")
        return 1
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
