"""Telephone numbers as people write them. Imports nothing of ours: the settings read it too."""

import re

_AS_WRITTEN = re.compile(r"[0-9 +()-]*")


def is_number(text: str) -> bool:
    """With the 7 to 15 digits that the world's numbers have (E.164), and beside them only spaces, +, - and brackets."""
    return bool(_AS_WRITTEN.fullmatch(text)) and 7 <= sum(map(str.isdigit, text)) <= 15
