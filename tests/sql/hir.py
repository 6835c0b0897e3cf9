"""Reads what `seg explain --stage hir` prints: checked rules as nested lists."""

import re

TOKEN = re.compile(r'\s*([(){}]|(?:"(?:[^"\\]|\\.)*"|[^\s(){}"])+)')


class Text(str):
    """A text literal, apart from a bare word."""


def unquote(word):
    return word[1:-1].encode().decode("unicode_escape").encode("latin-1").decode("utf-8") \
        if "\\u" in word else word[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def atom(word):
    return Text(unquote(word)) if re.fullmatch(r'"(?:[^"\\]|\\.)*"', word) else word


def parse(text):
    """All expressions of a text; `{…}` becomes a tuple."""
    stack = [[]]
    for match in TOKEN.finditer(text):
        word = match.group(1)
        if word in "({":
            stack.append([])
        elif word == ")":
            done = stack.pop()
            stack[-1].append(done)
        elif word == "}":
            done = stack.pop()
            stack[-1].append(tuple(done))
        else:
            stack[-1].append(atom(word))
    if len(stack) != 1:
        raise ValueError("parentheses do not match")
    return stack[0]


def path_parts(word):
    """`company."first name"` as its keys."""
    if isinstance(word, Text):
        return [str(word)]
    parts = re.findall(r'"(?:[^"\\]|\\.)*"|[^."]+', word)
    return [unquote(part) if part.startswith('"') else part for part in parts]


class Rules:
    """Streams, segments and scores by name; zones by `z0`."""

    def __init__(self, text):
        self.zones, self.streams, self.segments, self.scores = {}, {}, {}, {}
        for form in parse(text):
            head = form[0]
            if head == "zone":
                self.zones[form[1]] = str(form[2])
            elif head == "stream":
                self.streams[form[1]] = [part for part in form[3:]]
            elif head == "segment":
                self.segments[form[1]] = form[-1]
            elif head == "score":
                self.scores[form[1]] = next(
                    part for part in form[2:]
                    if isinstance(part, (list, str)) and self.is_value(part))

    @staticmethod
    def is_value(part):
        if isinstance(part, Text):
            return False
        return not (isinstance(part, list) and len(part) == 2 and isinstance(part[1], Text)) \
            and not (isinstance(part, list) and part[0] == "band")
