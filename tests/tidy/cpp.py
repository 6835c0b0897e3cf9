"""Just enough C++ to find includes and functions. Not a parser: it matches braces."""

import re
from collections import namedtuple

Function = namedtuple("Function", "name first last")

NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/'                           # comments
    r'|R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"'  # raw strings
    r'|"(?:\\.|[^"\\\n])*"'                         # strings
    r"|(?<!\w)'(?:\\.|[^'\\\n])+'"                  # characters, not 1'000
    r'|^[ \t]*#(?:\\\n|[^\n])*',                    # directives
    re.DOTALL | re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
BLOCKS = re.compile(r"^\s*(?:inline\s+)?(?:namespace|class|struct|union|enum|extern)\b")
TEMPLATE = re.compile(r"\btemplate\s*<(?:[^<>]|<[^<>]*>)*>")
OPERATOR = re.compile(r"\boperator\s*(?:\(\s*\)|[^\s\w(]+)")
INITIALIZER_LIST = re.compile(r"\)[\w\s]*(?<!:):(?!:)")


def strip(text):
    """`text` without comments, strings and directives; every line keeps its number."""
    return NOISE.sub(lambda match: "\n" * match.group().count("\n") or " ", text)


def includes(lines):
    """(line number, is it <...>, name) of each include."""
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == "<", match.group(2)


def without_parentheses(head):
    """`head` less what stands inside parentheses."""
    depth, kept = 0, []
    for char in head:
        depth += (char == "(") - (char == ")")
        if depth == 0 or char in "()" and depth < 2:
            kept.append(char)
    return "".join(kept)


def opens_function(head):
    """Does a brace behind `head` (all since the last statement) open a function's body?"""
    head = OPERATOR.sub("operator", TEMPLATE.sub("", head)).strip()
    head = re.sub(r"^(?:\[\[[^\]]*\]\]\s*)*", "", head)
    if BLOCKS.match(head) or "(" not in head:
        return False
    return "=" not in without_parentheses(head)


def functions(text):
    """The functions of a file, from the first line of the head to the closing brace."""
    text = strip(text)
    stack = []  # per open brace: the first line of the function it opens, or None; and its name
    inside = 0  # braces open since a function's body began, that one included
    start = 0   # where the current head begins
    for match in re.finditer(r"[{};]", text):
        char, at = match.group(), match.start()
        if char == "{":
            head = text[start:at]
            if inside or not opens_function(head):
                stack.append(None)
            elif INITIALIZER_LIST.search(head) and re.search(r"[\w>]\s*$", head):
                stack.append("member")  # `: member_{0}`: the head goes on behind it
                inside += 1
                continue
            else:
                first = text.count("\n", 0, start + len(head) - len(head.lstrip())) + 1
                stack.append((first, name_of(head)))
            inside += 1 if inside or isinstance(stack[-1], tuple) else 0
        elif char == "}" and stack:
            opened = stack.pop()
            inside -= 1 if inside else 0
            if isinstance(opened, tuple):
                yield Function(opened[1], opened[0], text.count("\n", 0, at) + 1)
            if opened == "member":
                continue
        if not inside:
            start = at + 1


def name_of(head):
    match = re.search(r"([\w:~]+)\s*\(", OPERATOR.sub("operator", TEMPLATE.sub("", head)))
    return match.group(1) if match else "?"
