"""Why a message did not arrive, and what to do: every code, every end of our own, in both languages."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone, translation

from accounts.secrets import SecretError, open_sealed
from cloud_api import errors
from conversations import claiming, troubles
from conversations.models import Status

ALL = {**troubles.CODES, **troubles.OURS, "unknown": troubles.UNKNOWN}
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_PLACEHOLDER = re.compile(r"[{}%<>]|\bTODO\b|\bXXX\b|\.\.\.|…", re.IGNORECASE)


def test_no_code_of_metas_is_missing():
    assert errors.CODES.keys() - troubles.CODES.keys() == set()


@pytest.mark.parametrize("name", ALL, ids=str)
def test_each_is_written_out_in_both_languages(name):
    trouble = ALL[name]
    for part in (trouble.what, trouble.do):
        assert set(part) == {"en", "hi"}
        assert all(len(words.split()) >= 1 and words.strip() == words for words in part.values())
        assert not _DEVANAGARI.search(part["en"])
        letters = _DEVANAGARI.findall(part["hi"])
        assert len(letters) > len(re.findall("[a-z]", part["hi"], re.IGNORECASE)) / 2, part["hi"]
        assert len(letters) >= 10
        assert not any(_PLACEHOLDER.search(words) for words in part.values())
        assert part["en"].endswith((".", ":"))
        assert part["hi"].endswith(("।", ":"))


def test_no_two_codes_share_words_by_a_slip_of_the_hand():
    """Each sentence belongs to one trouble only."""
    distinct = {id(trouble): trouble for trouble in ALL.values()}.values()
    for language in ("en", "hi"):
        whats = [trouble.what[language] for trouble in distinct]
        assert len(whats) == len(set(whats))


def _row(now, **changed):
    """What claiming.verdict reads of a message that may leave."""
    row = {
        "turn": 1, "owner": "bot", "conversation_turn": 1, "source": "rule", "seen_seq": None, "last_inbound_seq": 1,
        "purpose": "reply", "opted_out_at": None, "kind": "text", "last_inbound_at": now, "phone": "91", "bsuid": "",
        "active": True, "created_at": now, "resent_at": None, "seq": 1, "window_closed_seq": 0,
    }  # fmt: skip
    return SimpleNamespace(**{**row, **changed})


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"owner": "human"}, "taken_over"),
        ({"source": "answer", "seen_seq": 1, "last_inbound_seq": 2}, "written_again"),
        ({"purpose": "marketing", "opted_out_at": 1}, "opted_out"),
        ({"last_inbound_at": None}, "window_closed"),
        ({"phone": ""}, "no_address"),
        ({"active": False}, "switched_off"),
        (
            {
                "kind": "template",
                "template_status": "APPROVED",
                "payload": {"template": {"name": "order_ready"}},
                "template_category": "UTILITY",
                "template_next": "",
                "template_changes_at": None,
                "template_parts": [{"type": "BODY", "text": "Dear {{1}}"}],
            },
            "template_changed",
        ),
        ({"created_at": timezone.now() - timedelta(hours=1)}, "too_late"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_refusal_of_the_sender_is_known(changed, name):
    now = timezone.now()
    assert claiming.verdict(_row(now), now) is None
    status, code, text = claiming.verdict(_row(now, **changed), now)
    assert troubles.trouble_of(code, text, status) is troubles.OURS[name]


def test_a_token_that_cannot_be_opened_is_known():
    with pytest.raises(SecretError) as caught:
        open_sealed("not sealed at all", "of-nobody")
    assert troubles.trouble_of(None, str(caught.value), Status.FAILED) is troubles.OURS["secret"]


@pytest.mark.parametrize(
    ("code", "text", "status", "name"),
    [
        (None, "", Status.UNKNOWN, "not_confirmed"),
        (None, "ReadTimeout while sending", Status.UNKNOWN, "not_confirmed"),
        (None, "Tried 8 times: no connection", Status.FAILED, "gave_up"),
        (131026, "The contact has neither a phone number nor a WhatsApp user id.", Status.FAILED, "no_address"),
    ],
)
def test_ends_of_our_own(code, text, status, name):
    assert troubles.trouble_of(code, text, status) is troubles.OURS[name]


@pytest.mark.parametrize("language", ["en", "hi"])
def test_an_unknown_code_keeps_metas_own_words(language):
    with translation.override(language):
        told = troubles.tell(131999, "A reason of next year", Status.FAILED)
    assert told.what == f"{troubles.UNKNOWN.what[language]} (131999) A reason of next year"
    assert told.do == troubles.UNKNOWN.do[language]
    assert told.source == "(131999) A reason of next year"


def test_the_language_is_the_pages():
    with translation.override("hi"):
        assert troubles.tell(190, "Error").do == troubles.CODES[190].do["hi"]
    with translation.override("hi-in"):
        assert troubles.tell(190, "Error").do == troubles.CODES[190].do["hi"]
    with translation.override("de"):
        assert troubles.tell(190, "Error").do == troubles.CODES[190].do["en"]
    with translation.override(None):
        assert troubles.tell(250, "Error").what == troubles.CODES[10].what["en"]
