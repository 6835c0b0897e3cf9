#!/usr/bin/env python3
"""The same question as of one instant to `seg members` and to whatever database is installed.

    peers.py --seg SEG --events FILE.jsonl --at T_MS [--threads N] [--turns N]

Each answers over the same JSON lines, load included, in turns; the answers must be the same in
full.
Prints a JSON object a peer: {"peer": ..., "seconds": ..., "seg": ..., "ratio": ...}. A peer that
is not installed is named and left out: DuckDB (Python's `duckdb`), ClickHouse (`chdb`), SQLite
(the command `sqlite3`), PostgreSQL, Redis with Lua (Debian's `postgresql`, `redis-server`),
json-rules-engine (`npm install` it, and name its `node_modules` in PEERS_NODE).
"""

import argparse
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

from loads import CLICK_LOAD, COLUMNS, DUCK_LOAD, POSTGRES_LOAD, SQLITE_LOAD
from question import question
from servers import HERE, POSTGRES, postgres, redis

RULES = "examples/02-saas-lifecycle/rules.seg"


def ask_seg(options, events):
    at = datetime.fromtimestamp(options.at / 1000, timezone.utc).isoformat(timespec="milliseconds")
    command = [options.seg, "members", RULES, events, "--at", at.replace("+00:00", "Z"),
               "--threads", str(options.threads), "--format", "jsonl"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {(row["segment"], row["user"]) for row in rows}


def ask_packed(options, events, wanted):
    """Seconds of `seg members` over a packed log of the same lines."""
    with tempfile.TemporaryDirectory() as folder:
        packed = str(Path(folder) / "events.segl")
        subprocess.run([options.seg, "pack", events, "-o", packed], check=True, capture_output=True)
        taken = []
        for _ in range(options.turns):
            began = time.monotonic()
            if ask_seg(options, packed) != wanted:
                sys.exit("peers: the packed log's members differ")
            taken.append(time.monotonic() - began)
        return statistics.median(taken)


def ask_duckdb(options, events):
    import duckdb
    base = duckdb.connect(config={"threads": options.threads})
    base.execute(DUCK_LOAD.format(events=events))
    sql = question(options.at, "ts // 86400000",
                   "lpad(cast(ts as varchar), 13, '0') || mid || plan")
    return set(base.execute(sql).fetchall())


def click_rows(session, options):
    sql = question(options.at, "intDiv(ts, 86400000)", "concat(toString(ts), mid, plan)")
    text = str(session.query(f"{sql} settings join_use_nulls = 1, max_threads = {options.threads}",
                             "TabSeparated"))
    return {tuple(line.split("\t")) for line in text.splitlines()}


def ask_clickhouse(options, events):
    from chdb import session
    with tempfile.TemporaryDirectory() as folder:
        base = session.Session(folder)
        base.query("create database bench")
        base.query("use bench")
        base.query(CLICK_LOAD.format(events=events, columns=COLUMNS)
                   + f" settings max_threads = {options.threads}, max_insert_threads = 2")
        began = time.monotonic()
        rows = click_rows(base, options)
        options.note["sorted"] = time.monotonic() - began  # the question alone
        base.close()
        return rows


def ask_sqlite(options, events):
    sql = question(options.at, "ts / 86400000", "ts || mid || plan")
    done = subprocess.run(["sqlite3", ":memory:"], check=True, stdout=subprocess.PIPE, text=True,
                          input=SQLITE_LOAD.format(events=events, question=sql))
    return {tuple(line.split("\t")) for line in done.stdout.splitlines()}


def ask_postgres(options, events):
    sql = question(options.at, "ts / 86400000", "lpad(cast(ts as varchar), 13, '0') || mid || plan")
    began = time.monotonic()
    with postgres(options.threads) as psql:
        options.note["starting"] = time.monotonic() - began
        done = subprocess.run([*psql, "-F", "\t"], check=True, stdout=subprocess.PIPE, text=True,
                              input=POSTGRES_LOAD.format(events=events, question=sql))
    return {tuple(line.split("\t")) for line in done.stdout.splitlines()}


def ask_redis(options, events):
    """As a stream: a script takes a few hundred lines at a time, with two calls on their way."""
    at = str(options.at).encode()
    with redis() as server, open(events, "rb") as lines:
        script = server.load("facts.lua")
        waiting = 0
        while block := lines.readlines(100_000):
            server.send(b"EVALSHA", script, b"0", at, *(line.rstrip() for line in block))
            waiting += 1
            if waiting > 2:
                server.receive()
                waiting -= 1
        for _ in range(waiting):
            server.receive()
        script, cursor, found = server.load("members.lua"), b"0", set()
        while True:
            cursor, *rows = server.ask(b"EVALSHA", script, b"0", at, cursor)
            found.update(tuple(row.decode().split("\t")) for row in rows)
            if cursor == b"0":
                return found


def ask_node(options, events):
    done = subprocess.run(["node", "--max-old-space-size=8192", str(HERE / "rules.cjs"), events,
                           str(options.at)], check=True, stdout=subprocess.PIPE, text=True,
                          env=os.environ | {"NODE_PATH": os.environ["PEERS_NODE"]})
    return {tuple(line.split("\t")) for line in done.stdout.splitlines()}


def has_module(name):
    """Asked in a process of its own: what chdb starts when imported does not survive a fork."""
    command = [sys.executable, "-c", f"import {name}"]
    return subprocess.run(command, capture_output=True).returncode == 0


PEERS = [
    ("DuckDB", ask_duckdb, lambda: has_module("duckdb")),
    ("ClickHouse", ask_clickhouse, lambda: has_module("chdb")),
    ("SQLite", ask_sqlite, lambda: shutil.which("sqlite3")),
    ("PostgreSQL", ask_postgres, lambda: POSTGRES and shutil.which("psql")),
    ("Redis with Lua", ask_redis, lambda: shutil.which("redis-server")),
    ("json-rules-engine on Node.js", ask_node,
     lambda: shutil.which("node") and os.environ.get("PEERS_NODE")),
]
QUICK = ("DuckDB", "ClickHouse")  # measured several times, the others once


def in_a_process(ask, options, events):
    """Seconds and answer of a peer, in a process of its own: none keeps what another used. What a
    server takes to make its folder and start is not charged."""
    def work(pipe):
        began = time.monotonic()
        answer = ask(options, events)
        taken = time.monotonic() - began - options.note.pop("starting", 0)
        pipe.send((taken, answer, options.note))
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=work, args=(there,))
    process.start()
    there.close()
    try:
        return here.recv()
    except EOFError:
        return None
    finally:
        process.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seg", default="build/release/seg")
    parser.add_argument("--events", required=True)
    parser.add_argument("--at", type=int, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    options.note = {}
    events = str(Path(options.events).resolve())
    for name, ask, installed in PEERS:
        if not installed():
            print(json.dumps({"peer": name, "skipped": "not installed here"}), flush=True)
            continue
        ours, theirs, notes = [], [], {}
        for _ in range(options.turns if name in QUICK else 1):
            began = time.monotonic()
            wanted = ask_seg(options, events)
            ours.append(time.monotonic() - began)
            taken = in_a_process(ask, options, events)
            if taken is None:
                break
            seconds, answer, notes = taken
            theirs.append(seconds)
            if answer != wanted:
                differing = sorted(answer ^ wanted)
                sys.exit(f"peers: {name} differs in {len(differing)} of {len(wanted)}: "
                         f"{differing[:5]}")
        if not theirs:
            print(json.dumps({"peer": name, "skipped": "it failed, see above"}), flush=True)
            continue
        if "sorted" in notes:
            notes["packed"] = ask_packed(options, events, wanted)
        print(json.dumps({"peer": name, "seconds": statistics.median(theirs),
                          "seg": statistics.median(ours), "members": len(wanted), "notes": notes,
                          "ratio": statistics.median(theirs) / statistics.median(ours)}),
              flush=True)


if __name__ == "__main__":
    main()
