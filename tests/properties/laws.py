#!/usr/bin/env python3
"""Laws of the language as property tests: pairs of conditions over generated histories.

    laws.py --seg build/release/seg --differential build/release/tests/differential/differential

Each law is said of random signals, windows and numbers; `seg run` tells who is in when. `same`:
both conditions hold at the same times. `inside`: the first only when the second does. `always`: the
condition holds as long as the user is known.
"""

import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile

# {x} {y} {z}: signals · {p} {q}: conditions · {d} {e}: durations, {e} longer · {n} {m}: numbers,
# {m} one more · {k} {l}: numbers of days, {l} one more
LAWS = [
    ("no is the opposite of happened", "same", "no {x} within {d}", "not ({x} within {d})"),
    ("never is the opposite of ever", "same", "never {x}", "not ({x} ever)"),
    ("less is not at least", "same", "{x} < {n} within {d}", "not ({x} >= {n} within {d})"),
    ("other than is not equal", "same", "{x} != {n} within {d}", "not ({x} = {n} within {d})"),
    ("a range is two bounds", "same", "{x} in 1..2 within {d}",
     "{x} >= 1 within {d} and {x} <= 2 within {d}"),
    ("unless is and not", "same", "({p}) unless ({q})", "({p}) and not ({q})"),
    ("none of is not any of", "same", "none of ({p}, {q})", "not any of ({p}, {q})"),
    ("at least all is all of", "same", "at least 2 of ({p}, {q})", "all of ({p}, {q})"),
    ("De Morgan", "same", "not (({p}) and ({q}))", "(not ({p})) or (not ({q}))"),
    ("within is recency", "same", "{x} within {d}", "time since last {x} < {d}"),
    ("first within is age", "same", "first {x} within {d}", "time since first {x} < {d}"),
    ("before ago is age", "same", "{x} before {d} ago", "time since first {x} >= {d}"),
    ("windows add up", "always",
     "count({x} within {e}) = count({x} within {d}) + count({x} between {e} and {d} ago)", ""),
    ("ever is within and before", "always",
     "count({x}) = count({x} within {d}) + count({x} before {d} ago)", ""),
    ("more is rarer", "inside", "{x} >= {m} within {d}", "{x} >= {n} within {d}"),
    ("a longer window holds more", "inside", "{x} >= {n} within {d}", "{x} >= {n} within {e}"),
    ("held is inside", "inside", "({p}) for {d}", "{p}"),
    ("held longer is inside", "inside", "({p}) for {e}", "({p}) for {d}"),
    ("today is one day", "same", "{x} today", "{x} on >= 1 of the last 1 days"),
    ("yesterday is one full day", "same", "{x} yesterday", "{x} on >= 1 of the last 1 full days"),
    ("days of the calendar", "same", "{x} in the last {k} days",
     "{x} on >= 1 of the last {k} days"),
    ("today and the days before", "always",
     "count({x} in the last {l} days) = count({x} today) + count({x} in the last {k} full days)",
     ""),
    ("months make quarters", "inside", "{x} this month", "{x} this quarter"),
    ("quarters make years", "inside", "{x} >= {n} this quarter", "{x} >= {n} this year"),
    ("three months are more than a quarter", "inside", "{x} this quarter",
     "{x} in the last 3 months"),
    ("since last", "same", "{x} since last {y}",
     "time since last {x} <= time since last {y}"),
    ("before first", "same", "{x} before first {y}",
     "time since first {x} > time since first {y}"),
    ("after first", "same", "{x} after first {y}",
     "time since last {x} < time since first {y}"),
    ("before and after", "inside", "{x} within {d} before last {y}", "{x} before last {y}"),
    ("no anchor, no truth", "inside", "no {x} since last {y}", "{y}"),
    ("a streak of one", "same", "{x} streak >= 1 days", "{x} on >= 1 of the last 2 days"),
    ("longer streaks are rarer", "inside", "{x} streak >= {l} days", "{x} streak >= {k} days"),
    ("a streak is of active days", "inside", "{x} streak >= {l} days",
     "{x} on >= {k} of the last {l} days"),
    ("periods end at now", "same", "{x} in each of the last 2 periods of {d}",
     "{x} within {d} and {x} between {d2} and {d} ago"),
    ("one of two periods", "same", "{x} in >= 1 of the last 2 periods of {d}", "{x} within {d2}"),
    ("a sequence has its steps", "inside", "({x} then {y} within {d})", "{x} and {y}"),
    ("longer gaps allow more", "inside", "({x} then {y} within {d})", "({x} then {y} within {e})"),
    ("later is stricter", "inside", "({x} then later {y} within {d})", "({x} then {y} within {d})"),
    ("next is stricter", "inside", "({x} then next {y} among ({z}))", "({x} then {y})"),
    ("next is without", "same", "({x} then next {y} among ({z}))",
     "({x} then {y} without ({x} or {y} or {z}))"),
    ("without is stricter", "inside", "({x} then {y} within {e} without {z})",
     "({x} then {y} within {e})"),
    ("a shortest gap is stricter", "inside", "({x} then {y} after {d} within {e})",
     "({x} then {y} within {e})"),
    ("all within is stricter", "inside", "({x} then {y} then {z}) all within {d}",
     "({x} then {y} then {z})"),
    ("all within of two is a gap", "same", "({x} then {y}) all within {d}",
     "({x} then {y} within {d})"),
    ("by is stricter", "inside", "({x} then {y} within {e}) by s", "({x} then {y} within {e})"),
    ("reached all is the sequence", "same", "reached ({x} then {y} then {z}) >= 3 within {e}",
     "({x} then {y} then {z}) within {e}"),
    ("reached one is the first step", "same", "reached ({x} then {y}) >= 1 within {e}",
     "{x} within {e}"),
    ("farther is rarer", "inside", "reached ({x} then {y} then {z}) >= 3",
     "reached ({x} then {y} then {z}) >= 2"),
    ("two matches share no event", "inside", "({x} then {y} within {d}) >= 2 within {e}",
     "{x} >= 2 within {e} and {y} >= 2 within {e}"),
    ("an absence follows its step", "inside", "({x} then no {y} within {d})", "{x}"),
    ("a session begins with an event", "inside", "(sessions of {x} with gap {d}) >= {n} within {e}",
     "{x} >= {n} within {e}"),
    ("sessions: one at least", "same", "(sessions of {x} with gap {d})", "{x}"),
    ("longer pauses make fewer sessions", "inside",
     "(sessions of {x} with gap {e}) >= {n}", "(sessions of {x} with gap {d}) >= {n}"),
    ("who is in has entered", "inside", "in base", "entered base"),
    ("who left is out or back", "inside", "left base within {d}", "entered base"),
    ("entered at most once more than left", "always",
     "count(entered base) - count(left base) in 0..1", ""),
    ("in is one entry more", "same", "in base", "count(entered base) > count(left base)"),
    ("a change was set", "inside", "changed plan to \"pro\" within {d}", "changed plan within {d}"),
    ("the median is in the middle", "inside", "median({x}.n within {d}) exists",
     "min({x}.n) <= median({x}.n) within {d} and median({x}.n) <= max({x}.n) within {d}"),
    ("the median is a percentile", "inside", "median({x}.n within {d}) exists",
     "median({x}.n) = percentile(50%, {x}.n) within {d}"),
    ("the least is a percentile", "inside", "min({x}.n within {d}) exists",
     "min({x}.n) = percentile(0%, {x}.n) within {d}"),
]

