"""A question to answer before the run, and settled by the run."""

import ipywidgets

from lenproto.lab.views.page import TextForm


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
            description="Your prediction",
            style={"description_width": "initial"},
        )
        super().__init__([ipywidgets.HTML(f"<b>{question}</b>"), self.choice])

    def settle(self, value):
        """Print the choice that was made, and what the run says."""
        truth = next(
            (reads for reads, is_value in self.answers.items() if is_value == value), repr(value)
        )
        if self.choice.value is None:
            print(
                f"The run says: {truth}. (You made no prediction: choose one above, then run this again.)"
            )
        elif self.choice.value == truth:
            print(f"You predicted: {truth}. The run says so, too.")
        else:
            print(f"You predicted: {self.choice.value}. The run says: {truth}.")

    def text(self):
        """The question and its answers."""
        return "\n".join(
            [f"Predict: {self.question}", *(f"  ( ) {answer}" for answer in self.answers)]
        )
