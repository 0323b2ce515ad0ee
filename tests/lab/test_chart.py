"""A figure on the page: drawn in the page's colours, and in words where there is no picture."""

import re

import pytest
from matplotlib.figure import Figure

from lenproto.lab.views import Chart

SAYS = 'A line that rises, "steadily".'


@pytest.fixture
def chart():
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2, 4], [1, 2, 4], label="one by one")
    axes.set(xlabel="clients at once", ylabel="seconds")
    axes.legend()
    return Chart(figure, SAYS)


def test_where_the_page_is_only_read_the_words_stand_for_it(chart):
    assert repr(chart) == chart.text() == SAYS
    assert chart._repr_mimebundle_()["text/plain"] == SAYS


def test_whoever_does_not_see_it_is_told_the_same(chart):
    assert 'role="img"' in chart.value
    assert 'aria-label="A line that rises, &quot;steadily&quot;."' in chart.value


def test_its_letters_are_letters(chart):
    for words in ("one by one", "clients at once", "seconds"):
        assert re.search(rf"<text[^>]*>{words}</text>", chart.value)


def test_nothing_in_it_is_black_or_white_whatever_the_page_is(chart):
    colours = set(re.findall(r"(?:fill|stroke): ?([^;\"]+)", chart.value))
    assert "currentColor" in colours
    assert not {"#000000", "#ffffff", "black", "white"} & colours


def test_a_figure_that_is_drawn_a_second_time_later_is_still_the_learners(chart):
    figure = Figure()
    axes = figure.subplots()
    Chart(figure, SAYS)
    axes.set_title("a second look")
    assert "a second look" in Chart(figure, SAYS).value
