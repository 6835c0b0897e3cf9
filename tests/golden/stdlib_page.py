#!/usr/bin/env python3
"""Writes docs/stdlib.md from stdlib/*.seg, or tells that it is stale.

    tests/golden/stdlib_page.py [--update]

Reads the canonical layout (`seg fmt`): a blank line stands between two declarations and nowhere
inside one. Values of parameters are shown where a score or a range is read.
"""

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs/stdlib.md"
ORDER = ("web", "product", "email", "commerce", "support", "feedback", "scoring", "lifecycle")

HEAD = """\
# The standard library

`use std.web` brings the names of one library into a file; a library may use others. The files are
in [stdlib/](../stdlib), with tests that name exact instants in `stdlib/tests`. This page is made
from them by `make golden`.

Events and properties are those of Segment's tracking specification, so that a stream of it works
unchanged. Where the specification has no name, the event is ours in its manner: each table says
which. Every property may be missing. No library declares a trait that comes off the wire: yours
never clash. Of a library only what is read becomes part of a program: a segment of it is evaluated
and told once one of yours says `in high_intent`.

Parameters are what a team tunes without touching a rule: `--param intent_views=5` on the command
line, `with $intent_views = 5` in a test. Calendar days and hours are those of `--zone`, UTC without
it.
"""


@dataclass
class Declaration:
    """One declaration: what it is, its name, its text without the documentation, its doc."""
    kind: str
    name: str
    text: str
    doc: str


@dataclass
class Library:
    name: str
    about: str = ""
    uses: list = field(default_factory=list)
    declarations: list = field(default_factory=list)

    def of(self, kind):
        return [one for one in self.declarations if one.kind == kind]


def read(name):
    library = Library(name)
    text = (ROOT / "stdlib" / f"{name}.seg").read_text(encoding="utf-8")
    for number, block in enumerate(text.strip().split("\n\n")):
        lines = block.split("\n")
        comments = [line[1:].strip() for line in lines if re.match(r"#(?!#)", line)]
        if number == 0:
            library.about = " ".join(comments)
        doc = " ".join(line[2:].strip() for line in lines if line.startswith("##"))
        code = [line for line in lines if not line.startswith("#")]
        if not code:
            continue
        if code[0].startswith("use "):
            library.uses = [line.split()[1] for line in code]
            continue
        kind, word = re.match(r"(\w+) (\w+)", code[0]).groups()
        library.declarations.append(Declaration(kind, word, "\n".join(code), doc))
    return library


def one_line(text):
    text = re.sub(r"\s+", " ", text.strip())
    return re.sub(r"([({\[]) | ([)}\]])", r"\1\2", text)


def cell(text):
    return text.replace("|", "\\|")


def code(text):
    return f"`{cell(text)}`"


def table(heads, rows):
    if not rows:
        return []
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    return lines + [f"| {' | '.join(row)} |" for row in rows] + [""]


def events(library):
    rows = []
    for one in library.of("event"):
        source, doc = re.match(r"((?:Specification|Ours)[^.]*)\. (.*)", one.doc).groups()
        head, _, body = one.text.partition("{")
        wires = ", ".join(re.findall(r'"[^"]*"', head))
        properties = [code(name) for name in re.findall(r"^  (\w+)", body, re.MULTILINE)]
        rows.append([code(one.name), wires, source[0].lower() + source[1:], cell(doc),
                     ", ".join(properties)])
    return table(("event", "on the wire", "from", "what happened", "properties"), rows)


def signals(library):
    rows = []
    for kind in ("signal", "funnel", "trait"):
        for one in library.of(kind):
            head, rule = one.text.split(" = ", 1)
            rows.append([code(head.removeprefix("signal ")), cell(one.doc), code(one_line(rule))])
    return table(("signal, funnel, trait", "what it is", "rule"), rows)


def params(library):
    rows = []
    for one in library.of("param"):
        value = one.text.split(" = ", 1)[1]
        value, _, limits = value.partition(" in ")
        rows.append([code(f"${one.name}"), cell(one.doc), code(value),
                     code(limits) if limits else "any"])
    return table(("parameter", "what it is", "value", "range"), rows)


def values_of(libraries):
    return {one.name: one.text.split(" = ", 1)[1].partition(" in ")[0]
            for library in libraries for one in library.of("param")}


def title(one):
    found = re.match(r'\w+ \w+ "([^"]*)"', one.text)
    return found.group(1) if found else one.name


def scores(library, values):
    lines = []
    for one in library.of("score"):
        lines += [f"### {title(one)}: `{one.name}`", "", one.doc, ""]
        body = [line.strip() for line in one.text.split("\n")[1:-1]]
        with_values = [re.sub(r"\$(\w+)", lambda name: values[name.group(1)], line)
                       for line in body]
        terms = [line for line in with_values if line[0] in "+-"]
        header = [line for line in with_values if not re.match(r"[+-]|band ", line)]
        bands = [line[5:] for line in with_values if line.startswith("band ")]
        lines += [f"- header: {', '.join(code(line) for line in header)}",
                  f"- terms: {', '.join(code(line) for line in terms)}",
                  f"- bands, from the top: {', '.join(code(line) for line in bands)}", ""]
    return lines


def segments(library):
    lines = []
    for one in library.of("segment"):
        stage = re.search(r"^  stage (\w+)", one.text, re.MULTILINE).group(1)
        goal = re.search(r'^  goal "([^"]*)"', one.text, re.MULTILINE).group(1)
        rule = one.text[one.text.index("  when "):].rstrip("}\n")
        rule = "\n".join(line[2:] for line in rule.split("\n"))
        lines += [f"### {title(one)}: `{one.name}`", "", one.doc, "",
                  f"Stage {stage}; goal: {goal}.", "", "```seg part", rule, "```", ""]
    return lines


def page():
    libraries = [read(name) for name in ORDER]
    values = values_of(libraries)
    lines = [HEAD]
    for library in libraries:
        counts = [(len(library.of(kind)), kind) for kind in ("event", "signal", "score", "segment")]
        lines.append(f"- [std.{library.name}](#std{library.name}): "
                     + ", ".join(f"{n} {kind}{'' if n == 1 else 's'}" for n, kind in counts if n))
    lines.append("")
    for library in libraries:
        lines += [f"## std.{library.name}", "", library.about, ""]
        if library.uses:
            lines += ["Uses " + ", ".join(code(use) for use in library.uses) + ".", ""]
        for part in (events(library), signals(library), params(library),
                     scores(library, values), segments(library)):
            lines += part
    return "\n".join(lines).rstrip("\n") + "\n"


def main():
    parser = argparse.ArgumentParser(description="The page of the standard library.")
    parser.add_argument("--update", action="store_true", help="rewrite docs/stdlib.md")
    args = parser.parse_args()
    known = {path.stem for path in (ROOT / "stdlib").glob("*.seg")}
    if known != set(ORDER):
        sys.exit(f"stdlib/ holds {sorted(known)}, the page tells of {sorted(ORDER)}")
    new = page()
    old = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    if new == old:
        print("docs/stdlib.md is what stdlib/ says")
        return 0
    if args.update:
        PAGE.write_text(new, encoding="utf-8")
        print("updated docs/stdlib.md")
        return 0
    print("docs/stdlib.md is not what stdlib/ says: `make golden` rewrites it")
    return 1


if __name__ == "__main__":
    sys.exit(main())
