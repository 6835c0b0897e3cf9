"""What SQLite does not know of the language's values: types from the wire, zones, exact sums.

A value from the wire is its JSON text, or NULL where the key is not there.
"""

import datetime
import decimal
import json
import re
import zoneinfo

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MS = datetime.timedelta(milliseconds=1)
DAY = 86_400_000
KNOWN_ZONES = zoneinfo.available_timezones()
LIMIT = 10 ** 18
DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?([Zz]|[+-]\d\d:?\d\d)?$")


def load(value):
    """Of a value from the wire, or of what SQL made of one."""
    if not isinstance(value, str):
        return None if value is None else decimal.Decimal(repr(value))
    return json.loads(value, parse_float=decimal.Decimal)


def is_number(value):
    return isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool) \
        and abs(value) < LIMIT


def number(value):
    value = load(value)
    return float(value) if is_number(value) else None


def text(value):
    value = load(value)
    return value if isinstance(value, str) else None


def truth(value):
    return 1 if load(value) is True else 0


def exists(value):
    return 0 if load(value) is None else 1


def same(a, b, fold):
    if is_number(a) and is_number(b):
        return float(a) == float(b)
    if isinstance(a, bool) and isinstance(b, bool):
        return a == b
    if isinstance(a, str) and isinstance(b, str):
        return a.casefold() == b.casefold() if fold else a == b
    return False


def equal(a, b, fold):
    return 1 if same(load(a), load(b), fold) else 0


def in_set(value, options, fold):
    value = load(value)
    return 1 if any(same(value, option, fold) for option in load(options)) else 0


def has(value, options, fold, every):
    value = load(value)
    if not isinstance(value, list):
        return 0
    found = [any(same(item, option, fold) for item in value) for option in load(options)]
    return 1 if (all(found) if every else any(found)) else 0


def compare_texts(how, a, b, fold):
    a, b = load(a), load(b)
    if not isinstance(a, str) or not isinstance(b, str):
        return 0
    if fold:
        a, b = a.casefold(), b.casefold()
    found = {"contains": b in a, "starts-with": a.startswith(b), "ends-with": a.endswith(b)}
    return 1 if found[how] else 0


def matches(value, pattern, fold):
    value = load(value)
    flags = re.IGNORECASE if fold else 0
    return 1 if isinstance(value, str) and re.fullmatch(pattern, value, flags | re.DOTALL) else 0


def changed(before, now):
    """Another scalar; of two lists or two records nothing is asked."""
    before, now = load(before), load(now)
    sorts = [type(value) for value in (before, now)]
    if sorts in ([list, list], [dict, dict]) or (before is None and now is None):
        return 0
    return 0 if same(before, now, False) else 1


def text_of(value):
    value = load(value)
    if isinstance(value, str) or value is None:
        return json.dumps(value)
    if isinstance(value, bool):
        return '"true"' if value else '"false"'
    if not is_number(value):
        return None
    number_ = float(value)
    return json.dumps(str(int(number_)) if number_ == int(number_) else repr(number_))


def number_of(value):
    value = load(value)
    if isinstance(value, str):
        if not re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", value):
            return None
        value = decimal.Decimal(value)
    return float(value) if is_number(value) else None


def lower(value):
    value = load(value)
    return json.dumps(value.lower()) if isinstance(value, str) else None


def length(value):
    value = load(value)
    return float(len(value)) if isinstance(value, (str, list)) else None


def at_local(zone, year, month, day, hour=0, minute=0, second=0, ms=0):
    """A local time that is skipped moves on by the gap, a doubled one is the first: fold 0."""
    try:
        local = datetime.datetime(year, month, day, hour, minute, second,
                                  tzinfo=zoneinfo.ZoneInfo(zone))
    except ValueError:
        return None
    return (local.astimezone(datetime.timezone.utc) - EPOCH) // MS + ms


def day_begin(zone, year, month, day):
    """The first instant of a local day: where midnight is skipped, the end of the gap."""
    begin = at_local(zone, year, month, day)
    if begin is None:
        return None
    wanted = datetime.date(year, month, day).isoformat()
    if local_date(zone, begin) == wanted and local_date(zone, begin - 1) != wanted:
        return begin
    low, high = begin - 2 * DAY, begin + DAY
    while low < high:
        middle = (low + high) // 2
        if local_date(zone, middle) >= wanted:
            high = middle
        else:
            low = middle + 1
    return low


def instant(value, zone):
    value = load(value)
    if is_number(value):
        ms = int(value // 1)
        return ms if value == ms and 0 <= ms <= 4_102_444_800_000 else None
    if not isinstance(value, str):
        return None
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return day_begin(zone, int(value[:4]), int(value[5:7]), int(value[8:]))
    found = DATE_TIME.fullmatch(value)
    if not found:
        return None
    parts = [int(found.group(i)) for i in range(1, 6)] + [int(found.group(6) or 0)]
    ms = int((found.group(7) or "0").ljust(3, "0")[:3])
    offset = found.group(8)
    if offset is None:
        return at_local(zone, *parts, ms)
    plain = at_local("UTC", *parts, ms)
    if plain is None or offset in "Zz":
        return plain
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return plain - (minutes if offset[0] == "+" else -minutes) * 60_000


def zone_of(value):
    """What a trait names, or UTC."""
    name = load(value)
    return name if isinstance(name, str) and name in KNOWN_ZONES else "UTC"


def local(zone, ms):
    when = EPOCH + datetime.timedelta(milliseconds=ms)
    return when.astimezone(zoneinfo.ZoneInfo(zone))


def local_date(zone, ms):
    return None if ms is None else local(zone, ms).date().isoformat()


def local_hour(zone, ms):
    return None if ms is None else local(zone, ms).hour


def date_begin(zone, ms):
    if ms is None:
        return None
    day = local(zone, ms).date()
    return day_begin(zone, day.year, day.month, day.day)


class ExactSum:
    """Of the numbers among values from the wire, in 9 decimals, as text."""

    def __init__(self):
        self.total = decimal.Decimal(0)

    def step(self, value):
        value = load(value)
        if is_number(value):
            exact = decimal.Decimal(value).quantize(decimal.Decimal("1e-9"),
                                                    decimal.ROUND_HALF_EVEN)
            self.total += exact

    def finalize(self):
        return str(self.total)


def compare_sum(how, total, literal):
    total, literal = decimal.Decimal(total), decimal.Decimal(literal)
    return 1 if {"=": total == literal, "<": total < literal, "<=": total <= literal}[how] else 0


def register(database):
    decimal.getcontext().prec = 60
    functions = {
        "jnumber": (1, number), "jtext": (1, text), "jtruth": (1, truth), "jexists": (1, exists),
        "jequal": (3, equal), "jin": (3, in_set), "jhas": (4, has), "jtexts": (4, compare_texts),
        "jmatches": (3, matches), "jinstant": (2, instant), "local_date": (2, local_date),
        "local_hour": (2, local_hour), "date_begin": (2, date_begin),
        "jchanged": (2, changed), "jtext_of": (1, text_of), "jnumber_of": (1, number_of),
        "jlower": (1, lower), "jzone": (1, zone_of), "jlength": (1, length),
        "sum_is": (3, compare_sum), "sum_double": (1, float),
    }
    for name, (arity, function) in functions.items():
        database.create_function(name, arity, function, deterministic=True)
    database.create_aggregate("exact_sum", 1, ExactSum)
