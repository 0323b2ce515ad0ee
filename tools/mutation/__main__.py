"""Are the tests sharp? python tools/mutation [MODULE ...] [--processes 2]

Spoils the core in one place at a time, on copies of this checkout, and runs the core's tests: a mutant they let
through survived. At the end each survivor is shown as a diff, unless survivors.toml explains why no test sees it.
The exit code is 1 where one is unexplained. A mutant whose tests take several times as long as those of the
unspoilt core is stopped: it timed out, and counts as killed. Ctrl-C ends it all.

Cosmic Ray makes the mutants, and operators.py three kinds more. A test that kills one must fail twice: on a busy
computer once is no proof. With its packages:
.uv/bin/uv run --extra lab --group test --group mutation python tools/mutation
"""

import argparse
import ast
import collections
import concurrent.futures
import contextlib
import difflib
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import tomllib
import warnings
from dataclasses import dataclass
from pathlib import Path

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from operators import EmptyText, LeaveOutKeyword, LeaveOutStatement

ROOT = Path(__file__).parent.parent.parent
FIRST = {  # module: the files tests/*/test_….py that should notice, the quick one first
    "wire": ["wire"], "answers": ["answers"], "errors": ["errors"], "client": ["client"],
    "server": ["other_computers", "server"], "__main__": ["commands", "options", "command_line"],
    "commands/parser": ["commands", "options", "command_line"], "commands/talk": ["options", "command_line"],
    "commands/streams": ["command_line"], "commands/client": ["options", "command_line"],
    "commands/server": ["options", "command_line"],
}  # fmt: skip
ALL = [
    "wire",
    "answers",
    "errors",
    "core",
    "said",
    "commands",
    "options",
    "other_computers",
    "client",
    "command_line",
    "server",
    "any_bytes",
    "shocks",
]
# names of variables, one by one
NEEDS_ARGUMENTS = {"core/VariableReplacer", "core/VariableInserter"}
# its limit is for a computer that does nothing else
UNFIT = "tests/core/test_core.py::test_import_is_quick"


@dataclass
class Mutant:
    """One spoilt version of a module."""

    module: str
    source: str
    spoilt: str

    def __post_init__(self):
        lines = self.source.splitlines(), self.spoilt.splitlines()
        changes = [
            step
            for step in difflib.SequenceMatcher(None, *lines, autojunk=False).get_opcodes()
            if step[0] != "equal"
        ]
        (_, start, _, new_start, _), (_, _, end, _, new_end) = changes[0], changes[-1]
        self.line = start + 1
        self.was, self.becomes = (
            " ".join(map(str.strip, part))
            for part in (lines[0][start:end], lines[1][new_start:new_end])
        )

    @property
    def where(self):
        """The module, and the innermost function or class around the change."""
        around = [
            node
            for node in ast.walk(ast.parse(self.source))
            if isinstance(node, (ast.FunctionDef, ast.ClassDef))
            and node.lineno <= self.line <= node.end_lineno
        ]
        return ".".join(
            [self.module, *(node.name for node in sorted(around, key=lambda node: node.lineno))]
        )

    @property
    def key(self):
        return self.where, self.was, self.becomes

    def __str__(self):
        return f"{self.where}, line {self.line}\n  - {self.was}\n  + {self.becomes}"


def mutants_of(module):
    """Return all mutants of a module that are still Python, each once."""
    source = (ROOT / "lenproto" / f"{module}.py").read_text(encoding="utf-8")
    names = sorted(set(cosmic_ray.plugins.operator_names()) - NEEDS_ARGUMENTS)
    kinds = [cosmic_ray.plugins.get_operator(name) for name in names] + [
        EmptyText,
        LeaveOutKeyword,
        LeaveOutStatement,
    ]
    spoilt = {}
    for operator in (kind() for kind in kinds):
        places = sum(
            len(list(operator.mutation_positions(node))) for node in ast_nodes(get_ast(source))
        )
        for number in range(places):
            code = mutate_code(source, operator, number)
            with contextlib.suppress(SyntaxError), warnings.catch_warnings(action="ignore"):
                # of "is" with a literal
                if ast.dump(ast.parse(code)) != ast.dump(ast.parse(source)):
                    compile(code, module, "exec")
                    spoilt[code] = Mutant(module, source, code)
    return sorted(spoilt.values(), key=lambda mutant: mutant.line)


