"""Where things are in this checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "corpus"  # submissions, with what is right to say of each
NOTEBOOKS = ROOT / "notebooks"
EXERCISES = ROOT / "lenproto" / "exercises"
