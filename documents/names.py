"""A stranger's file name as it may be shown. No file on a disk ever bears it."""

import re
import unicodedata

LONGEST = 120  # characters
_TAIL = re.compile(r"\.[A-Za-z0-9]{1,10}$")


def cleaned(name: str) -> str:
    """The last part of a path, without what cannot be seen (controls, zero widths, marks that turn the direction) and
    without what a file system or a header reads as its own. "" where nothing is left.

    Normalised first: a look-alike dot or slash must not come into being afterwards.
    """
    name = unicodedata.normalize("NFKC", name)
    name = "".join(character for character in name if unicodedata.category(character)[0] != "C")
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r'[<>:"|?*;]', "_", name)
    name = re.sub(r"\s+", " ", name).strip(" .")
    if len(name) <= LONGEST:
        return name
    tail = _TAIL.search(name)
    return name[: LONGEST - len(tail[0])] + tail[0] if tail else name[:LONGEST]


def extension(name: str) -> str:
    """In lower case, without the dot; "" where there is none."""
    head, dot, tail = cleaned(name).rpartition(".")
    return tail.lower() if dot and head else ""
