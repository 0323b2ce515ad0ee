"""Tests in a real browser. A package, so that server and browser end with its last test: see conftest.py."""
