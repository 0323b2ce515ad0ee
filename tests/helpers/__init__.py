"""What tests share: peers, programs, notebooks, pages in a browser. pytest finds it by `pythonpath` in pyproject.toml."""
