"""The class: which files are whose, their verdicts in a table, and on a page for a browser."""
