"""A question to answer before the run, and settled by the run."""

import ipywidgets

from lenproto.lab.views.page import TextForm
from lenproto.words import say


class Prediction(TextForm, ipywidgets.VBox):
    """A question with some answers to choose from: {what one reads: the value that makes it true}.

    settle(value) is called with what the run gave, and says whether the choice was right.
    """

    def __init__(self, question, answers):
        self.question, self.answers = question, answers
        self.choice = ipywidgets.RadioButtons(
            options=list(answers),
            index=None,
            layout={"width": "max-content"},
            description=say("views.prediction.label"),
            style={"description_width": "initial"},
        )
        super().__init__([ipywidgets.HTML(f"<b>{question}</b>"), self.choice])

    def settle(self, value):
        """Print the choice that was made, and what the run says."""
        truth = next(
            (reads for reads, is_value in self.answers.items() if is_value == value), repr(value)
        )
        if self.choice.value is None:
            print(say("views.prediction.none-made", truth=truth))
        else:
            came = "right" if self.choice.value == truth else "wrong"
            print(say(f"views.prediction.{came}", choice=self.choice.value, truth=truth))

    def text(self):
        """The question and its answers."""
        return "\n".join(
            [
                say("views.prediction.predict", question=self.question),
                *(f"  ( ) {answer}" for answer in self.answers),
            ]
        )
