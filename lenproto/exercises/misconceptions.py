"""What learners usually get wrong, by name: what it is, and how to find out of it oneself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Misconception:
    """What is believed, in a sentence; what is true instead; and lines that do it right."""

    says: str
    concept: str
    solution: str = ""


CATALOGUE: dict[str, Misconception] = {}


def hints(case):
    """Return the ladder of hints for a failed case of a report: symptom, concept, the line in question, solution."""
    known = CATALOGUE.get(case["misconception"])
    where = case["where"]
    line = f"Look at line {where[1]} of {where[0]}." if where else f"Look at the last step of {case['name']!r} that is yours."
    if known is None:
        return [case["message"], line]
    return [case["message"], f"{known.says} {known.concept}".strip(), line, known.solution]
