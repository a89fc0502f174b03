"""JSON from outside that PostgreSQL can keep."""

import json

import pytest

from cloud_api import storable
from cloud_api.storable import NotJson, TooDeep


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (b'{"a\\u0000b": "c\\u0000d"}', {"ab": "cd"}),
        (b'["a\x00b"]', ["ab"]),
        (b'["\\ud83d"]', ["\ufffd"]),
        (b'["\\uDE00 x"]', ["\ufffd x"]),
        (b'["\\ude00\\ud83d"]', ["\ufffd\ufffd"]),
        (b'["\\ud83d\\ud83d\\ude00"]', ["\ufffd😀"]),
        (b'["\\ud83d\\ude00\\ude00"]', ["😀\ufffd"]),
        (b'{"\\ud800": 1}', {"\ufffd": 1}),
        (b'["\\\\ud83d\\ude00"]', ["\\ud83d\ufffd"]),
        ("[\"\ud800\"]", ["\ufffd"]),
        (b"[NaN, Infinity, -Infinity, 1e999, -1e999]", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"]),
        (b"[" + b"9" * 5000 + b"]", ["9" * 5000]),
        (b"[1.5, 12345678901234567890, true, null]", [1.5, 12345678901234567890, True, None]),
        (b'["\xff\xfe"]', ["\ufffd\ufffd"]),
        (b'["line\nbreak"]', ["line\nbreak"]),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ("\ufeff[1]", [1]),
        (b'"' + b"[" * 500 + b'"', "[" * 500),
    ],
)  # fmt: skip
def test_changes_only_what_postgresql_refuses(source, value):
    assert storable.loads(source) == value


@pytest.mark.parametrize(
    "text", ["नमस्ते 😀", "\\u0000 as typed", "\\ud83d as typed", 'quote " and \\ backslash', "👨‍👩‍👧"]
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_ordinary_text_comes_through_whichever_way_it_is_escaped(text, ascii_only):
    assert storable.loads(json.dumps([text], ensure_ascii=ascii_only).encode()) == [text]


@pytest.mark.parametrize("source", [b"", b" ", b"{", b'{"a": }', b"nul", b"[1] x", b"\xff\xfe[\x001\x00]\x00", b'"abc'])
def test_what_is_no_json_says_so(source):
    with pytest.raises(NotJson):
        storable.loads(source)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'["\\u0000", '])
def test_nesting_has_a_limit_well_below_that_of_the_parser(opening):
    closing = b"}" if opening.startswith(b"{") else b"]"
    deepest = opening * storable.MAX_DEPTH + b"1" + closing * storable.MAX_DEPTH
    assert json.dumps(storable.loads(deepest))
    with pytest.raises(TooDeep):
        storable.loads(opening + deepest + closing)


def test_nesting_that_breaks_the_parser_is_too_deep_as_well():
    with pytest.raises(TooDeep):
        storable.loads(b"[" * 100_000 + b"]" * 100_000)
