"""The protocol with asyncio's streams; with the argument "limit", under lenproto's time limit.

Prints its port, serves one client, ends.
"""

import asyncio
import sys

from shared import ANSWERS, CLIENT_TIMEOUT_S, EXIT, GREETING


async def serve(reader, writer):
    """Answer one client until EXIT."""
    while True:
        request = (await reader.readexactly(4)).decode("ascii")
        if request == EXIT:
            break
        body = ANSWERS[request]().encode("utf-8")
        writer.write(b"%04d" % len(body) + body)
        await writer.drain()


async def serve_with_limit(reader, writer):
    """The same under a time limit: one for a request and its answer together, which costs least."""
    while True:
        async with asyncio.timeout(CLIENT_TIMEOUT_S):
            request = (await reader.readexactly(4)).decode("ascii")
            if request == EXIT:
                break
            body = ANSWERS[request]().encode("utf-8")
            writer.write(b"%04d" % len(body) + body)
            await writer.drain()


async def main():
    """Print the port, serve one client."""
    ended = asyncio.Event()

    async def converse(reader, writer):
        try:
            await reader.readexactly(2)
            writer.write(GREETING)
            await (serve_with_limit if "limit" in sys.argv else serve)(reader, writer)
        finally:
            writer.close()
            ended.set()

    async with await asyncio.start_server(converse, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await ended.wait()


asyncio.run(main())
