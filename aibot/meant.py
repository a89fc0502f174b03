""" "Did you mean ...?": where two or three of the owner's answers are close, the customer chooses by a tap."""

from collections.abc import Sequence
from uuid import UUID

from cloud_api import messages

TAP = "answer:"  # the id of a button: answer:<the answer's id>, or answer:none
NONE = "none"
NAME = "Did you mean ...?"  # Message.source_name
MOST = 3
_BUTTONS = 2  # questions beside "None of these"
_WHOLE = 700  # characters of all questions together, in the text above the buttons

TEXTS = {
    "ask": {"en": "Did you mean:", "hi": "क्या आप यह पूछना चाहते हैं:", "hi-Latn": "Kya aap yeh poochna chahte hain:"},
    "none": {"en": "None of these", "hi": "इनमें से कोई नहीं", "hi-Latn": "Inmein se koi nahi"},
    "choose": {"en": "Choose", "hi": "चुनें", "hi-Latn": "Chunein"},
}


def question(answers: Sequence[tuple[UUID, str]], language: str) -> tuple[dict, str]:
    """The message, and its readable form. Titles are short at WhatsApp: the whole questions stand in the text."""
    numbered = [(place, answer, " ".join(asked.split())) for place, (answer, asked) in enumerate(answers[:MOST], 1)]
    each = _WHOLE // len(numbered)
    text = "\n".join([TEXTS["ask"][language], *(f"{place}. {_cut(asked, each)}" for place, _, asked in numbered)])
    none = f"{TAP}{NONE}", TEXTS["none"][language]
    if len(numbered) <= _BUTTONS:
        pairs = [
            (f"{TAP}{answer}", _cut(f"{place}. {asked}", messages.BUTTON_TITLE)) for place, answer, asked in numbered
        ]
        return messages.buttons(text, [*pairs, none]), text
    rows = [(f"{TAP}{answer}", _cut(f"{place}. {asked}", messages.ROW_TITLE), "") for place, answer, asked in numbered]
    return messages.list_menu(text, TEXTS["choose"][language], [("", [*rows, (*none, "")])]), text


def chosen(tap_id: str) -> str:
    """The answer's id or NONE; "" where the tap is another one's, or names nothing."""
    if not tap_id.startswith(TAP):
        return ""
    what = tap_id.removeprefix(TAP)
    if what == NONE:
        return NONE
    try:
        return str(UUID(what))
    except ValueError:
        return ""


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