HEAD = """zone "{zone}"
event view "View"
event cart "Cart" or "Basket"
event order "Order"
event login
trait plan: text
segment base = view >= 2 within {d} and plan != "pro"
"""
ZONES = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata"]


def length(ms):
    out = ""
    for size, unit in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")):
        if ms >= size:
            out += f"{ms // size}{unit}"
            ms %= size
    return out


def words_for(chosen, unit):
    events = ["view", "cart", "order", "login"]
    short = chosen.randint(1, 3) * unit
    n, k = chosen.randint(1, 2), chosen.randint(1, 4)
    x, y, z = (chosen.choice(events) for _ in range(3))
    conditions = [f"{x} >= {n} within {length(short)}", "plan = \"pro\"",
                  f"no {y} within {length(short)}", f"{z}", f"last({x}.s) = \"a\""]
    return {"x": x, "y": y, "z": z, "p": chosen.choice(conditions), "q": chosen.choice(conditions),
            "d": length(short), "e": length(short + chosen.randint(1, 4) * unit),
            "d2": length(2 * short), "n": n, "m": n + 1, "k": k, "l": k + 1}


def rules_of(chosen, unit):
    """A file with two segments a law, and which law each pair is."""
    text = HEAD.format(zone=chosen.choice(ZONES), d=length(unit * 2))
    # The user is known exactly as long as this holds.
    text += "segment known = not (plan = \"a\" and plan = \"b\")\n"
    for number, (_, kind, left, right) in enumerate(LAWS):
        words = words_for(chosen, unit)
        text += f"segment left{number} = {left.format(**words)}\n"
        other = "in known" if kind == "always" else right.format(**words)
        text += f"segment right{number} = {other}\n"
    return text


