"""Checked rules as SQL over one table of events, each condition a question about an instant :T.

Nothing is shared with the evaluators: counts are COUNT(*), windows are WHERE, first and last are
ORDER BY, sequences are joins. What has no such form raises `NotSql` with the reason.
"""

from hir import Text, path_parts
from sequences import Sequences
from words import (DURATION, INSTANT, NotSql, Value, as_json, duration, instant, json_path,
                   json_set, quoted)


class Translator(Sequences):
    def __init__(self, rules):
        self.rules = rules
        self.aliases = 0

    def alias(self):
        self.aliases += 1
        return f"e{self.aliases}"

    # ---- conditions -----------------------------------------------------------------------------

    def truth(self, form, event=None):
        """SQL that is 0 or 1, at :T or, in a filter, of the row `event`."""
        if form in ("true", "false"):
            return "1" if form == "true" else "0"
        head, rest = form[0], form[1:]
        if head in ("and", "or"):
            joined = f" {head} ".join(self.truth(part, event) for part in rest)
            return f"({joined})" if rest else ("1" if head == "and" else "0")
        if head == "not":
            return f"(1 - {self.truth(rest[0], event)})"
        if head == "at-least":
            parts = " + ".join(self.truth(part, event) for part in rest[1:])
            return f"(({parts}) >= {rest[0]})"
        if head == "member":
            return self.truth(self.rules.segments[rest[0]])
        if head in ("equal", "less", "less-equal"):
            return self.comparison(head, rest, event)
        if head == "event-is":
            if rest == ["any"]:
                return f"({event}.kind <> 'identify')"
            names = ", ".join(quoted(name) for name in rest)
            return f"({event}.kind <> 'identify' AND {event}.name IN ({names}))"
        if head == "user-in":
            names = ", ".join(quoted(name) for name in rest[-1])
            if "ignoring-case" in rest:
                raise NotSql("user in a list ignoring case")
            user = f"{event}.user" if event else "u.id"
            return f"({user} IN ({names}))"
        if head == "in-period":
            return self.in_period(rest, event)
        if head == "any-item":
            return self.any_item(rest, event)
        return self.value_test(head, rest, event)

    def value_test(self, head, rest, event):
        fold = 1 if "ignoring-case" in rest else 0
        rest = [part for part in rest if part != "ignoring-case"]
        if head == "is-true":
            value = self.value(rest[0], event)
            return self.coalesced(value.sql if value.kind == "truth" else f"jtruth({value.sql})")
        if head == "exists":
            value = self.value(rest[0], event)
            if value.kind == "json":
                return f"jexists({value.sql})"
            return f"(({value.sql}) IS NOT NULL)"
        if head == "in-set":
            value = self.value(rest[1], event)
            if value.kind == "number":
                numbers = ", ".join(n for n in rest[0] if not isinstance(n, Text))
                return self.coalesced(f"({value.sql}) IN ({numbers})") if numbers else "0"
            if value.kind == "sum":
                raise NotSql("an exact sum in a set")
            return f"jin({self.json(value)}, {json_set(rest[0])}, {fold})"
        if head in ("has-any", "has-all"):
            every = 1 if head == "has-all" else 0
            value = self.json(self.value(rest[1], event))
            return f"jhas({value}, {json_set(rest[0])}, {fold}, {every})"
        if head in ("contains", "starts-with", "ends-with"):
            a, b = (self.json(self.value(part, event)) for part in rest)
            return f"jtexts('{head}', {a}, {b}, {fold})"
        if head == "matches":
            value = self.json(self.value(rest[1], event))
            return f"jmatches({value}, {quoted(rest[0])}, {fold})"
        raise NotSql(self.reason(head))

    @staticmethod
    def reason(head):
        return {
            "held": "`for D`: needs the whole past of a condition",
            "latched": "`until`, `stay`, `cooldown`: needs the past of a membership",
            "decayed": "`half_life`: a fold of doubles, instant by instant",
        }.get(head, f"`{head}`")

    @staticmethod
    def coalesced(sql):
        return f"COALESCE(({sql}), 0)"

    def comparison(self, head, rest, event):
        fold = 1 if "ignoring-case" in rest else 0
        left, right = [part for part in rest if part != "ignoring-case"]
        sign = {"equal": "=", "less": "<", "less-equal": "<="}[head]
        existence = self.sequence_happened(sign, left, right)
        if existence is not None:
            return existence
        a, b = self.value(left, event), self.value(right, event)
        if a.kind == "sum" and not isinstance(right, list):
            return f"sum_is('{sign}', {a.sql}, '{right}')"
        if b.kind == "sum" and not isinstance(left, list):
            turned = {"=": "sum_is('=', {0}, '{1}')", "<": "(1 - sum_is('<=', {0}, '{1}'))",
                      "<=": "(1 - sum_is('<', {0}, '{1}'))"}[sign]
            return turned.format(b.sql, left)
        if "time" in (a.kind, b.kind) and a.kind == b.kind:
            return self.coalesced(f"({a.sql}) {sign} ({b.sql})")
        dynamic = ("json", "text", "truth")
        if sign == "=" and a.kind in dynamic and b.kind in dynamic + ("number",):
            return f"jequal({self.json(a)}, {self.json(b)}, {fold})"
        if sign == "=" and b.kind in dynamic and a.kind == "number":
            return f"jequal({self.json(a)}, {self.json(b)}, {fold})"
        return self.coalesced(f"({self.as_number(a)}) {sign} ({self.as_number(b)})")

    # ---- values ---------------------------------------------------------------------------------

    def json(self, value):
        if value.kind == "json":
            return value.sql
        if value.kind == "truth":
            return f"(CASE ({value.sql}) WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"
        if value.kind == "number":
            return f"CAST(({value.sql}) AS TEXT)"
        if value.kind == "text":
            return f"json_quote({value.sql})"
        raise NotSql(f"a {value.kind} compared with a value of any type")

    def as_number(self, value):
        if value.kind == "json":
            return f"jnumber({value.sql})"
        if value.kind == "sum":
            return f"sum_double({value.sql})"
        if value.kind == "number":
            return value.sql
        return "NULL"

    def value(self, form, event=None):
        if not isinstance(form, list):
            return self.literal(form)
        head, rest = form[0], form[1:]
        if head == "now":
            return Value("time", f"{event}.at" if event else ":T")
        if head == "known-since":
            if event:
                return Value("time", f"(SELECT MIN(at) FROM events WHERE user = {event}.user)")
            return Value("time", "u.first")
        if head == "property":
            keys = path_parts(rest[0])
            return Value("json", self.part(event, keys))
        if head == "event-name":
            return Value("text", f"{event}.name")
        if head == "trait":
            return Value("json", self.trait(path_parts(rest[0]), event))
        if head == "to-instant":
            value = self.value(rest[1], event)
            if rest[0] == "user":
                raise NotSql("a date read in the zone that the user had when it came in")
            return Value("time", f"jinstant({self.json(value)}, {self.zone(rest[0])})")
        if head in ("add", "subtract", "multiply", "divide", "min", "max"):
            return self.arithmetic(head, rest, event)
        if head == "select":
            condition = self.truth(rest[0], event)
            a, b = (self.as_number(self.value(part, event)) for part in rest[1:])
            return Value("number", f"(CASE WHEN {condition} THEN {a} ELSE {b} END)")
        if head == "score":
            return self.value(self.rules.scores[rest[0]])
        if head in ("hour", "weekday", "day-number", "date", "round", "abs", "scale"):
            return self.part_of_time(head, rest, event)
        if head in ("text-of", "number-of", "lower", "length"):
            value = self.json(self.value(rest[0], event))
            made = {"text-of": "json", "lower": "json"}.get(head, "number")
            return Value(made, f"j{head.replace('-', '_')}({value})")
        if head in ("item", "item-sum"):
            return self.item(head, rest, event)
        if head in ("count", "days", "streak", "aggregate", "time-of"):
            return self.history(head, rest)
        if head in ("decayed", "latched", "held"):
            raise NotSql(self.reason(head))
        try:
            return Value("truth", self.truth(form, event))
        except KeyError as missing:
            raise NotSql(f"`{missing}`") from missing

    @staticmethod
    def part(row, keys):
        return f"({row}.body -> {quoted('$' + json_path(keys))})"

    @staticmethod
    def literal(word):
        if isinstance(word, Text):
            return Value("text", quoted(word))
        if word in ("true", "false"):
            return Value("truth", "1" if word == "true" else "0")
        if INSTANT.fullmatch(word):
            return Value("time", str(instant(word)))
        if DURATION.fullmatch(word):
            return Value("time", str(duration(word)))
        return Value("number", f"CAST({word} AS REAL)")

    def zone(self, word, event=None):
        """The name of a zone; the user's own as of the row `event`, or at :T."""
        if word == "user":
            return f"jzone({self.trait(path_parts(self.rules.zones[word]), event)})"
        return quoted(self.rules.zones[word])

    def trait(self, keys, event):
        """The newest call that names the trait's first key decides; of one instant the greater
        messageId."""
        row, until = self.alias(), f"{event}.at" if event else ":T"
        user = f"{event}.user" if event else "u.id"
        named = quoted('$."' + keys[0].replace('"', '\\"') + '"')
        return (f"(SELECT {self.part(row, keys)} FROM events {row}"
                f" WHERE {row}.user = {user} AND {row}.kind = 'identify' AND {row}.at <= {until}"
                f" AND json_type({row}.body, {named}) IS NOT NULL"
                f" ORDER BY {row}.at DESC, {row}.tie DESC LIMIT 1)")

    def arithmetic(self, head, rest, event):
        a, b = (self.value(part, event) for part in rest)
        if "time" in (a.kind, b.kind) and head in ("add", "subtract"):
            return Value("time", f"({a.sql} {'+' if head == 'add' else '-'} {b.sql})")
        a, b = self.as_number(a), self.as_number(b)
        if head in ("min", "max"):
            return Value("number", f"{head}({a}, {b})")
        if head == "divide":
            return Value("number", f"(1.0 * {a} / NULLIF({b}, 0))")
        return Value("number", f"({a} {dict(add='+', subtract='-', multiply='*')[head]} {b})")

    def part_of_time(self, head, rest, event):
        if head in ("round", "abs"):
            return Value("number", f"{head}({self.as_number(self.value(rest[0], event))})")
        if head == "scale":
            return Value("time", f"({rest[0]} * ({self.value(rest[1], event).sql}))")
        zone, time = self.zone(rest[0], event), self.value(rest[1], event).sql
        if head == "hour":
            return Value("number", f"local_hour({zone}, {time})")
        if head == "date":
            return Value("time", f"date_begin({zone}, {time})")
        if head == "day-number":
            return Value("number",
                         f"(julianday(local_date({zone}, {time})) - julianday('1970-01-01'))")
        day = f"CAST(strftime('%w', local_date({zone}, {time})) AS INTEGER)"
        return Value("number", f"(CASE {day} WHEN 0 THEN 7 ELSE {day} END)")

    def any_item(self, rest, event):
        items, outer = self.alias(), getattr(self, "items", None)
        value = self.json(self.value(rest[0], event))
        self.items = items
        test = self.truth(rest[1], event)
        self.items = outer
        return (f"EXISTS (SELECT 1 FROM json_each(CASE json_type({value}) WHEN 'array'"
                f" THEN {value} END) {items} WHERE {test})")

    def item(self, head, rest, event):
        if head == "item-sum":
            raise NotSql("a sum over the items of a list")
        path = quoted("$" + json_path(path_parts(rest[0]))) if rest else "'$'"
        one = f"{self.items}.value"
        return Value("json", f"(CASE {self.items}.type WHEN 'object' THEN {one} -> {path} END)")

    # ---- periods of the calendar ----------------------------------------------------------------

    @staticmethod
    def period_begin(unit, date, shift=0):
        """SQL for the first day of the period of `unit` that is `shift` after the one of `date`."""
        if unit == "day":
            return f"date({date}, '{shift:+d} days')"
        if unit == "week":  # to the Sunday that ends it, then back to its Monday
            return f"date({date}, 'weekday 0', '-6 days', '{7 * shift:+d} days')"
        if unit == "month":
            return f"date({date}, 'start of month', '{shift:+d} months')"
        if unit == "year":
            return f"date({date}, 'start of year', '{shift:+d} years')"
        month = f"((CAST(strftime('%m', {date}) AS INTEGER) - 1) % 3)"
        back = f"'-' || {month} || ' months'"
        return f"date({date}, 'start of month', {back}, '{3 * shift:+d} months')"

    def in_period(self, rest, event):
        if "yearly" in rest:
            raise NotSql("`anniversary` in a test of the calendar")
        unit, shift, zone, child = rest
        now = f"{event}.at" if event else ":T"
        today = f"local_date({self.zone(zone, event)}, {now})"
        day = f"local_date({self.zone(zone, event)}, {self.value(child, event).sql})"
        begin = self.period_begin(unit, today, int(shift))
        end = self.period_begin(unit, today, int(shift) + 1)
        return self.coalesced(f"{day} >= {begin} AND {day} < {end}")

    # ---- occurrences ----------------------------------------------------------------------------

    def history(self, head, rest):
        if head == "time-of":
            return self.time_of(*rest)
        if head == "aggregate":
            return self.aggregate(rest)
        stream, window = rest[0], rest[1:]
        zone = None
        if "zone" in window:
            at = window.index("zone")
            zone, window = window[at + 1], window[:at] + window[at + 2:]
        row, rows = self.rows(stream, window, zone)
        if head == "count":
            return Value("number", f"(SELECT COUNT(*) FROM {rows})")
        day = f"local_date({self.zone(zone, row)}, {row}.at)"
        if head == "days" and "unit" in window:
            at = window.index("unit")
            day = self.period_begin(window[at + 1], day)
        if head == "days":
            return Value("number", f"(SELECT COUNT(DISTINCT {day}) FROM {rows})")
        return self.streak(window, zone, day, rows)

    def rows(self, stream, window, zone=None):
        """Alias, and `table AS alias WHERE …`: the occurrences of a stream inside a window."""
        row = self.alias()
        table, test = self.table(stream, row)
        parts = [f"{row}.user = u.id", f"{row}.at <= :T", self.inside(window, row, zone), test]
        return row, f"{table} WHERE " + " AND ".join(part for part in parts if part)

    def table(self, stream, row):
        """What a stream's occurrences are selected from, and which of its rows they are."""
        form = self.rules.streams[stream]
        head = form[0][0]
        if head == "sessions":
            return self.sessions(form[0]) + f" {row}", ""
        if head == "changed":
            return self.changes(form[0]) + f" {row}", ""
        if head in ("then", "later", "entered", "left", "union"):
            raise NotSql("how many matches a sequence has" if head in ("then", "later")
                         else f"`{head}`: needs the past of what it is made of")
        return f"events {row}", self.truth(form[0], row)

    def sessions(self, form):
        """Where the pause since the one before is longer than the gap: LAG."""
        row = self.alias()
        table, test = self.table(form[1], row)
        before = f"LAG({row}.at) OVER (PARTITION BY {row}.user ORDER BY {row}.at)"
        inner = f"SELECT {row}.user, {row}.at, {before} AS before FROM {table}"
        inner += f" WHERE {test}" if test else ""
        gap = duration(form[3])
        return (f"(SELECT -at AS id, user, at FROM ({inner})"
                f" WHERE before IS NULL OR at - before > {gap})")

    def changes(self, form):
        """One value an instant, the greatest messageId's; from the first one on, where it differs
        from the one before: MAX, MIN and LAG."""
        row, keys = self.alias(), path_parts(form[1])
        words = dict(zip(form[2::2], form[3::2]))
        named = quoted('$."' + keys[0].replace('"', '\\"') + '"')
        newest = f"MAX({row}.tie)"
        settled = (f"SELECT {row}.user, {row}.at, {newest} AS tie,"
                   f" COALESCE({self.part(row, keys)}, 'null') AS v FROM events {row}"
                   f" WHERE {row}.kind = 'identify' AND json_type({row}.body, {named}) IS NOT NULL"
                   f" GROUP BY {row}.user, {row}.at")
        first = "MIN(CASE WHEN v <> 'null' THEN at END) OVER (PARTITION BY user)"
        valued = f"SELECT *, {first} AS first FROM ({settled})"
        before = "LAG(v) OVER (PARTITION BY user ORDER BY at)"
        known = f"SELECT *, {before} AS before FROM ({valued}) WHERE at >= first"
        tests = ["before IS NOT NULL", "jchanged(before, v)"]
        for word, column in (("from", "before"), ("to", "v")):
            if word in words:
                tests.append(f"jequal({column}, {quoted(as_json(words[word]))}, 0)")
        return f"(SELECT -at AS id, user, at FROM ({known}) WHERE {' AND '.join(tests)})"

    def inside(self, window, row, zone=None):
        """SQL for a window of text `within 2d cap 65536`; caps are far above a test's history."""
        words = list(window)
        for word in ("cap", "unit"):
            if word in words:
                words = words[:words.index(word)]
        if words == ["ever"] or not words:
            return ""
        at, head = f"{row}.at", words[0]
        if head == "within":
            return f"{at} > :T - {duration(words[1])}"
        if head == "between":
            return (f"{at} > :T - {duration(words[1])} AND {at} <= :T - {duration(words[3])}")
        if head == "before" and words[-1] == "ago":
            return f"{at} <= :T - {duration(words[1])}"
        if head in ("from", "until"):
            bounds = dict(zip(words[::2], words[1::2]))
            parts = [f"{at} >= {instant(bounds['from'])}"] if "from" in bounds else []
            parts += [f"{at} < {instant(bounds['until'])}"] if "until" in bounds else []
            return " AND ".join(parts)
        if head == "of-last":
            return self.calendar(words[1:], row, zone)
        if head == "anchor":
            return self.anchored(words[1], words[2:], row)
        raise NotSql(f"the window `{' '.join(map(str, words))}`")

    def calendar(self, words, row, zone):
        full = "full" in words
        periods, unit = int(words[0]), words[-1].rstrip("s")
        today = f"local_date({self.zone(zone)}, :T)"
        day = f"local_date({self.zone(zone, row)}, {row}.at)"
        begin = self.period_begin(unit, today, 1 - periods - full)
        end = self.period_begin(unit, today, 1 - full)
        return f"{day} >= {begin} AND {day} < {end}"

    def anchored(self, anchor, words, row):
        """`anchor EXPR from D until D`: anchor + from <= t < anchor + until."""
        at, parts = self.value(anchor).sql, []
        for word, sign in (("from", ">="), ("until", "<")):
            if word in words:
                offset = words[words.index(word) + 1]
                ms = -duration(offset[1:]) if offset.startswith("-") else duration(offset)
                parts.append(f"{row}.at {sign} ({at}) + ({ms})")
        return " AND ".join(parts)

    def streak(self, window, zone, day, rows):
        words = list(window)
        unit = words[-1].rstrip("s")
        if unit != "day":
            raise NotSql(f"a streak of {unit}s")
        today = f"local_date({self.zone(zone)}, :T)"
        island = f"date(d, '-' || (ROW_NUMBER() OVER (ORDER BY d)) || ' days') AS i"
        return Value("number",
                     f"(SELECT COUNT(*) FROM (SELECT d, {island} FROM (SELECT DISTINCT {day} AS d"
                     f" FROM {rows})) GROUP BY i HAVING MAX(d) >= date({today}, '-1 days')"
                     f" UNION ALL SELECT 0 LIMIT 1)")

    def time_of(self, which, stream):
        row, rows = self.rows(stream, ["ever"])
        function = "MIN" if which == "first" else "MAX"
        return Value("time", f"(SELECT {function}({row}.at) FROM {rows})")

    def aggregate(self, rest):
        fraction = rest[1] if rest[0] == "percentile" else None
        rest = rest[:1] + rest[2:] if fraction else rest
        which, stream, child = rest[0], rest[1], rest[-1]
        window, zone = list(rest[2:-1]), None
        if "zone" in window:
            at = window.index("zone")
            zone, window = window[at + 1], window[:at] + window[at + 2:]
        row, rows = self.rows(stream, window, zone)
        value = self.value(child, row)
        if which in ("first", "last"):
            order = "DESC" if which == "last" else "ASC"
            return Value(value.kind, f"(SELECT {value.sql} FROM {rows}"
                                     f" ORDER BY {row}.at {order}, {row}.tie {order} LIMIT 1)")
        if which in ("min", "max"):
            return Value("number", f"(SELECT {which}({self.as_number(value)}) FROM {rows})")
        if which == "distinct":
            one = self.json(value)
            same = (f"CASE WHEN json_type({one}) NOT IN ('array', 'object', 'null')"
                    f" THEN COALESCE(CAST(jnumber({one}) AS TEXT), {one}) END")
            return Value("number", f"(SELECT COUNT(DISTINCT {same}) FROM {rows})")
        if which == "percentile":
            return self.percentile(float(fraction), self.as_number(value), rows)
        if value.kind != "json" or which == "most_common":
            raise NotSql(f"`{which}` of a made value")
        if which == "sum":
            return Value("sum", f"(SELECT COALESCE(exact_sum({value.sql}), '0') FROM {rows})")
        numbers = f"COUNT(jnumber({value.sql}))"
        total = f"sum_double(COALESCE(exact_sum({value.sql}), '0'))"
        return Value("number", f"(SELECT {total} / NULLIF({numbers}, 0) FROM {rows})")

    @staticmethod
    def percentile(fraction, number, rows):
        """As the standard's PERCENTILE_CONT, by row numbers."""
        ranked = (f"SELECT {number} AS v, ROW_NUMBER() OVER (ORDER BY {number}) - 1 AS k,"
                  f" COUNT(*) OVER () AS n FROM {rows} AND {number} IS NOT NULL")
        place = f"({fraction!r} * (n - 1))"
        low = f"MAX(CASE WHEN k = CAST(floor({place}) AS INTEGER) THEN v END)"
        high = f"MAX(CASE WHEN k = CAST(ceil({place}) AS INTEGER) THEN v END)"
        part = f"MAX({place} - floor({place}))"
        return Value("number",
                     f"(SELECT {low} + ({high} - {low}) * {part} FROM ({ranked}))")
