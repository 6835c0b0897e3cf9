"""Words of HIR as SQL: literals, durations, paths."""

import datetime
import json
import re

from hir import Text

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
DURATION = re.compile(r"(?:\d+(?:w|d|h|ms|m|s))+")
UNITS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}


class NotSql(Exception):
    pass


class Value:
    """A piece of SQL and what it yields: `truth` 0 or 1; `number`, `time`, `text` or NULL; `json`
    a value from the wire; `sum` an exact sum as text."""

    def __init__(self, kind, sql):
        self.kind, self.sql = kind, sql


def duration(word):
    return sum(int(n) * UNITS[u] for n, u in re.findall(r"(\d+)(w|d|h|ms|m|s)", word))


def instant(word):
    when = datetime.datetime.fromisoformat(word.replace("Z", "+00:00"))
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (when - epoch) // datetime.timedelta(milliseconds=1)


def quoted(text):
    return "'" + str(text).replace("'", "''") + "'"


def as_json(literal):
    if isinstance(literal, Text):
        return json.dumps(str(literal))
    return literal


def json_set(literals):
    return quoted("[" + ", ".join(as_json(literal) for literal in literals) + "]")


def json_path(keys):
    return "".join('."' + key.replace('"', '\\"') + '"' for key in keys)