def memberships(lines):
    """The runs of (segment, user): instants of entering and leaving, alternating."""
    runs = collections.defaultdict(list)
    for line in lines:
        change = json.loads(line)
        runs[change["segment"], change["user"]].append(change["at"])
    return runs


def pairs(instants):
    return list(zip(instants[::2], instants[1::2] + ["9999"] * (len(instants) % 2)))


def inside(inner, outer):
    return all(any(begin <= a and b <= end for begin, end in pairs(outer)) for a, b in pairs(inner))


def broken(runs, users):
    """Laws that do not hold: (number, user)."""
    for number, (_, kind, _, _) in enumerate(LAWS):
        for user in users:
            left, right = runs[f"left{number}", user], runs[f"right{number}", user]
            holds = inside(left, right) if kind == "inside" else left == right
            if not holds:
                yield number, user, left, right


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seg", required=True)
    parser.add_argument("--differential", required=True)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20_250_603)
    parser.add_argument("--engine", default="jit")
    options = parser.parse_args()
    failed = entered = 0
    seen = collections.Counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        subprocess.run([options.differential, "--write", folder, "--seed", str(options.seed),
                        "--cases", str(options.cases)], check=True)
        for number, events in enumerate(sorted(folder.glob("*.jsonl"))):
            chosen = random.Random(options.seed + number)
            unit = chosen.choice([1, 1_000, 3_600_000, 21_600_000, 86_400_000])
            text = rules_of(chosen, unit)
            rules = folder / "rules.seg"
            rules.write_text(text)
            last = max(json.loads(line)["timestamp"] for line in events.open())
            until = last[:4].replace("2025", "2026") + last[4:]
            done = subprocess.run([options.seg, "run", rules, events, "--lateness", "0s", "--until",
                                   until, "--engine", options.engine, "--format", "jsonl"],
                                  capture_output=True, text=True, check=False)
            if done.returncode != 0:
                print(text, done.stderr)
                return 1
            runs = memberships(done.stdout.splitlines())
            entered += len(runs)
            users = {user for _, user in runs}
            for segment, _ in runs:
                seen[segment.lstrip("leftright")] += 1
            for law, user, left, right in broken(runs, users):
                failed += 1
                lines = [line for line in text.splitlines() if line.split()[1:2] and
                         line.split()[1] in (f"left{law}", f"right{law}")]
                print(f"{LAWS[law][0]} ({LAWS[law][1]}), case {number}, {user}:\n  "
                      + "\n  ".join(lines) + f"\n  left {left}\n  right {right}")
    silent = [LAWS[law][0] for law in range(len(LAWS)) if seen[str(law)] == 0]
    print(f"{len(LAWS)} laws in {options.cases} cases, {entered} memberships")
    if silent:
        print("never true of anyone, so never tested: " + ", ".join(silent))
    print(f"{options.cases * len(LAWS) - failed} passed, {failed} failed")
    return 1 if failed or silent else 0


if __name__ == "__main__":
    sys.exit(main())
