#!/usr/bin/env python3
"""What durability costs: kept.py LOG [--seg SEG] [--rules RULES] [--turns N] [--sync WHEN]

Turns of `seg run` without and with --state on the same log, side by side, and what their median
rates give; then a process that is killed when most of the log is read, and how long the next one
takes until it is where that one was.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def rate(command):
    """Events a second from a process's begin to its end, and its last words."""
    begun = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    seconds = time.monotonic() - begun
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    events = int(re.search(r"([\d,]+) events? of", done.stderr)[1].replace(",", ""))
    return events / seconds, seconds, done.stderr


def killed(command, seconds):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        pass
    process.kill()
    process.wait()


def main():
    words = argparse.ArgumentParser()
    words.add_argument("log")
    words.add_argument("--seg", default=os.path.join(ROOT, "build", "release", "seg"))
    words.add_argument("--rules", default=os.path.join(ROOT, "bench", "ga_ten.seg"))
    words.add_argument("--turns", type=int, default=5)
    words.add_argument("--sync", default="every 10ms")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "changes.jsonl")
        plain = [given.seg, "run", given.rules, given.log, "-o", out]

        def kept(name):
            return plain + ["--state", os.path.join(folder, name), "--sync", given.sync]

        without, with_state, seconds = [], [], 0
        for turn in range(given.turns):
            without.append(rate(plain)[0])
            found, seconds, _ = rate(kept(f"state{turn}"))
            with_state.append(found)
        a, b = statistics.median(without), statistics.median(with_state)
        print(f"without --state {a / 1e6:.2f} M events/s, with it, sync {given.sync}, "
              f"{b / 1e6:.2f}: {b / a:.2f} of the rate (medians of {given.turns})")
        killed(kept("killed"), 0.9 * seconds)
        words = rate(kept("killed"))[2]
        back = next(line for line in words.splitlines() if " back in " in line)
        print("killed near the end: " + back.split(": ", 1)[1])


if __name__ == "__main__":
    main()
