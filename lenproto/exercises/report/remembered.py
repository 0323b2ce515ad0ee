"""A report that was written as JSON, read back: what was judged earlier can be shown beside what is judged now."""

from collections.abc import Mapping
from typing import Any

from lenproto.exercises.report.types import (
    CaseReport,
    FunctionReport,
    Report,
    StepReport,
    unpacked,
)
from lenproto.words import Words


def report_of(data: Mapping[str, Any]) -> Report:
    """Return the Report whose as_json() this is. KeyError, TypeError where it is none."""
    return Report(
        {name: _function(each) for name, each in data["functions"].items()},
        tuple(unpacked(each) for each in data["note_words"]),
        data["seconds"],
        data["file"],
    )


def _function(data: Mapping[str, Any]) -> FunctionReport:
    cases = tuple(_case(each) for each in data["cases"])
    return FunctionReport(data["spec"], data["shock"], data["seconds"], cases)


def _case(data: Mapping[str, Any]) -> CaseReport:
    return CaseReport(
        function=data["function"],
        name=data["name"],
        label=data["label"],
        level=data["level"],
        story=data["story"],
        verdict=data["verdict"],
        misconception=data["misconception"],
        seen=Words.from_json(data) if data["key"] else data["message"],
        steps=tuple(_step(each) for each in data["steps"]),
        bytes=data["bytes"],
        at=data["at"],
        where=data["where"],
        source=data["source"],
        printed=data["printed"],
        asides=tuple(unpacked(each) for each in data["aside_words"]),
        conversation=data.get("conversation"),
    )


def _step(data: Mapping[str, Any]) -> StepReport:
    said = data.get("words", data)  # of a failed case: as keys and values
    return StepReport(
        number=data["number"],
        who=data["who"],
        what=unpacked(said["what"]),
        bytes=data["bytes"],
        line=data["line"],
        problem=unpacked(said["problem"]),
        where=data["where"],
        source=data.get("source", ""),
        call=data["call"],
    )
