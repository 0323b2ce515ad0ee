"""The results as Markdown: two tables, what they say about the targets, the machine, the command."""

import importlib.metadata
import platform
from statistics import median


def text(results, options, *, cores, pinned):
    """Return the whole report."""
    servers, clients = results.servers, results.clients
    lenproto, bare, streams = "lenproto", "bare Python loop", "asyncio streams"
    parts = [
        table("server", servers, bare),
        table("client", clients, "lenproto's client"),
        table("both ends alike", results.pairs, "bare Python loops"),
        sentence("lenproto against the bare Python loop", servers, lenproto, bare),
        sentence(
            "lenproto against the bare loop with a time limit too",
            servers,
            lenproto,
            f"{bare}, time limit",
        ),
        sentence("lenproto against asyncio streams", servers, lenproto, streams),
        sentence(
            "lenproto against asyncio streams with a time limit too",
            servers,
            lenproto,
            f"{streams}, time limit",
        ),
        sentence(
            "lenproto against asyncio streams, both ends alike", results.pairs, lenproto, streams
        ),
        sentence("what a tap on the server costs", servers, lenproto, f"{lenproto}, a tap on"),
        sentence(
            "what a tap on the client costs",
            clients,
            "lenproto's client",
            "lenproto's client, a tap on",
        ),
        *[f"- left out: {name}: {why}" for name, why in results.left_out.items()],
        "",
        f"One connection over loopback, {options.rounds} rounds of {options.requests} requests each: medians; "
        "ratios are taken round by round.",
        f"Load: {results.load}. {place(pinned)} {machine(cores)}",
        "",
        f"    python tools/benchmark --rounds {options.rounds} --requests {options.requests}"
        + (" --unpinned" if options.unpinned else ""),
    ]
    return "\n".join(parts)


def ratios(some, others):
    """Return some's speed in units of the others', round by round."""
    return [a / b for a, b in zip(some, others, strict=True)]


def table(kind, speeds, base):
    """Return the lines of a table: name → requests a second in each round, and as a ratio to base."""
    lines = [
        f"| {kind} | requests/s | × {base} | lowest – highest |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, numbers in speeds.items():
        ratio = ratios(numbers, speeds[base])
        spread = f"{min(ratio):.2f} – {max(ratio):.2f}" if name != base else ""
        lines.append(f"| {name} | {median(numbers):,.0f} | {median(ratio):.2f} | {spread} |")
    return "\n".join([*lines, ""])


def sentence(words, speeds, one, other):
    """Return how many times as fast as the other the one is, in a line."""
    return f"- {words}: × {median(ratios(speeds[one], speeds[other])):.2f}"


def place(pinned):
    """Return where client and server ran."""
    return (
        "Client and server share one core."
        if pinned
        else "Client and server run where the system puts them."
    )


def machine(cores):
    """Return what ran it: no name of the machine, nor of a person."""
    try:
        twisted = f", Twisted {importlib.metadata.version('twisted')}"
    except importlib.metadata.PackageNotFoundError:
        twisted = ""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{cores} cores, {platform.system()} {platform.release()} {platform.machine()}, {python}{twisted}."
