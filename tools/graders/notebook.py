"""Notebooks as plain data, so that each tool gets the exercise in the form that it is made for."""

import json


def code(source, name, **metadata):
    """Return a code cell."""
    return {
        "cell_type": "code",
        "id": name,
        "execution_count": None,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def write(path, cells):
    """Write a notebook for Python."""
    kernel = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}),
        "utf-8",
    )
