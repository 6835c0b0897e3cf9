#!/usr/bin/env python3
"""Makes the Debian package and the tarball, and looks into them."""

import tempfile
from pathlib import Path

from shell import arguments, check, run

PARTS = ["bin/seg", "include/segue/c.h", "lib/libsegue_runtime.a", "lib/libsegue.so.0",
         "lib/cmake/segue/segue-config.cmake", "lib/pkgconfig/segue.pc"]


def main():
    options = arguments(__doc__)
    with tempfile.TemporaryDirectory(prefix="segue-package-") as folder:
        work = Path(folder)
        run("cpack", "--config", options.build / "CPackConfig.cmake", "-B", work,
            cwd=options.build)
        (deb,) = work.glob("*.deb")
        (tarball,) = work.glob("*.tar.gz")
        about = run("dpkg-deb", "--info", deb)
        check("Package: segue" in about and "libantlr4-runtime" in about, "what it depends on")
        run("dpkg-deb", "--extract", deb, work / "deb")
        run("tar", "-xzf", tarball, "-C", work)
        (unpacked,) = (path.parent.parent for path in work.glob("segue-*/bin/seg"))
        for root in (work / "deb" / "usr", unpacked):
            for part in PARTS:
                check((root / part).exists(), f"{part} in {root.name}")
            check(run(root / "bin" / "seg", "--version").startswith("seg "), "the command runs")
    print("package and tarball are whole")


if __name__ == "__main__":
    main()
