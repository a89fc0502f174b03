"""WhatsApp's marks in a text, as its app shows them: *bold*, _italic_, ~struck~ and ```code```."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# A mark counts at the edge of a word and around words, as in the app: 2*3*4 stays as it is.
_MARKS = [
    (re.compile(r"```(.+?)```", re.S), "code"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?![\w*])"), "strong"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]*?\S)_(?![\w_])"), "em"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]*?\S)~(?![\w~])"), "s"),
]
_BLANK = re.compile(r"\{\{\s*\w+\s*\}\}")


def formatted(text: str) -> SafeString:
    """HTML of a text. Blanks of a template that are not filled are marked."""
    html = str(escape(text))
    for mark, tag in _MARKS:
        html = mark.sub(rf"<{tag}>\1</{tag}>", html)
    html = _BLANK.sub(lambda blank: f"<mark>{blank[0]}</mark>", html)
    return mark_safe(html)  # noqa: S308 - all of it went through escape, the tags are ours  # nosec B308 B703
