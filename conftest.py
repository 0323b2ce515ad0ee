"""For all tests, and for the lessons that pytest runs: nobody's own progress is touched, and kernels find their ports."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "tests"))
from kernel_ports import choose_below_the_others  # noqa: E402

os.environ["LENPROTO_PROGRESS"] = "off"
choose_below_the_others()
