"""JSON from outside, made fit for PostgreSQL's text and jsonb columns.

PostgreSQL refuses U+0000, lone surrogates, NaN and Infinity. One of them in one message would fail a whole batch again
and again, for the seven days that Meta retries.
"""

import json
import math
import re
from typing import Any

MAX_DEPTH = 100
"""Nesting that we accept. Meta's deepest body has about 12; PostgreSQL and json.dumps give up in the thousands."""

_MAX_INTEGER_DIGITS = 300
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONE_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


class NotJson(ValueError):
    """The text is no JSON."""


class TooDeep(ValueError):
    """The JSON is nested deeper than MAX_DEPTH."""


def loads(body: bytes | str) -> Any:
    """The JSON value, safe to store: no U+0000, no lone surrogate, every number finite. Raises NotJson or TooDeep.

    Bytes that are not UTF-8 become U+FFFD and raw control characters are let through: one bad byte must not cost a
    batch of a thousand messages. NaN, Infinity and numbers beyond a float or 300 digits stay as the text that came.
    """
    source = decoded(body)
    try:
        value = _DECODER.decode(source)
    except RecursionError:
        raise TooDeep from None
    except ValueError:
        raise NotJson from None
    if _may_hold_bad_text(source):
        return _cleaned(value, MAX_DEPTH)
    if source.count("{") + source.count("[") > MAX_DEPTH:
        _check_depth(value, MAX_DEPTH)
    return value


def decoded(body: bytes | str) -> str:
    """The body as text without a byte order mark; what is not UTF-8 is replaced."""
    if isinstance(body, str):
        return _SURROGATE.sub("\ufffd", body).removeprefix("\ufeff")
    return bytes(body).decode("utf-8", "replace").removeprefix("\ufeff")


def clean_text(text: str) -> str:
    """The text without U+0000, with lone surrogates replaced by U+FFFD."""
    return _SURROGATE.sub("\ufffd", text.replace("\0", ""))


def string(value: Any) -> str:
    """The value if it is text, else ""."""
    return value if isinstance(value, str) else ""


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is an object, else {}."""
    return value if isinstance(value, dict) else {}


def identifier(value: Any) -> str:
    """An id as text: Meta prints most as strings and some (templates) as numbers."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _may_hold_bad_text(source: str) -> bool:
    """Looks at the JSON text, so that an ordinary body is not walked again. May be true without need, never false."""
    if "\\u0000" in source or "\0" in source:
        return True
    if "\\ud" not in source and "\\uD" not in source:
        return False
    # An escaped backslash before "ud83d" would look like the first half of a pair to the pattern.
    return "\\\\" in source or _LONE_ESCAPE.search(source) is not None


def _cleaned(value: Any, depth_left: int) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if not isinstance(value, (dict, list)):
        return value
    if depth_left == 0:
        raise TooDeep
    if isinstance(value, list):
        return [_cleaned(item, depth_left - 1) for item in value]
    return {clean_text(key): _cleaned(item, depth_left - 1) for key, item in value.items()}


def _check_depth(value: dict | list | Any, depth_left: int) -> None:
    if not isinstance(value, (dict, list)):
        return
    if depth_left == 0:
        raise TooDeep
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, (dict, list)):
            _check_depth(item, depth_left - 1)


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= _MAX_INTEGER_DIGITS else text


def _number(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_number, parse_constant=str, strict=False)
