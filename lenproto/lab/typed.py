"""Stands in for the person at the keyboard, where a program has to run with nobody there."""


def typed(*lines):
    """Return a function to use as input: it gives these lines in turn, then the end of the input.

    It prints the prompt and the line, so that the page reads as if somebody had typed.
    """
    waiting = list(lines)

    def ask(prompt=""):
        if not waiting:
            raise EOFError("nothing more was typed")
        print(f"{prompt}{waiting[0]}")
        return waiting.pop(0)

    return ask
