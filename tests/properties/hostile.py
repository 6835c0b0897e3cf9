#!/usr/bin/env python3
"""Two hundred hostile sequences: they must finish, within the state they state, and be right.

    hostile.py --seg build/release/seg [--events 1000000]

1. A small history of several users: `seg run` by native code, by the interpreter and by the naive
   evaluator tell the same changes.
2. One user with very many events, no two values of a key alike: `seg run` finishes, and the memory
   of the whole process stays below what `seg check` says of the rules.
"""

import argparse
import pathlib
import random
import re
import resource
import subprocess
import sys
import tempfile
import time

SEQUENCES = 200
EVENTS = ["a", "b", "c", "d"]
BEGIN_MS = 1_748_736_000_000
MIB = 1 << 20
# The program itself, its input buffers and the output of a run, beside the state of one user.
PROGRAM_BYTES = 512 * MIB


def step(chosen, first):
    event = chosen.choice(EVENTS)
    if first:
        return event
    parts = [chosen.choice(["then", "then", "then later"]), event]
    length = chosen.choice(["1s", "1m", "1h", "30d"])
    kind = chosen.randrange(5)
    if kind == 0:
        parts.append(f"after 1s within {chosen.choice(['1m', '1h', '30d'])}")
    elif kind < 3:
        parts.append(f"within {length}")
    if chosen.randrange(4) == 0:
        parts.append(f"without {chosen.choice(EVENTS)}")
    return " ".join(parts)


def sequence(chosen, number):
    """Long chains, one event again and again, keys without end, waits, gaps, nothing bounded."""
    steps = chosen.choice([2, 3, 5, 8, 9])
    text = " ".join(step(chosen, i == 0) for i in range(steps))
    if number % 5 == 0:
        text = " then ".join([chosen.choice(EVENTS)] * steps)
    if number % 7 == 0 and steps < 9:
        text += f" then no {chosen.choice(EVENTS)} within {chosen.choice(['1s', '1h'])}"
    text = f"({text})"
    if number % 3 == 0:
        text += " all within " + chosen.choice(["1m", "1h", "7d"])
    if number % 4 == 0:
        text += " by k"
    return text


def rules_text():
    chosen = random.Random(4)
    lines = [f"event {name} {{ k: text? }}" for name in EVENTS]
    for number in range(SEQUENCES):
        said = f"({sequence(chosen, number)})"
        tail = chosen.choice(["", " >= 2", " >= 1 within 1h", " >= 2 within 1m", " = 1 within 1h"])
        lines.append(f"segment s{number} = {said}{tail}")
    return "\n".join(lines) + "\n"


def event_line(user, at, name, key, number):
    seconds, ms = divmod(at, 1000)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{ms:03d}Z"
    return (f'{{"userId":"{user}","event":"{name}","timestamp":"{stamp}",'
            f'"properties":{{"k":"{key}"}},"messageId":"m{number}"}}\n')


def write_events(path, users, count, gaps, keys, seed):
    chosen = random.Random(seed)
    at = BEGIN_MS
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            at += chosen.choice(gaps)
            key = f"k{number if keys is None else chosen.randrange(keys)}"
            out.write(event_line(f"u{chosen.randrange(users)}", at, chosen.choice(EVENTS), key,
                                 number))


def run(seg, rules, events, engine):
    began = time.monotonic()
    done = subprocess.run([seg, "run", rules, events, "--engine", engine, "--format", "jsonl",
                           "--threads", "1"], capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode())
    return done.stdout, time.monotonic() - began


def stated_bytes(seg, rules):
    """The most that `seg check` says one user can need, over all segments."""
    said = subprocess.run([seg, "check", rules], capture_output=True, text=True, check=False)
    units = {"B": 1, "bytes": 1, "KiB": 1 << 10, "MiB": MIB, "GiB": 1 << 30}
    most = re.findall(r"at most ([\d.]+) (B|bytes|KiB|MiB|GiB)", said.stdout + said.stderr)
    return sum(float(number) * units[unit] for number, unit in most)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seg", required=True)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=600)
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        rules, events = folder / "hostile.seg", folder / "events.jsonl"
        rules.write_text(rules_text())
        write_events(events, 3, options.small, [0, 0, 1, 1_000, 30_000, 600_000], 5, 1)
        judged, _ = run(options.seg, rules, events, "naive")
        for engine in ("interp", "jit"):
            answer, _ = run(options.seg, rules, events, engine)
            if answer != judged:
                failed += 1
                print(f"{engine} differs from naive on {options.small} events")
        print(f"{SEQUENCES} sequences, {options.small} events, {judged.count(10)} changes")
        write_events(events, 1, options.events, [0, 1, 1_000, 60_000, 600_000], None, 2)
        changes, seconds = run(options.seg, rules, events, "jit")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        bound = stated_bytes(options.seg, rules) + PROGRAM_BYTES
        print(f"{options.events} events of one user: {seconds:.0f} s, {changes.count(10)} changes,"
              f" peak {peak / MIB:.0f} MiB, stated bound {bound / MIB:.0f} MiB")
        if peak > bound:
            failed += 1
    print(f"{3 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
