"""What tests share: peers, programs, notebooks, pages in a browser. Found by `pythonpath` in pyproject.toml."""
