"""The teacher's notes on the scenes of a stage, as a page of HTML: for a file, and for a window beside the stage.

The window is scenes.js's: it marks the present scene, and puts the hands behind the choices.
"""

import html
import re
from collections.abc import Iterable

from lenproto.lab.scenes import Scene
from lenproto.words import direction, language, say

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; font: 20px/1.45 system-ui, sans-serif; }
body { margin: 1em auto; padding: 0 1em; max-width: 44em; }
h1 { font-size: 1em; font-weight: 400; opacity: 0.75; } h2 { font-size: 1.15em; margin: 0; }
section { padding: 0.6em 0.9em; border-inline-start: 0.35em solid transparent; break-inside: avoid; }
section[aria-current] { border-color: #0072b2; background: rgb(0 114 178 / 12%); }
.question { font-weight: 600; } p { white-space: pre-line; } p, ul { margin: 0.4em 0; }
"""
MARKED = re.compile(r"`([^`]*)`|\*\*([^*]+)\*\*")


def notes_page(scenes: Iterable[Scene]) -> str:
    """Return the page: of each scene the question, the choices and the notes."""
    title = html.escape(say("views.stage.scene.notes-title"))
    sections = "".join(_section(number, scene) for number, scene in enumerate(scenes, 1))
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}" dir="{direction()}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{sections}</body>\n</html>\n"
    )


def _section(number: int, scene: Scene) -> str:
    title = html.escape(say("views.stage.scene.title", number=number, title=scene.title))
    question = [_block("p", scene.question, ' class="question"')] if scene.question else []
    choices = (f'<li dir="auto">{_written(each)}<b class="votes"></b></li>' for each in scene.texts)
    listed = [f"<ul>{''.join(choices)}</ul>"] if scene.texts else []
    paragraphs = filter(None, map(str.strip, re.split(r"\n\s*\n", scene.notes)))
    parts = [*question, *listed, *(_block("p", each) for each in paragraphs)]
    return "\n".join([f'<section>\n<h2 dir="auto">{title}</h2>', *parts, "</section>\n"])


def _block(tag: str, text: str, attributes: str = "") -> str:
    return f'<{tag} dir="auto"{attributes}>{_written(text)}</{tag}>'


def _written(text: str) -> str:
    """HTML of a text in which what stands in `backquotes` is code, and what stands between **two stars** is bold."""

    def marked(found: re.Match[str]) -> str:
        return f'<code dir="ltr">{found[1]}</code>' if found[2] is None else f"<b>{found[2]}</b>"

    return MARKED.sub(marked, html.escape(text, quote=False))
