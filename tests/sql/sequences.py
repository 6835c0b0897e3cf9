"""Whether a sequence has a match, as a join: a row of events a step."""

from hir import path_parts
from words import NotSql, duration


class Sequences:
    """The part of the translator that is about sequences."""

    def sequence_happened(self, sign, left, right):
        """`1 <= count` or `count = 0` of a sequence's matches: whether there is any is a join."""
        if sign == "<=" and left == "1" and self.is_sequence(right):
            return self.match(right[1], right[2:])
        if sign == "=" and right == "0" and self.is_sequence(left):
            return f"(1 - {self.match(left[1], left[2:])})"
        return None

    def is_sequence(self, form):
        return isinstance(form, list) and form[0] == "count" and \
            self.rules.streams[form[1]][0][0] in ("then", "later")

    def match(self, stream, window):
        zone = None
        if "zone" in window:
            at = window.index("zone")
            zone, window = window[at + 1], window[:at] + window[at + 2:]
        parts = self.rules.streams[stream]
        steps = [part for part in parts if part[0] in ("then", "later")]
        others = [part for part in parts if part[0] not in ("then", "later")]
        absence = next((part for part in others if part[0].startswith("then-no")), None)
        key = next((part[1] for part in others if part[0] == "by"), None)
        whole = next((part[1] for part in others if part[0] == "all-within"), None)
        if absence is not None and len(steps) > 1:
            raise NotSql("a wait behind several steps: which match waits depends on earlier ones")
        tables, tests, rows = [], [], []
        for step in steps:
            row = self.alias()
            table, test = self.table(step[1], row)
            tables.append(table)
            tests += [f"{row}.user = u.id", f"{row}.at <= :T", self.inside(window, row, zone), test]
            if rows:
                tests += self.gap(step, rows[-1], row, rows, key, window, zone)
            rows.append(row)
        if key is not None:
            keys = [self.part(row, path_parts(key)) for row in rows]
            tests += [f"{self.known(keys[0])}"]
            tests += [f"jequal({keys[0]}, {one}, 0)" for one in keys[1:]]
        if whole is not None and absence is None:
            tests.append(f"{rows[-1]}.at - {rows[0]}.at <= {duration(whole)}")
        if absence is not None:
            tests += self.wait(absence, rows[-1], key, whole, window, zone)
        tests = [test for test in tests if test]
        return f"EXISTS (SELECT 1 FROM {', '.join(tables)} WHERE {' AND '.join(tests)})"

    @staticmethod
    def known(key):
        return f"jexists({key}) AND json_type({key}) NOT IN ('array', 'object')"

    def gap(self, step, before, row, rows, key, window, zone):
        tests = [f"{row}.at {'>' if step[0] == 'later' else '>='} {before}.at"]
        tests += [f"{row}.id <> {other}.id" for other in rows]
        words = step[2:]
        for i, word in enumerate(words):
            if word == "within":
                tests.append(f"{row}.at - {before}.at <= {duration(words[i + 1])}")
            elif word == "after":
                tests.append(f"{row}.at - {before}.at >= {duration(words[i + 1])}")
            elif word == "without":
                for stream in words[i + 1:]:
                    tests.append(self.none_between(stream, before, row, key, window, zone))
        return tests

    def none_between(self, stream, before, row, key, window, zone):
        other = self.alias()
        table, test = self.table(stream, other)
        tests = [f"{other}.user = u.id", f"{other}.at > {before}.at", f"{other}.at < {row}.at",
                 self.inside(window, other, zone), test]
        if key is not None:
            keys = path_parts(key)
            tests.append(f"jequal({self.part(other, keys)}, {self.part(row, keys)}, 0)")
        tests = [test for test in tests if test]
        return f"NOT EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(tests)})"

    def wait(self, absence, last, key, whole, window, zone):
        ms = duration(absence[absence.index("within") + 1])
        end = f"({last}.at + {ms})"
        other = self.alias()
        table, test = self.table(absence[1], other)
        sign = ">" if absence[0] == "then-no-later" else ">="
        tests = [f"{other}.user = u.id", f"{other}.at {sign} {last}.at", f"{other}.at <= {end}",
                 f"{other}.id <> {last}.id", self.inside(window, other, zone), test]
        if key is not None:
            keys = path_parts(key)
            tests.append(f"jequal({self.part(other, keys)}, {self.part(last, keys)}, 0)")
        tests = [test for test in tests if test]
        over = [f"{end} <= :T", self.end_inside(window, end, zone)]
        if whole is not None and ms > duration(whole):
            over.append("0")
        return over + [f"NOT EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(tests)})"]

    def end_inside(self, window, end, zone):
        """The same window, of an instant that is no row."""
        if zone == "user":
            raise NotSql("the end of a wait in the zone of the user")
        return self.inside(window, "\0", zone).replace("\0.at", end)
