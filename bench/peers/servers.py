"""Peers that are servers: each is started for one answer, in a folder of its own, and ended."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def as_servant(command):
    """PostgreSQL refuses to run as root; Debian's package made a user for it."""
    return (["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []) + command


@contextmanager
def postgres(threads):
    """The arguments of `psql` for a server that keeps nothing beyond this."""
    with tempfile.TemporaryDirectory(prefix="segue-postgres-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        base = f"{folder}/base"
        subprocess.run(as_servant([str(POSTGRES[-1] / "initdb"), "-D", base, "--locale=C",
                                   "--encoding=UTF8", "--auth=trust", "--username=postgres"]),
                       check=True, capture_output=True, cwd=folder)
        settings = {"listen_addresses": "", "unix_socket_directories": folder, "fsync": "off",
                    "shared_buffers": "2GB", "work_mem": "1GB", "max_wal_size": "8GB",
                    "max_parallel_workers_per_gather": str(threads), "jit": "off",
                    "logging_collector": "off"}
        flags = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open(f"{folder}/log", "wb") as log:
            server = subprocess.Popen(as_servant([str(POSTGRES[-1] / "postgres"), "-D", base]
                                                 + flags),
                                      stdout=log, stderr=log, cwd=folder)
            psql = ["psql", "-h", folder, "-U", "postgres", "-X", "-q", "-A", "-t",
                    "-v", "ON_ERROR_STOP=1"]
            try:
                await_answer(lambda: subprocess.run(psql + ["-c", "select 1"],
                                                    capture_output=True).returncode == 0)
                yield psql
            finally:
                server.terminate()
                server.wait()


def await_answer(answers):
    for _ in range(600):
        if answers():
            return
        time.sleep(0.05)
    raise RuntimeError("a server did not start within 30 s")


class Redis:
    """As much of the protocol as scripts need."""

    def __init__(self, path):
        self.line = socket.socket(socket.AF_UNIX)
        self.line.connect(path)
        self.file = self.line.makefile("rb", buffering=1 << 20)

    def send(self, *words):
        head = b"*%d\r\n" % len(words)
        self.line.sendall(head + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))

    def receive(self):
        kind, rest = (line := self.file.readline())[:1], line[1:-2]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self.receive() for _ in range(int(rest))]
        return rest

    def ask(self, *words):
        self.send(*words)
        return self.receive()

    def load(self, name):
        return self.ask(b"SCRIPT", b"LOAD", (HERE / name).read_bytes())


@contextmanager
def redis():
    """A connection to a server that keeps nothing on disk."""
    with tempfile.TemporaryDirectory(prefix="segue-redis-") as folder:
        path = f"{folder}/socket"
        server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", path, "--save",
                                   "", "--appendonly", "no", "--dir", folder],
                                  stdout=subprocess.DEVNULL)
        try:
            await_answer(lambda: Path(path).exists())
            yield Redis(path)
        finally:
            server.kill()
            server.wait()
