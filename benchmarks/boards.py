"""What open boards cost one process: python benchmarks/boards.py [BOARDS]. Needs the extras `fastapi` and `test`; Linux.

Starts the example of `examples/fastapi_desk` on SQLite in a process of its own, opens that many boards (connections to its
stream) from this one, and measures the server's processor time and memory while nothing happens, and while ten tickets come
in, each a second after the one before. It says how long after its commit a ticket is at the boards.
"""

import asyncio
import base64
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from supportflow import Desk, SqlStore

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
sys.path.insert(0, str(EXAMPLES))
PASSWORD = "of-the-benchmark"  # noqa: S105 - of a server that only this process reaches
IDLE_S = 10
TICKETS = 10
TICK = os.sysconf("SC_CLK_TCK")


def processor_s(pid: int) -> float:
    """Processor time of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_mib(pid: int) -> float:
    """Resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


async def request(port: int, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """An answer, from behind its head."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    token = base64.b64encode(f"sam:{PASSWORD}".encode()).decode()
    writer.write(f"GET {path} HTTP/1.1\r\nHost: desk\r\nAuthorization: Basic {token}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    return reader, writer


class Boards:
    """Open boards: how often a ticket of this run was seen, and how many bytes came."""

    def __init__(self) -> None:
        self.bytes = 0
        self.seen: dict[str, list[float]] = {}

    async def watch(self, reader: asyncio.StreamReader) -> None:
        """Read a stream until it ends."""
        while line := await reader.readline():
            self.bytes += len(line)
            if line.startswith(b"data: "):
                at = time.perf_counter()
                for name, times in self.seen.items():
                    if name.encode() in line:
                        times.append(at)


async def measure(port: int, pid: int, boards: int, desk: Desk) -> None:
    """Open the boards and print what they cost."""
    bare = memory_mib(pid)
    watched = Boards()
    place = await asyncio.to_thread(desk.feed_end)
    streams = [await request(port, f"/board/stream?after={place}") for _ in range(boards)]
    tasks = [asyncio.create_task(watched.watch(reader)) for reader, _ in streams]
    await asyncio.sleep(1)

    before = processor_s(pid)
    await asyncio.sleep(IDLE_S)
    idle = (processor_s(pid) - before) / IDLE_S

    delays: list[float] = []
    before, sent = processor_s(pid), watched.bytes
    for number in range(TICKETS):
        opened = await asyncio.to_thread(desk.open, subject=f"ticket {number}", requester="ana")
        committed = time.perf_counter()
        times = watched.seen[f'"{opened.ticket.id}": {{'] = []
        await asyncio.sleep(1)
        while len(times) < boards:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.05)
        delays.append(max(times) - committed)
        del watched.seen[f'"{opened.ticket.id}": {{']
    busy = (processor_s(pid) - before) / TICKETS - idle
    print(
        f"{boards:4} boards: {idle:6.1%} of a core while nothing happens, {1000 * busy:5.0f} ms for each ticket,"
        f" {memory_mib(pid) - bare:5.1f} MiB, {(watched.bytes - sent) / boards / TICKETS:5.0f} bytes to each board,"
        f" at the last one after {statistics.median(delays):.2f} s (slowest {max(delays):.2f} s)"
    )
    for task, (_, writer) in zip(tasks, streams, strict=True):
        task.cancel()
        writer.close()


def main(boards: int) -> None:
    """Measure one board, then many."""
    from fastapi_desk.app import POLICY  # noqa: PLC0415 - the folder of examples is no package

    for many in (1, boards):
        with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
            url = f"sqlite:///{folder}/desk.db?journal_mode=delete"
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
            free.close()
            with Desk(POLICY, store=SqlStore(url)) as desk:
                desk.open(subject="first", requester="ana")
                command = [
                    sys.executable, "-m", "uvicorn", "--app-dir", str(EXAMPLES), "--factory", "fastapi_desk.app:application",
                    "--port", str(port), "--log-level", "error", "--timeout-graceful-shutdown", "1",
                ]  # fmt: skip
                environment = {**os.environ, "DESK_URL": url, "DESK_PASSWORD": PASSWORD}
                server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
                try:
                    while server.poll() is None:
                        with socket.socket() as probe:
                            if probe.connect_ex(("127.0.0.1", port)) == 0:
                                break
                        time.sleep(0.1)
                    time.sleep(2)
                    asyncio.run(measure(port, server.pid, many, desk))
                finally:
                    server.terminate()
                    server.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
