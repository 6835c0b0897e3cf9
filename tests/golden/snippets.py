#!/usr/bin/env python3
"""Runs what the documentation shows: README.md, docs/, examples/*/README.md.

    tests/golden/snippets.py --seg build/release/seg [--update] [FILE.md...]

Fenced blocks are told apart by their first line:

    ```seg            a whole file that `seg check` accepts
    ```seg shop.seg   the same, and later commands of the page find it under that name
    ```seg fail       a whole file that `seg check` refuses
    ```seg part       a fragment; not run
    ```jsonl e.jsonl  any language and a file name with a dot: a file for later commands
    ```console        `$ command` lines, each followed by its full output; a line `...` stands for
                      any lines

Other blocks are not run. A page starts in an empty folder where `examples` is that of the tree, the
page of an example in a copy of its folder. `--update` rewrites the output of commands that show no
`...`.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from run import ROOT, TIMEOUT_S, environment

FENCE = "```"


class Page:
    """One Markdown file, run block by block in a folder of its own."""

    def __init__(self, path, seg, update):
        self.path, self.seg, self.update = path, seg, update
        self.lines = path.read_text(encoding="utf-8").splitlines()
        self.output, self.problems, self.blocks = [], [], 0

    def run(self):
        with tempfile.TemporaryDirectory(prefix="snippets-") as folder:
            self.folder = Path(folder) / "page"
            if (ROOT / "examples") in self.path.parents:
                shutil.copytree(self.path.parent, self.folder)
            else:
                self.folder.mkdir()
                (self.folder / "examples").symlink_to(ROOT / "examples")
            self.here = self.folder
            at = 0
            while at < len(self.lines):
                at = self.block(at) if self.lines[at].startswith(FENCE) else self.keep(at)
        if self.update and self.output != self.lines:
            self.path.write_text("\n".join(self.output) + "\n", encoding="utf-8")
            print(f"updated {self.path.relative_to(ROOT)}")

    def keep(self, at):
        self.output.append(self.lines[at])
        return at + 1

    def block(self, at):
        """Runs the block whose fence stands at line `at`; the line behind it."""
        words = self.lines[at].strip("`").split()
        end = at + 1
        while end < len(self.lines) and not self.lines[end].startswith(FENCE):
            end += 1
        body = self.lines[at + 1:end]
        if words[:1] == ["console"]:
            body = self.session(at + 1, body)
        elif words:
            self.file(at + 1, words, "\n".join(body) + "\n")
        self.output += [self.lines[at], *body, *self.lines[end:end + 1]]
        return end + 1

    def fail(self, line, text):
        self.problems.append(f"{self.path.relative_to(ROOT)}:{line}: {text}")

    def file(self, line, words, text):
        language, mark = words[0], words[1] if len(words) > 1 else ""
        name = mark if "." in mark else "snippet.seg"
        if "." in mark or (language == "seg" and mark != "part"):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")
        if language != "seg" or mark == "part":
            return
        self.blocks += 1
        code, said = self.command(f"seg check {name}", self.folder)
        if code != (1 if mark == "fail" else 0):
            self.fail(line, f"seg check exits with {code}\n{said}")

    def session(self, line, body):
        """The block's lines with what the commands really print."""
        self.blocks += 1
        result, starts = [], [i for i, text in enumerate(body) if text.startswith("$ ")]
        for start, end in zip(starts, starts[1:] + [len(body)]):
            shown = body[start + 1:end]
            code, said = self.command(body[start][2:], self.here)
            same = matches(shown, said.splitlines())
            if code < 0 or code == 3 or code > 125:
                self.fail(line + start + 1, f"exit code {code}: {body[start]}\n{said}")
            elif not same and not (self.update and "..." not in shown):
                self.fail(line + start + 1, f"`{body[start]}` prints\n{said}")
            result += [body[start], *(shown if same or "..." in shown else said.splitlines())]
        return body[:starts[0]] + result if starts else body

    def command(self, command, folder):
        """(exit code, output); a `cd` holds for the rest of the page."""
        place = self.folder.parent / "place"
        script = f"{command}\ncode=$?; pwd >'{place}'; exit $code"
        done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment(self.seg),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=TIMEOUT_S, check=False)
        if place.is_file():
            self.here = Path(place.read_text(encoding="utf-8").strip())
        return done.returncode, done.stdout.decode("utf-8", "replace")


def matches(shown, said):
    """Is `said` what was `shown`, where `...` stands for any lines?"""
    if "..." not in shown:
        return [text.rstrip() for text in shown] == [text.rstrip() for text in said]
    at = shown.index("...")
    if not matches(shown[:at], said[:at]):
        return False
    rest = shown[at + 1:]
    return any(matches(rest, said[i:]) for i in range(at, len(said) + 1))


def pages():
    found = [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/README.md")]
    return sorted(path for path in found if path.is_file())


def main():
    parser = argparse.ArgumentParser(description="Run the snippets of the documentation.")
    parser.add_argument("--seg", type=Path, default=ROOT / "build/release/seg")
    parser.add_argument("--update", action="store_true", help="rewrite the output of commands")
    parser.add_argument("pages", nargs="*", type=Path)
    args = parser.parse_args()
    seg = args.seg.resolve()
    if not seg.is_file():
        parser.error(f"there is no {args.seg}; build first")
    todo = [Page(path.resolve(), seg, args.update) for path in args.pages or pages()]
    with ThreadPoolExecutor() as pool:
        list(pool.map(Page.run, todo))
    problems = [problem for page in todo for problem in page.problems]
    print("\n".join(problems))
    print(f"{sum(page.blocks for page in todo)} blocks of {len(todo)} pages, "
          f"{len(problems)} failures")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
