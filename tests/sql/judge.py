#!/usr/bin/env python3
"""A real database as second judge: generated rules and histories, answered by `seg members` and by
SQLite, which is told the rules as SQL (translate.py). Any difference fails.

    judge.py --seg build/release/seg --differential build/release/tests/differential/differential
"""

import argparse
import collections
import datetime
import json
import pathlib
import random
import re
import sqlite3
import subprocess
import sys
import tempfile

import values
from hir import Rules
from translate import Translator
from words import DURATION, NotSql, duration, instant

INSTANTS_A_CASE = 24
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
# Of all segments that are asked, at least so many must be told in SQL, or the judge is no judge.
LEAST_SHARE = 0.4


def text_of(ms):
    when = EPOCH + datetime.timedelta(milliseconds=ms)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stderr}")
    return done.stdout


def cleaned(lines):
    """Every line with a messageId, since ties fall to a hash without one, and of different events
    that claim to be copies of each other only the first."""
    seen, out = {}, []
    for number, line in enumerate(lines):
        if "messageId" not in json.loads(line):
            line = line[:-1] + f', "messageId": "line {number}"}}'
        event = json.loads(line)
        key = (event["userId"], event["timestamp"], event["messageId"])
        if seen.setdefault(key, line) == line:
            out.append(line)
    return out


def load_events(database, lines):
    """One row an event, copies once."""
    database.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, user TEXT, at INTEGER,"
                     " kind TEXT, name TEXT, tie TEXT, body TEXT)")
    for line in dict.fromkeys(lines):
        event = json.loads(line)
        kind = event.get("type", "track")
        name = {"page": "Page Viewed", "screen": "Screen Viewed"}.get(kind, event.get("event"))
        # The very text of the body: numbers keep their digits.
        body = re.search(r'"(?:properties|traits)": (\{.*\}), "messageId"', line).group(1)
        database.execute("INSERT INTO events (user, at, kind, name, tie, body)"
                         " VALUES (?, ?, ?, ?, ?, ?)",
                         (event["userId"], instant(event["timestamp"]), kind, name,
                          event["messageId"], body))
    database.execute("CREATE INDEX by_user ON events (user, at)")


def instants_of(database, hir_text, chosen):
    """Instants worth asking about: of events, and where windows of the rules begin and end."""
    times = [row[0] for row in database.execute("SELECT DISTINCT at FROM events ORDER BY at")]
    # Sorted, as all that is chosen from: a set of texts has another order in each process.
    lengths = [duration(word) for word in sorted(set(DURATION.findall(hir_text)))] + [values.DAY]
    found = set(times)
    for _ in range(INSTANTS_A_CASE * 3):
        at = chosen.choice(times) + chosen.choice(lengths) * chosen.choice([0, 1, 1, 2])
        found.add(at + chosen.choice([-1, 0, 0, 1]))
    for zone in sorted(set(re.findall(r'\(zone z\d+ "([^"]+)"\)', hir_text))):
        for at in chosen.sample(times, min(3, len(times))):
            midnight = values.date_begin(zone, at + chosen.choice([1, 1, 2, 7, 31]) * values.DAY)
            found |= {midnight - 1, midnight}
    found = sorted(at for at in found if at >= 0)
    return sorted(chosen.sample(found, min(INSTANTS_A_CASE, len(found))))


class Tally:
    def __init__(self):
        self.cases = self.asked = self.answers = self.failed = 0
        self.reasons = collections.Counter()


def told_in_sql(rules, tally, lie):
    queries = {}
    for name, form in rules.segments.items():
        tally.asked += 1
        try:
            condition = Translator(rules).truth(form)
            if lie:  # the edge of every window on the wrong side
                condition = condition.replace(".at > :T", ".at >= :T")
            queries[name] = (f"SELECT u.id FROM (SELECT user AS id, MIN(at) AS first FROM events"
                             f" GROUP BY user) u WHERE u.first <= :T AND {condition}")
        except NotSql as reason:
            tally.reasons[str(reason)] += 1
    return queries


def judge(seg, rules_file, events_file, chosen, tally, lie):
    hir_text = run([seg, "explain", rules_file, "--stage", "hir"])
    rules = Rules(hir_text)
    database = sqlite3.connect(":memory:")
    sqlite3.enable_callback_tracebacks(True)
    values.register(database)
    lines = cleaned(events_file.read_text().splitlines())
    events_file.write_text("".join(line + "\n" for line in lines))
    load_events(database, lines)
    tally.cases += 1
    queries = told_in_sql(rules, tally, lie)
    times = instants_of(database, hir_text, chosen)
    command = [seg, "members", rules_file, events_file, "--format", "jsonl"]
    for at in times:
        command += ["--at", text_of(at)]
    said = collections.defaultdict(set)
    for line in run(command).splitlines():
        row = json.loads(line)
        said[row["at"], row["segment"]].add(row["user"])
    for name, query in queries.items():
        for at in times:
            expected = {row[0] for row in database.execute(query, {"T": at})}
            tally.answers += 1
            if expected == said[text_of(at), name]:
                continue
            tally.failed += 1
            print(f"{rules_file}: {name} at {text_of(at)}: SQLite {sorted(expected)},"
                  f" seg {sorted(said[text_of(at), name])}")
            break


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seg", required=True)
    parser.add_argument("--differential", required=True)
    parser.add_argument("--cases", type=int, default=150)
    parser.add_argument("--seed", type=int, default=20_250_602)
    parser.add_argument("--keep", type=pathlib.Path, help="write the cases there and leave them")
    parser.add_argument("--lie", action="store_true", help="tell one comparison wrong")
    options = parser.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        run([options.differential, "--write", folder, "--seed", str(options.seed),
             "--cases", str(options.cases)])
        for rules_file in sorted(folder.glob("*.seg")):
            chosen = random.Random(f"{options.seed} {rules_file.stem}")
            judge(options.seg, rules_file, rules_file.with_suffix(".jsonl"), chosen, tally,
                  options.lie)
    told = tally.asked - sum(tally.reasons.values())
    print(f"{tally.cases} cases, {told} of {tally.asked} segments told in SQL, {tally.answers}"
          " answers compared")
    for reason, count in tally.reasons.most_common():
        print(f"  not told {count} times: {reason}")
    print(f"{tally.answers - tally.failed} passed, {tally.failed} failed")
    return 1 if tally.failed or told < LEAST_SHARE * tally.asked else 0


if __name__ == "__main__":
    sys.exit(main())
