"""Scenes of a lesson on a stage: where the programs stand, a question to the class, and which answer comes true.

What a scene is, a teacher writes. What the class makes of it, a Ballot holds: hands for each choice, and, once the
steps run, what really happened. Nothing here needs Jupyter.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lenproto.lab import again
from lenproto.lab.again import Order
from lenproto.lab.call import Call
from lenproto.lab.program import LabError
from lenproto.lab.stage import SIDES, Stage
from lenproto.words import Words, say

# What can come of the call that a question is about: besides these a number of bytes, or the bytes themselves.
WAITS, STUCK, RETURNS, FAILS = "waits", "stuck", "returns", "fails"
DEADLOCK = "deadlock"  # of both sides
OF_A_CALL = {WAITS, STUCK, RETURNS, FAILS}
OUTCOMES = {*OF_A_CALL, DEADLOCK}


@dataclass(frozen=True)
class Scene:
    """One scene: Scene("Two pieces", "And now?", {"it waits": "waits", "it gets 2": 2}, about=("client", "recv(4)")).

    played is what happens before anybody looks, and steps what runs when the vote is settled: pairs of a side and
    the call before which it stops, such as ("server", "accept"), or a side alone for one step. Without steps the
    teacher makes them. notes are for the teacher alone. client, server, typed and cutter are those of the view, unless
    the scene has others.

    choices are what the class chooses from, each with what would make it true. About the call that about names, the
    next such call of this side: a number of bytes, or the bytes, that it moves; "returns" and "fails" tell how it
    ends, "waits" that it has to wait, "stuck" that it does, and neither side can go on. About both sides: "deadlock",
    or a function of the Stage. The first one that is true is what happened. Choices that are a list come true never:
    the class only chooses.
    """

    title: str
    question: str = ""
    choices: Mapping[str, Any] | Sequence[str] = ()
    about: tuple[str, str] | None = None
    played: Sequence[Any] = ()
    steps: Sequence[Any] = ()
    notes: str = ""
    client: Callable[..., Any] | None = None
    server: Callable[..., Any] | None = None
    typed: Sequence[str] | Mapping[str, Sequence[str]] | None = None
    cutter: Any = None

    def __post_init__(self) -> None:
        if isinstance(self.choices, str):
            raise LabError(Words("stage.scene.choices", title=self.title))
        if self.about is not None and (len(self.about) != 2 or self.about[0] not in SIDES):
            raise LabError(Words("stage.scene.about", title=self.title))
        for outcome in self.outcomes:
            if isinstance(outcome, str) and outcome not in OUTCOMES:
                outcomes = ", ".join(sorted(map(repr, OUTCOMES)))
                raise LabError(
                    Words("stage.scene.outcome", outcome=repr(outcome), outcomes=outcomes)
                )
            if self.about is None and _of_a_call(outcome):
                raise LabError(Words("stage.scene.no-call", title=self.title))

    @property
    def texts(self) -> list[str]:
        """What one reads of the choices."""
        return [*self.choices]

    @property
    def outcomes(self) -> list[Any]:
        """What makes them true, in the same order; nothing where they are a list."""
        return [*self.choices.values()] if isinstance(self.choices, Mapping) else []


class Ballot:
    """What a class makes of a scene on a stage where so many calls had begun when it was asked.

    votes are the hands for each choice, is_open whether the class still chooses. happened is the number of the choice
    that came true, from 0; None where none has, or none of them: told says what did, in words, or is "".
    """

    def __init__(self, scene: Scene, calls: int = 0) -> None:
        self.scene, self.calls = scene, calls
        self.votes = [0] * len(scene.choices)
        self.is_open = bool(scene.choices)
        self.happened: int | None = None
        self.told = ""

    def count(self, choice: int, hands: int) -> None:
        """So many hands are up for a choice, by its number from 0. LabError where it is none, or too late."""
        if not self.is_open:
            raise LabError(Words("stage.scene.settled"))
        if not 0 <= choice < len(self.votes):
            raise LabError(
                Words("stage.scene.no-choice", choice=choice + 1, n=len(self.scene.choices))
            )
        self.votes[choice] = max(0, hands)

    def settle(self) -> None:
        """The class has chosen."""
        self.is_open = False

    def look(self, stage: Stage) -> None:
        """See what has happened, once the class has chosen. What has come true stays so."""
        if self.is_open or self.told:
            return
        begun = self._call(stage)
        for number, outcome in enumerate(self.scene.outcomes):
            if _is_true(outcome, begun, stage):
                self.happened, self.told = number, self.scene.texts[number]
                return
        others = [outcome for outcome in self.scene.outcomes if not _of_a_call(outcome)]
        if begun and begun.ended is not None and not others:
            self.told = say("stage.scene.none", call=begun.text(), result=begun.outcome()).strip()

    def forget(self) -> None:
        """What came true is not true any more: the stage went back."""
        self.happened, self.told = None, ""

    def _call(self, stage: Stage) -> Call | None:
        """The call that the question is about, once it has begun after it was asked."""
        if self.scene.about is None:
            return None
        side, name = self.scene.about
        asked = stage.trace[self.calls :]
        fits = (call for call in asked if call.actor == side and name in (call.name, call.text()))
        return next(fits, None)


class Programme:
    """The scenes of a lesson, one of which is on a stage: scene, number (from 1), and the ballot of the class.

    A scene that is left, and gone to again, is as it was left.
    """

    def __init__(self, scenes: Iterable[Scene], default: Scene) -> None:
        self.scenes = [_whole(scene, default) for scene in scenes]
        self.number = 1
        self._only = default  # where there are no scenes
        self._left: dict[int, tuple[list[Order], Ballot]] = {}
        self.ballot = Ballot(self.scene)

    @property
    def scene(self) -> Scene:
        """The scene that is on the stage."""
        return self.scenes[self.number - 1] if self.scenes else self._only

    def begin(self) -> Stage:
        """Return a stage on which the scene is at its beginning, and has been voted on by nobody."""
        stage = self.fresh()
        try:
            play(stage, self.scene.played)
        except BaseException:
            stage.close()
            raise
        self.ballot = Ballot(self.scene, len(stage.trace))
        return stage

    def fresh(self) -> Stage:
        """Return a stage with the programs of the scene, at their first calls."""
        scene = self.scene
        typed = () if scene.typed is None else scene.typed
        return Stage(
            scene.client, scene.server, typed, interactive=True, cutter=scene.cutter
        ).start()

    def change(self, number: int, stage: Stage) -> Stage:
        """Close the stage of a scene that is left, and return one for another. LabError where there is none."""
        if not 1 <= number <= len(self.scenes):
            raise LabError(Words("stage.scene.no-scene", number=number, n=len(self.scenes)))
        self._left[self.number] = [*stage.orders], self.ballot
        stage.close()
        self.number = number
        if number not in self._left:
            return self.begin()
        orders, self.ballot = self._left[number]
        stage = self.fresh()
        again.follow(stage, orders)
        return stage

    def told(self) -> dict[str, Any] | None:
        """Return what a page shows of the present scene; None where there are no scenes."""
        if not self.scenes:
            return None
        ballot = self.ballot
        return {
            "number": self.number,
            "votes": [*ballot.votes],
            "is_open": ballot.is_open,
            "happened": ballot.happened,
            "told": ballot.told,
        }

    def text(self) -> list[str]:
        """Return the present scene and its question, in lines of text; nothing where there are no scenes."""
        if not self.scenes:
            return []
        title = say("views.stage.scene.title", number=self.number, title=self.scene.title)
        choices = [f"  ( ) {choice}" for choice in self.scene.texts]
        return [title, *filter(None, [self.scene.question]), *choices, ""]


def _whole(scene: Scene, default: Scene) -> Scene:
    """A scene with the programs of another one where it has none."""
    whole = replace(
        scene,
        client=scene.client or default.client,
        server=scene.server or default.server,
        typed=default.typed if scene.typed is None else scene.typed,
        cutter=scene.cutter or default.cutter,
    )
    if not (whole.client and whole.server):
        raise LabError(Words("stage.scene.programs", title=scene.title))
    return whole


def play(stage: Stage, played: Iterable[Any]) -> None:
    """Play what a list tells: pairs of a side and the call before which it stops, or a side alone for one step."""
    for each in played:
        if isinstance(each, str):
            stage.step(each)
        else:
            side, call = each
            stage.play(side, until=call)


def _of_a_call(outcome: Any) -> bool:
    """Whether what makes a choice true is what comes of the call that the question is about."""
    return not callable(outcome) and outcome != DEADLOCK


def _is_true(outcome: Any, call: Call | None, stage: Stage) -> bool:
    if callable(outcome):
        return bool(outcome(stage))
    if outcome == DEADLOCK:
        return stage.deadlock is not None
    if call is None:
        return False
    if outcome == WAITS:
        return _has_waited(call, stage)
    if outcome == STUCK:
        return _has_waited(call, stage) and call.ended is None and _is_stuck(stage)
    if call.ended is None:
        return False
    failed = isinstance(call.result, BaseException)
    if outcome in OF_A_CALL:
        return failed == (outcome == FAILS)
    moved = call.data if isinstance(outcome, bytes) else len(call.data)
    return not failed and moved == outcome


def _has_waited(call: Call, stage: Stage) -> bool:
    """Whether a call has waited until another one was made, or still does."""
    if call.ended is None:
        return stage.at_rest
    number = next(number for number, each in enumerate(stage.trace, 1) if each is call)
    made = stage.trace.made(call)
    return made is not None and made > number


def _is_stuck(stage: Stage) -> bool:
    """Whether neither side can go on, whatever is typed."""
    asks = any((call := stage.call(side)) and call.name == "input" for side in SIDES)
    return stage.next_actor() is None and not asks
