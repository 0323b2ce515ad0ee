"""For all tests, and for the lessons that pytest runs: nobody's own progress is read or written."""

import os

os.environ["LENPROTO_PROGRESS"] = "off"