class Copy:
    """A copy of the checkout in which one mutant at a time is tested."""

    def __init__(self, folder):
        self.folder, self.process, self.closed, self.count = Path(folder), None, False, 0
        for name in ("lenproto", "tests"):
            shutil.copytree(
                ROOT / name, self.folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / name, self.folder)

    def write(self, module, source):
        """Lay a module, with a time of change no earlier one had: Python would take the old one from its cache."""
        path = self.folder / "lenproto" / f"{module}.py"
        path.write_text(source, encoding="utf-8", newline="\n")
        self.count += 1
        os.utime(path, (1e9 + self.count, 1e9 + self.count))

    def run(self, tests, limit_s):
        """Run these tests up to the first failure; return "survived", "killed" or "timed out", and what pytest said."""
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "-o",
            "addopts=",
            "-p",
            "no:cacheprovider",
            "-p",
            "pytest_timeout",
            "--deselect",
            UNFIT,
            *tests,
        ]
        variables = os.environ | {
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": str(self.folder),
        }
        self.process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            said, _ = self.process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            self.end()
            return "timed out", self.process.communicate()[0]
        finally:
            self.end()
        return "killed" if self.process.returncode else "survived", said

    def end(self):
        """End the tests, with all programs they started."""
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()

    def judge(self, mutant, limit_s):
        """Return what became of a mutant, and the test that noticed."""
        self.write(mutant.module, mutant.spoilt)
        try:
            first = FIRST[mutant.module]
            for names in (first, [name for name in ALL if name not in first]):
                for last_try in (False, True):
                    outcome, said = self.run(files(names), limit_s(names))
                    noticed = next(
                        (
                            line[7:].split(" - ")[0]
                            for line in said.splitlines()
                            if line.startswith("FAILED ")
                        ),
                        "",
                    )
                    if outcome == "survived":
                        break
                    if (
                        outcome == "timed out"
                        or self.closed
                        or self.fails_again(noticed, limit_s(names))
                        or (last_try and not noticed)
                    ):
                        return outcome, noticed
            return "survived", ""
        finally:
            self.write(mutant.module, mutant.source)

    def fails_again(self, test, limit_s):
        """Return whether this test fails by itself, too. Any other end of pytest says nothing."""
        return (
            bool(test)
            and self.run([test], limit_s)[0] != "survived"
            and self.process.returncode in (1, 2, -9)
        )


def files(names):
    """Return the files of tests of these names."""
    return [
        path.relative_to(ROOT).as_posix()
        for name in names
        for path in ROOT.glob(f"tests/*/test_{name}.py")
    ]


@contextlib.contextmanager
def copies(number):
    """Make copies of the checkout, and remove them at the end."""
    with contextlib.ExitStack() as stack:
        folders = [
            tempfile.TemporaryDirectory(prefix="mutants", ignore_cleanup_errors=True)
            for _ in range(number)
        ]
        yield [Copy(stack.enter_context(folder)) for folder in folders]


def times_of_the_unspoilt(copy):
    """Return how long each file of tests takes where nothing is spoilt. All must pass."""
    times = {}
    for name in ALL:
        began = time.monotonic()
        outcome, said = copy.run(files([name]), 600)
        times[name] = time.monotonic() - began
        if outcome != "survived":
            sys.exit(f"{said}\nThe tests fail before anything is spoilt: {files([name])[0]}.")
    return times


