"""Whose bytes these are. The vectors are the published ones of the API reference, recomputed."""

import pytest

from cloud_api.signature import is_well_formed, sign, verify

SECRET = "test_app_secret"
COMPACT = b'{"object":"whatsapp_business_account","entry":[]}'
SPACED = b'{"object": "whatsapp_business_account", "entry": []}'

VECTORS = [
    (SECRET, COMPACT, "dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"),
    (SECRET, SPACED, "56cbbaf4961c6cfdae48b7f116c047e5eb513d2c931baae63a2bc1afd26f803a"),
    ("otro_secreto", COMPACT, "769b03d8c2ae6498f2d1e1f7299c0ba55448c69d741e7b0bb243d852d8a8d8c7"),
]


@pytest.mark.parametrize(("secret", "body", "digest"), VECTORS)
def test_signs_and_verifies_the_published_vectors(secret, body, digest):
    assert sign(body, secret) == f"sha256={digest}"
    assert verify(body, f"sha256={digest}", [secret]) == secret


def test_the_same_json_in_other_bytes_has_another_signature():
    assert verify(SPACED, sign(COMPACT, SECRET), [SECRET]) is None


def test_names_the_secret_that_signed_among_several():
    assert verify(COMPACT, sign(COMPACT, "new"), ["old", "new", "other"]) == "new"


def test_a_secret_that_nobody_gave_verifies_nothing():
    assert verify(COMPACT, sign(COMPACT, "theirs"), ["ours"]) is None
    assert verify(COMPACT, sign(COMPACT, "theirs"), []) is None


def test_an_empty_secret_never_matches_even_its_own_signature():
    assert verify(COMPACT, sign(COMPACT, ""), ["", ""]) is None


def test_one_changed_byte_is_refused():
    assert verify(COMPACT[:-1] + b" ", sign(COMPACT, SECRET), [SECRET]) is None


def test_hex_in_capitals_is_the_same_number():
    header = sign(COMPACT, SECRET)
    assert verify(COMPACT, "sha256=" + header[7:].upper(), [SECRET]) == SECRET


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        "dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756",
        "sha1=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756",
        "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c63375",
        "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c6337560",
        "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c63375g",
        "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756\n",
        " sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756",
        "sha256=" + "é" * 64,
        "sha256=" + "१" * 64,
    ],
)
def test_a_header_of_another_shape_is_refused_without_an_error(header):
    assert not is_well_formed(header)
    assert verify(COMPACT, header, [SECRET]) is None


def test_its_own_header_is_well_formed():
    assert is_well_formed(sign(COMPACT, SECRET))
