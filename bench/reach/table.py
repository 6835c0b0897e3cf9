#!/usr/bin/env python3
"""Prints the table of docs/performance.md: goal beside measured, both sides in one run.

    table.py [--full] [--events N] [--users N] [--turns N] [--seed N] [--only ROW...] [--write]

Run from the tree's root with the release build made. --full: 20 million events of a million users.
--write puts the table and the plot into docs/performance.md and docs/performance.svg.
SEGUE_SHOP_DATA names the folder of the ga-merch-store log; PEERS_PYTHON a Python with duckdb, chdb.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from plot import plot

REACH = "build/release/bench/reach"
GENERATE = "build/release/bench/generate"
SEG = "build/release/seg"
RULES = "examples/02-saas-lifecycle/rules.seg"
ROWS = ["answers", "limit", "decoded", "lines", "as-of", "shop", "shape-answers", "shapes", "code",
        "storm", "deploy", "one-user"]
PAGE = Path("docs/performance.md")
PLOT = Path("docs/performance.svg")
BEGIN, END = "<!-- table -->", "<!-- end of table -->"


def row(name, goal, measured, reached, note):
    return {"row": name, "goal": goal, "measured": measured, "reached": reached, "note": note}


def machine():
    words = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
             if line.startswith("model name")]
    memory = int(open("/proc/meminfo").readline().split()[1]) >> 20
    return f"{words[0] if words else 'unknown'}, {os.cpu_count()} cores, {memory} GiB"


def commit():
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def shop_events(folder):
    """The shop's log as JSON lines, made once; None where the data is not."""
    source = os.environ.get("SEGUE_SHOP_DATA")
    if not source or not Path(source, "to_events.py").exists():
        return None
    events = Path(folder, "shop.jsonl")
    with open(events, "wb") as out:
        subprocess.run([sys.executable, str(Path(source, "to_events.py")), source], check=True,
                       stdout=out)
    return str(events)


def reach_rows(options, names, env):
    """Runs rows of the C++ program, each a process; prints what it says on standard error."""
    for name in names:
        command = [REACH, name, "--events", str(options.events), "--users", str(options.users),
                   "--seed", str(options.seed), "--turns", str(options.turns)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=env)
        if done.returncode != 0:
            yield row(f"`reach {name}`", "", "failed", False, f"exit code {done.returncode}")
        for line in done.stdout.splitlines():
            yield json.loads(line)


def start_row():
    """From the start of the process to its first line, on a small file."""
    events = "examples/02-saas-lifecycle/events.jsonl"
    taken = []
    for _ in range(21):
        began = time.monotonic()
        process = subprocess.Popen([SEG, "run", RULES, events], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        process.stdout.readline()
        taken.append((time.monotonic() - began) * 1000)
        process.stdout.read()
        process.wait()
    linked = subprocess.run(["ldd", SEG], capture_output=True, text=True).stdout
    shared = [word for word in ("LLVM", "antlr") if word in linked]
    median = statistics.median(taken)
    return row("start of `seg run` to its first line, a small file", "under 20 ms; static build",
               f"{median:.1f} ms", median < 20 and not shared,
               f"fastest {min(taken):.1f} ms; " +
               (f"shared: {', '.join(shared)}" if shared else "LLVM and ANTLR linked in"))


def peer_rows(options, folder):
    events = Path(folder, "events.jsonl")
    with open(events, "wb") as out:
        subprocess.run([GENERATE, "--events", str(options.events), "--users", str(options.users),
                        "--seed", str(options.seed)], check=True, stdout=out)
    at = 1_748_736_000_000 + 50 * 86_400_000
    python = os.environ.get("PEERS_PYTHON", sys.executable)
    done = subprocess.run([python, "bench/peers/peers.py", "--seg", SEG, "--events", str(events),
                           "--at", str(at), "--turns", str(min(3, options.turns))],
                          stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        yield row("`bench/peers/peers.py`", "", "failed", False, f"exit code {done.returncode}")
    for line in done.stdout.splitlines():
        said = json.loads(line)
        goal = 2 if said["peer"] == "DuckDB" else 1
        name = f"`seg members` over JSONL, beside {said['peer']}, load included"
        wanted = "2 times as fast" if goal == 2 else "ahead"
        if "skipped" in said:
            yield row(name, wanted, "skipped", False, said["skipped"])
            continue
        yield row(name, wanted, f"{said['ratio']:.2f} times", said["ratio"] >= goal,
                  f"{said['seg']:.2f} s beside {said['seconds']:.2f} s, {options.events:,} events; "
                  f"the same {said['members']:,} memberships")
        if "packed" in said["notes"]:
            ours, theirs = said["notes"]["packed"], said["notes"]["sorted"]
            yield row(f"the same over a pack, beside {said['peer']} from a table sorted by user",
                      "2 times as fast", f"{theirs / ours:.2f} times", theirs >= 2 * ours,
                      f"{ours:.2f} s, the process included, beside {theirs:.2f} s")


def own_bench_row():
    """`seg bench` is for users; here only whether it answers."""
    done = subprocess.run([SEG, "bench", RULES], capture_output=True, text=True)
    return row("`seg bench` on the lifecycle rules", "answers",
               "yes" if done.returncode == 0 else "not there", done.returncode == 0, "")


def as_table(rows):
    lines = ["| work | goal | measured | | beside it |", "| --- | --- | --- | --- | --- |"]
    for line in rows:
        silent = line["measured"] == "skipped" or line["goal"] == "none"
        mark = "" if silent else "yes" if line["reached"] else "**no**"
        lines.append(f"| {line['row']} | {line['goal']} | {line['measured']} | {mark} | "
                     f"{line['note']} |")
    return "\n".join(lines)


def write_page(head, table):
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{head}\n\n{table}\n{END}{after}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--events", type=int)
    parser.add_argument("--users", type=int)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", help="rows by name; `peers`, `start`, `own`, `curves`")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    options.events = options.events or (20_000_000 if options.full else 2_000_000)
    options.users = options.users or (1_000_000 if options.full else 200_000)
    return options


def main():
    options = parse()
    wanted = options.only or [*ROWS, "peers", "start", "own"]
    if options.write:
        wanted.append("curves")
    head = (f"Machine: {machine()}. Commit: {commit()}. Seed {options.seed}, {options.events:,} "
            f"events of {options.users:,} users, medians of {options.turns} turns.")
    print(head, flush=True)
    rows, points = [], []

    def take(line):
        if "curve" in line:
            points.append(line)
            return
        rows.append(line)
        print(f"{'ok ' if line['reached'] else '-- '} {line['row']}: {line['measured']} "
              f"(goal: {line['goal']}) {line['note']}", flush=True)

    with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder:
        env = dict(os.environ)
        if "shop" in wanted and (events := shop_events(folder)):
            env["SEGUE_SHOP_EVENTS"] = events
        for name in wanted:
            if name == "peers":
                lines = peer_rows(options, folder)
            elif name == "start":
                lines = [start_row()]
            elif name == "own":
                lines = [own_bench_row()]
            else:
                lines = reach_rows(options, [name], env)
            for line in lines:
                take(line)
    table = as_table(rows)
    print(f"\n{head}\n\n{table}")
    if options.write:
        write_page(head, table)
        if points:
            PLOT.write_text(plot(points))


if __name__ == "__main__":
    main()
