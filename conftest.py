"""For all tests, and the lessons that pytest runs: nobody's own progress is touched, kernels find their ports."""

import os

from helpers.kernel_ports import choose_below_the_others

os.environ["LENPROTO_PROGRESS"] = "off"
choose_below_the_others()
