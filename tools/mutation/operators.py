"""Three ways to spoil a program that Cosmic Ray has not: leave out a call, leave out a keyword, empty a text."""

from cosmic_ray.operators.operator import Example, Operator
from parso.python.tree import Keyword, String


class LeaveOutStatement(Operator):
    """A call, return or raise that stands alone becomes pass."""

    def mutation_positions(self, node):
        if node.type == "simple_stmt" and node.children[0].type in (
            "atom_expr",
            "raise_stmt",
            "return_stmt",
        ):
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        left_out = node.children[0]
        node.children[0] = Keyword("pass", left_out.start_pos, left_out.get_first_leaf().prefix)
        return node

    @classmethod
    def examples(cls):
        return Example("f()\n", "pass\n"), Example("raise OSError\n", "pass\n")


class LeaveOutKeyword(Operator):
    """A keyword argument of a call is not given."""

    def keywords(self, node):
        """Return the places of keyword arguments among a node's children."""
        if node.type not in ("arglist", "trailer"):
            return []
        return [
            at
            for at, child in enumerate(node.children)
            if child.type == "argument" and child.children[1] == "="
        ]

    def mutation_positions(self, node):
        return [
            (node.children[at].start_pos, node.children[at].end_pos) for at in self.keywords(node)
        ]

    def mutate(self, node, index):
        at = self.keywords(node)[index]
        del node.children[at - (node.children[at - 1] == ",") : at + 1]
        return node

    @classmethod
    def examples(cls):
        return Example("f(a, b=c)", "f(a)"), Example("f(b=c)", "f()")


class EmptyText(Operator):
    """A text that is no docstring is empty; one that was empty is not."""

    def mutation_positions(self, node):
        if node.type in ("string", "fstring") and node.parent.type != "simple_stmt":
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        code = node.get_code(include_prefix=False)
        empty = 'b""' if code.startswith("b") else '""'
        return String(
            '"mutant"' if code == '""' else empty, node.start_pos, node.get_first_leaf().prefix
        )

    @classmethod
    def examples(cls):
        return Example('f("a")', 'f("")'), Example('f("")', 'f("mutant")')
