"""Answers that come from a spreadsheet and go back into one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from aibot import answer_files, owner_answers
from aibot.models import Answer
from aibot.rules import shop_of
from whatsapp_automation import demo

GOOD = 'question,other_ways,answer,on\nWhere?,"place\nroad",There.,yes\nWhen?,,At {hours}.,no\n'


@pytest.fixture
def within(dairy):
    with scope(business=dairy):
        yield dairy


def take(business, text, *, dry=False):
    data = text if isinstance(text, bytes) else text.encode()
    return answer_files.take(business, answer_files.read(data), actor=None, dry=dry)


def test_rows_become_answers(within):
    outcome = take(within, GOOD)
    assert (outcome.new, outcome.changed, outcome.same, outcome.wrong) == (["Where?", "When?"], [], [], [])
    where, when = Answer.objects.get(question="Where?"), Answer.objects.get(question="When?")
    assert (where.text, where.enabled, owner_answers.ways_of(where)) == ("There.", True, ["place", "road"])
    assert (when.text, when.enabled, owner_answers.ways_of(when)) == ("At {hours}.", False, [])


def test_a_dry_run_tells_the_same_and_writes_nothing(within):
    assert take(within, GOOD, dry=True) == take(within, GOOD, dry=True)
    assert not Answer.objects.exists()
    assert take(within, GOOD).new == ["Where?", "When?"]


def test_a_question_that_is_there_gets_the_file_s_texts_and_keeps_its_ways(within):
    owner_answers.add(within, actor=None, question="where?", text="Here.", text_hi="यहाँ।", ways=["which street"])
    outcome = take(within, GOOD)
    assert (outcome.new, outcome.changed) == (["When?"], ["where?"])
    where = Answer.objects.get(question="where?")
    assert (where.text, where.text_hi) == ("There.", "यहाँ।"), "a column that is not in the file changes nothing"
    assert owner_answers.ways_of(where) == ["which street", "place", "road"]
    assert take(within, GOOD).same == ["where?", "When?"]


def test_a_bad_row_is_named_and_the_others_are_taken(within):
    text = (
        "question,answer,on,buttons\n"
        "Good?,Yes.,,\n"
        "\n"
        "good?,No.,,\n"
        "Price?,{price:nothing},,\n"
        "On?,Yes.,perhaps,\n"
        ",Nothing.,,\n"
        "Tap?,Yes.,yes,Prices=pricing\n"
        "Tap bad?,Yes.,yes,Prices=nonsense\n"
        "Comma?,one, two, three, four\n"
    )
    outcome = take(within, text)
    assert outcome.new == ["Good?", "Tap?"]
    assert [row for row, _why in outcome.wrong] == [4, 5, 6, 7, 9, 10]
    assert "row 2" in dict(outcome.wrong)[4]
    assert "{price:nothing}" in dict(outcome.wrong)[5]
    assert Answer.objects.get(question="Tap?").buttons == [{"intent": "pricing", "title": "Prices"}]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Missing: question, answer"),
        (b"question\nWhy?", "Missing: answer"),
        (b"question,answer,colour\n", "no column colour"),
        (b"question,answer,answer\n", "twice"),
        ("question,answer\nWhy?,é".encode("latin-1"), "UTF-8"),
        (b"question,answer\n" + b"x" * 500_001, "500 kB"),
        (b'question,answer\n"' + b"x" * 140_000 + b'",y', "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data, told):
    with pytest.raises(answer_files.BadFile) as error:
        answer_files.read(data)
    assert told in str(error.value)


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffquestion;answer\r\nWhy?;So, it is.\r\n".encode(),
        "question\tanswer\nWhy?\tSo, it is.\n".encode("utf-16"),
        b'QUESTION,Answer\n"Why?","So, it is."',
    ],
)
def test_spreadsheets_of_any_kind_are_read(within, data):
    take(within, data)
    assert Answer.objects.get().text == "So, it is."


def test_what_is_exported_is_imported_again_unchanged(within):
    take(within, GOOD)
    owner_answers.add(
        within,
        actor=None,
        question="+ or -?",
        text="=1+1",
        text_roman="-haan",
        ways=["@home", 'with "quotes", and commas'],
        buttons=[{"intent": "demo", "title": "Try"}],
    )
    written = answer_files.written(Answer.objects.all())
    assert '"=1+1"' not in written
    assert ",=1+1" not in written, "a spreadsheet would compute it"
    assert take(within, written).same == ["+ or -?", "When?", "Where?"]


def test_the_demo_s_thirty_answers_can_all_be_said(within):
    lines = answer_files.read(demo.ANSWERS.read_bytes())
    outcome = answer_files.take(within, lines, actor=None, dry=False)
    assert outcome.wrong == []
    assert len(outcome.new) == 30
    assert shop_of(within.pk).name == "Shuddh Dairy"


def test_what_is_wrong_names_its_column(within):
    outcome = take(within, "question,answer,answer_hi\nWhere?,,\nPrice?,So.,{price:moon}\n")
    assert [(number, why.partition(":")[0]) for number, why in outcome.wrong] == [(2, "answer"), (3, "answer_hi")]


def test_rows_beyond_the_most_answers_cost_nothing(within, monkeypatch):
    """A file of 2,000 rows took minutes."""
    monkeypatch.setattr(owner_answers, "MOST", 2)

    def statements(rows: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            outcome = take(within, "question,answer\n" + "".join(f"Number {n}?,So.\n" for n in range(rows)), dry=True)
        assert (len(outcome.new), len(outcome.wrong)) == (2, rows - 2)
        return len(asked)

    statements(3)  # reads what is kept of the shop
    assert statements(40) == statements(3)
