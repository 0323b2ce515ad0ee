"""A question to answer before the run, and settled by the run."""

import html

import ipywidgets

from lenproto.lab import choices
from lenproto.lab.views.page import TextForm, mirrored, page
from lenproto.words import say

OPEN = object()  # in the place of what a run gave, before there was one


class Prediction(TextForm, ipywidgets.VBox):
    """A question with some answers to choose from: {what one reads: the value that makes it true}.

    settle(value) is called with what the run gave, and says whether the choice was right; why has a sentence for an
    answer that is wrong. What was chosen is kept, and is there again when the page is opened the next time.
    """

    def __init__(self, question, answers, why=None):
        self.question, self.answers, self.why = question, answers, why or {}
        self._truth = OPEN
        before = choices.kept(question)
        options = list(answers)
        self.choice = ipywidgets.RadioButtons(
            options=options,
            index=options.index(before) if before in options else None,
            layout={"width": "max-content"},
            description=say("views.prediction.label"),
            style={"description_width": "initial"},
        )
        self.choice.observe(self._chosen, "index")
        self._said = ipywidgets.HTML()
        super().__init__([ipywidgets.HTML(page(f"<b>{question}</b>")), self.choice, self._said])
        mirrored(self)
        if self.choice.value is not None:
            self._show(say("views.prediction.as-before", choice=self.choice.value))

    def settle(self, value):
        """Print the choice that was made, and what the run says; the same stands below the answers."""
        reads = (reads for reads, is_value in self.answers.items() if is_value == value)
        self._truth = next(reads, repr(value))
        print(self._settled())
        self._show(self._settled())

    def text(self):
        """The question and its answers."""
        return "\n".join(
            [
                say("views.prediction.predict", question=self.question),
                *(f"  ( ) {answer}" for answer in self.answers),
            ]
        )

    def _chosen(self, _):
        """A person has chosen."""
        if self.choice.value is None:
            return
        choices.keep(self.question, self.choice.value)
        is_open = self._truth is OPEN
        self._show(say("views.prediction.chosen") if is_open else self._settled())

    def _settled(self):
        """What the choice comes to, in a sentence or two."""
        choice, truth = self.choice.value, self._truth
        if choice is None:
            return say("views.prediction.none-made", truth=truth)
        if choice == truth:
            return say("views.prediction.right", choice=choice)
        wrong = say("views.prediction.wrong", choice=choice, truth=truth)
        why = self.why.get(choice)
        return say("views.prediction.because", wrong=wrong, why=why) if why else wrong

    def _show(self, said):
        self._said.value = page(f'<div role="status">{html.escape(said)}</div>')
