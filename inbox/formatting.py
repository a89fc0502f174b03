"""WhatsApp's marks in a text, as its app shows them: *bold*, _italic_, ~struck~ and ```code```; and its links."""

import re

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

# A mark counts at the edge of a word and around words, as in the app: 2*3*4 stays as it is.
_MARKS = [
    (re.compile(r"```(.+?)```", re.S), "code"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?![\w*])"), "strong"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]*?\S)_(?![\w_])"), "em"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]*?\S)~(?![\w~])"), "s"),
]
# Up to what ends the sentence around it. Other schemes than the web's stay words: a stranger wrote them.
_LINK = re.compile(r"https?://[^\s<>\"{}\ue000\ue001]*[^\s<>\"{}\ue000\ue001.,;:!?'()*_~]", re.I)
_PLACE = re.compile(r"\ue000(\d+)\ue001")  # of a link, which marks must not cut
_BLANK = re.compile(r"\{\{\s*\w+\s*\}\}")


def formatted(text: str) -> SafeString:
    """HTML of a text. Blanks of a template that are not filled are marked."""
    html = _marked(str(escape(text)))
    html = _BLANK.sub(lambda blank: f"<mark>{blank[0]}</mark>", html)
    return mark_safe(html)  # noqa: S308 - all of it went through escape, the tags are ours  # nosec B308 B703


def formatted_with_links(text: str) -> SafeString:
    """HTML of what somebody wrote. A link shows its whole address and opens beside the inbox."""
    links: list[str] = []

    def put_aside(found: re.Match) -> str:
        links.append(found[0])
        return f"\ue000{len(links) - 1}\ue001"

    plain = _LINK.sub(put_aside, text.replace("\ue000", "").replace("\ue001", ""))
    html = _PLACE.sub(lambda place: _link(links[int(place[1])]), _marked(str(escape(plain))))
    return mark_safe(html)  # noqa: S308 - all of it went through escape, the tags are ours  # nosec B308 B703


def _marked(html: str) -> str:
    for mark, tag in _MARKS:
        html = mark.sub(rf"<{tag}>\1</{tag}>", html)
    return html


def _link(address: str) -> str:
    return format_html('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>', address)
