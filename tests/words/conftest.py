"""What tests of words share: further languages."""

import pytest

from lenproto import words


@pytest.fixture
def trial(tmp_path, monkeypatch):
    """trial(en="…", he="…") puts a table named trial into a folder of a translator's, in each of these languages."""

    def write(**texts):
        for language, text in texts.items():
            (tmp_path / language).mkdir()
            (tmp_path / language / "trial.toml").write_text(text, "utf-8")
        monkeypatch.setenv("LENPROTO_WORDS", str(tmp_path))
        words._table.cache_clear()

    yield write
    words._table.cache_clear()
