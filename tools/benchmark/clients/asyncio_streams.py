"""A client with asyncio's streams: python asyncio_streams.py PORT REQUESTS prints the seconds they took."""

import asyncio
import sys
import time

port, requests = int(sys.argv[1]), int(sys.argv[2])


async def ask(reader, writer, times):
    """Ask for the name that often; read each answer by its length."""
    for _ in range(times):
        writer.write(b"NAME")
        await writer.drain()
        answer = await reader.readexactly(int(await reader.readexactly(4)))
        if answer != b"server":
            sys.exit(f"a wrong answer: {answer!r}")


async def main():
    """Shake hands, ask, say EXIT."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"Hi")
    await reader.readexactly(48)
    await ask(reader, writer, requests // 10)  # to warm up: not timed
    started = time.perf_counter()
    await ask(reader, writer, requests)
    print(time.perf_counter() - started)
    writer.write(b"EXIT")
    if await reader.read(1):
        sys.exit("an answer to EXIT")
    writer.close()


asyncio.run(main())