def judge_all(mutants, processes):
    """Return the outcome of each mutant, and the test that noticed, in their order."""
    with copies(processes) as made, concurrent.futures.ThreadPoolExecutor(processes) as pool:
        times = times_of_the_unspoilt(made[0])
        print(
            "Unspoilt: " + ", ".join(f"{name} {took:.0f} s" for name, took in times.items()),
            file=sys.stderr,
        )
        free, began, counted = queue.SimpleQueue(), time.monotonic(), collections.Counter()
        for copy in made:
            free.put(copy)

        def judge(mutant):
            copy = free.get()
            try:
                return copy.judge(mutant, lambda names: 10 + 4 * sum(times[name] for name in names))
            finally:
                free.put(copy)

        futures = [pool.submit(judge, mutant) for mutant in mutants]
        try:
            for number, future in enumerate(concurrent.futures.as_completed(futures), 1):
                counted[future.result()[0]] += 1
                if future.result()[0] == "survived":
                    print(f"survived: {mutants[futures.index(future)]}", file=sys.stderr)
                if number % 20 == 0 or number == len(mutants):
                    said = ", ".join(
                        f"{count} {outcome}" for outcome, count in sorted(counted.items())
                    )
                    print(
                        f"{number} of {len(mutants)} mutants, {time.monotonic() - began:.0f} s: {said}",
                        file=sys.stderr,
                    )
        except BaseException:  # Ctrl-C: the pool would go on to the end
            pool.shutdown(wait=False, cancel_futures=True)
            for copy in made:
                copy.closed = True
                copy.end()
            raise
        return [future.result() for future in futures]


def explanations():
    """Return why each explained mutant survives, by its key."""
    told = tomllib.loads(Path(__file__).with_name("survivors.toml").read_text(encoding="utf-8"))[
        "explained"
    ]
    return {
        (each["where"], each["was"], becomes): each["why"]
        for each in told
        for becomes in each["becomes"]
    }


def report(modules, mutants, outcomes, took_s):
    """Print a table, the explanations and the survivors; return the exit code."""
    why, counted, unexplained = explanations(), collections.Counter(), []
    for mutant, (outcome, noticed) in zip(mutants, outcomes, strict=True):
        if outcome == "survived" and mutant.key in why:
            outcome = "explained"
        elif mutant.key in why:
            print(f"Explained, and yet {outcome}, by {noticed or 'no one test'}: {mutant}")
        elif outcome == "survived":
            unexplained.append(mutant)
        counted[mutant.module, outcome] += 1
    for about in dict.fromkeys(why[mutant.key] for mutant in mutants if mutant.key in why):
        print(textwrap.fill(about, 110))
        print(
            *(
                "  " + str(mutant).replace("\n", "\n  ")
                for mutant in mutants
                if why.get(mutant.key) == about
            ),
            "",
            sep="\n",
        )
    kinds = ["killed", "timed out", "explained", "survived"]
    print(f"| module | mutants | {' | '.join(kinds)} |\n| --- |{' ---: |' * (1 + len(kinds))}")
    for module in [*modules, "all"]:
        numbers = [
            sum(counted[each, kind] for each in (modules if module == "all" else [module]))
            for kind in kinds
        ]
        print(f"| {module} | {sum(numbers)} | {' | '.join(map(str, numbers))} |")
    print(f"\n{took_s / 60:.0f} minutes.")
    gone = [
        key
        for key in why
        if key[0].partition(".")[0] in modules and key not in {mutant.key for mutant in mutants}
    ]
    for where, was, becomes in gone:
        print(
            f"survivors.toml explains a mutant that there is no more, in {where}:\n  - {was}\n  + {becomes}"
        )
    for mutant in unexplained:
        print(f"SURVIVED: {mutant}")
    return 1 if unexplained or gone else 0


def main():
    """Judge the mutants of some modules; return the exit code."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument(
        "modules", nargs="*", metavar="MODULE", help=f"of {', '.join(FIRST)} (default: all)"
    )
    options.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, help="default: %(default)s"
    )
    arguments = options.parse_args()
    modules = arguments.modules or list(FIRST)
    if unknown := set(modules) - set(FIRST):
        options.error(f"no module of the core: {', '.join(sorted(unknown))}")
    began = time.monotonic()
    mutants = [mutant for module in modules for mutant in mutants_of(module)]
    outcomes = judge_all(mutants, arguments.processes)
    return report(modules, mutants, outcomes, time.monotonic() - began)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("stopped")
