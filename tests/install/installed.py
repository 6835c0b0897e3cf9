#!/usr/bin/env python3
"""Installs into a temporary prefix and uses what is there, outside of the tree."""

import re
import shutil
import tempfile
from pathlib import Path

from shell import ROOT, arguments, check, run

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
EXAMPLES = ["05-embed-cpp", "06-embed-c", "07-embed-own-state"]


def headers_alone(options, prefix):
    """Each names all it needs, includes nothing of anybody else, and is strict C++20 or C11."""
    include = prefix / "include"
    headers = sorted((include / "segue").glob("*.h"))
    check(len(headers) > 15, "the headers are installed")
    for header in headers:
        run(options.cxx, "-std=c++20", *STRICT, "-I", include, "-fsyntax-only", "-x", "c++",
            "-include", header, "/dev/null")
    for name in ("c.h", "built.h"):
        run(options.cc, "-std=c11", *STRICT, "-I", include, "-fsyntax-only", "-x", "c",
            "-include", include / "segue" / name, "/dev/null")
    shown = run(options.cxx, "-std=c++20", "-I", include, "-M", "-x", "c++",
                *[flag for header in headers for flag in ("-include", header)], "/dev/null")
    for foreign in ("llvm", "antlr", "fmt/", "simdjson", "re2", "xxhash", "tsl/", "zstd",
                    "rocksdb"):
        check(foreign not in shown.lower(), f"no public header includes {foreign}")


def build_example(options, prefix, work, name):
    source, build = work / name, work / f"{name}-build"
    shutil.copytree(ROOT / "examples" / name, source)
    run("cmake", "-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
        f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_CXX_COMPILER={options.cxx}",
        f"-DCMAKE_C_COMPILER={options.cc}", "-DCMAKE_CXX_FLAGS=" + " ".join(STRICT[:2]),
        "-DCMAKE_C_FLAGS=" + " ".join(STRICT))
    run("cmake", "--build", build, "-j", "2")
    return source, build


def expect(source, printed):
    expected = (source / "expected.txt").read_text()
    check(printed == expected, f"{source.name} prints\n{expected}but\n{printed}")


def run_examples(options, prefix, work):
    for name, program in zip(EXAMPLES[:2], ("embed_cpp", "embed_c")):
        source, build = build_example(options, prefix, work, name)
        expect(source, run(build / program, source / "rules.seg", source / "events.jsonl"))
    source, build = build_example(options, prefix, work, EXAMPLES[2])
    expect(source, run(source / "run", build / "own_state"))
    symbols = run("nm", "-C", build / "own_state").lower()
    check("segue::apply" in symbols, "07 is not stripped, so that its symbols can be looked at")
    check("llvm" not in symbols and "antlr" not in symbols, "07 has no symbol of LLVM or ANTLR")
    needed = run("ldd", build / "own_state").lower()
    check("llvm" not in needed and "antlr" not in needed, "07 needs neither at run time")


def by_pkg_config(options, prefix, work):
    env = {"PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig")}
    source = work / "06-embed-c"
    flags = run("pkg-config", "--cflags", "--libs", "segue", env=env).split()
    run(options.cc, "-std=c11", source / "main.c", *flags, "-o", work / "by_flags")
    printed = run(work / "by_flags", source / "rules.seg", source / "events.jsonl",
                  env={"LD_LIBRARY_PATH": str(prefix / "lib")})
    expect(source, printed)
    run("pkg-config", "--exists", "segue-runtime >= 0.1", env=env)


def documented(options, prefix, work):
    """Every program that docs/embedding.md shows compiles strictly, links and runs."""
    text = (ROOT / "docs" / "embedding.md").read_text()
    shown = re.findall(r"^```(cpp|c)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    check(len(shown) >= 3, "docs/embedding.md shows a program a level")
    library = ["-I", prefix / "include", "-L", prefix / "lib", "-lsegue"]
    (work / "rules.seg").write_text((ROOT / "examples/05-embed-cpp/rules.seg").read_text())
    for number, (language, code) in enumerate(shown):
        source = work / f"shown{number}.{'cc' if language == 'cpp' else 'c'}"
        source.write_text(code)
        compiler = (options.cxx, "-std=c++20") if language == "cpp" else (options.cc, "-std=c11")
        flags = STRICT + (["-Wno-missing-field-initializers"] if language == "cpp" else [])
        run(*compiler, *flags, source, *library, "-o", work / f"shown{number}")
        run(work / f"shown{number}", cwd=work, env={"LD_LIBRARY_PATH": str(prefix / "lib")})


def wrong_version(options, prefix, work):
    """A package of another version is not taken."""
    folder = work / "other"
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(other LANGUAGES CXX)\n"
        "find_package(segue 9.0 QUIET COMPONENTS runtime)\n"
        "if(segue_FOUND)\n  message(FATAL_ERROR \"found\")\nendif()\n"
        "find_package(segue 0.1 QUIET COMPONENTS no_such)\n"
        "if(segue_FOUND)\n  message(FATAL_ERROR \"found a component\")\nendif()\n")
    run("cmake", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_COMPILER={options.cxx}")


def main():
    options = arguments(__doc__)
    with tempfile.TemporaryDirectory(prefix="segue-install-") as folder:
        work = Path(folder)
        prefix = work / "prefix"
        run("cmake", "--install", options.build, "--prefix", prefix, "--strip")
        check(run(prefix / "bin" / "seg", "--version").startswith("seg 0."), "the command runs")
        headers_alone(options, prefix)
        run_examples(options, prefix, work)
        by_pkg_config(options, prefix, work)
        documented(options, prefix, work)
        wrong_version(options, prefix, work)
    print("headers, three examples, pkg-config, the documentation and versions: all as installed")


if __name__ == "__main__":
    main()
