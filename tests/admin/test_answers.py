"""An owner's answers in the admin: written, refused with the reason, taken from a file and handed out as one."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_scopes import scope

from accounts.models import Product
from aibot import owner_answers
from aibot.models import Answer
from documents import outgoing
from documents.models import Document
from tests.documents import files

from .test_owner_edits import change, errors_of

pytestmark = pytest.mark.slow

ADD, LIST = "/admin/aibot/answer/add/", "/admin/aibot/answer/"
IMPORT, EXPORT = "/admin/aibot/answer/import/", "/admin/aibot/answer/export/"
FILE = "question,answer\nWhere?,There.\nPrice?,{price:nothing}\n"


@pytest.fixture
def within(dairy):
    with scope(business=dairy):
        yield dairy


@pytest.fixture
def answer(within) -> Answer:
    return owner_answers.add(within, actor=None, question="Where is it?", text="There.", ways=["the place"])


def fields(**given) -> dict:
    return {
        "question": "How old is the ghee?",
        "ways": "ghee age\nis the ghee old",
        "text": "A day.",
        "text_hi": "",
        "text_roman": "",
        "enabled": "on",
        "buttons-0-title": "",
        "buttons-0-intent": "",
    } | given


def chosen(text: str = FILE) -> SimpleUploadedFile:
    return SimpleUploadedFile("answers.csv", text.encode(), content_type="text/csv")


def test_an_owner_writes_an_answer_with_its_ways(visit, alice, within):
    ghee = Product.objects.first()
    done = visit(alice).post(ADD, fields(products=[str(ghee.pk)]))
    assert done.status_code == 302, errors_of(done)
    made = Answer.objects.get()
    assert (made.text, made.products) == ("A day.", [str(ghee.pk)])
    assert owner_answers.ways_of(made) == ["ghee age", "is the ghee old"]


def test_a_change_of_the_ways_alone_is_saved(visit, alice, answer):
    page = visit(alice).get(change(answer))
    assert "the place" in page.content.decode()
    visit(alice).post(change(answer), fields(question=answer.question, text=answer.text, ways="the place\nwhich road"))
    assert owner_answers.ways_of(answer) == ["the place", "which road"]


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"text": "It costs {price:moon}."}, "text", "names no product on sale"),
        ({"text": "Dear {customer}"}, "text", "{customer}: there is no such placeholder."),
        ({"text": "Dear {name"}, "text", "A brace is not closed: {name"),
        ({"text_roman": "{price:cow-ghee-1-kg"}, "text_roman", "A brace is not closed: {price:cow-ghee-1-kg"),
        ({"text_hi": "x" * 1501}, "text_hi", "1500"),
        ({"question": "???"}, "question", "A question has words."),
        ({"question": "WHERE is it?"}, "__all__", "There is an answer to this question already."),
        ({"ways": "x" * 301}, "ways", "at most 300 characters"),
        ({"ways": "🙏"}, "ways", "has no words"),
        ({"products": "nonsense"}, "products", "nonsense"),
    ],
)
def test_what_cannot_be_said_is_refused_with_the_reason(visit, alice, answer, given, field, words):
    refused = visit(alice).post(ADD, fields(**given))
    assert refused.status_code == 200
    assert words in str(errors_of(refused)[field])


def test_a_viewer_sees_the_ways_and_the_preview(visit, vera, answer):
    page = visit(vera).get(change(answer)).content.decode()
    assert "the place" in page
    assert "There." in page
    assert visit(vera).post(change(answer), fields()).status_code == 403


def test_the_list_finds_an_answer_by_a_way_to_ask_it(visit, alice, answer):
    page = visit(alice).get(LIST, {"q": "the place"}).content.decode()
    assert "Where is it?" in page
    assert "Where is it?" not in visit(alice).get(LIST, {"q": "nowhere"}).content.decode()


def test_a_file_is_looked_at_first_and_taken_by_the_second_button(visit, alice, within):
    client = visit(alice)
    looked = client.post(IMPORT, {"file": chosen()})
    page = looked.content.decode()
    assert looked.status_code == 200
    assert "1 new answer" in page
    assert "Row 3:" in page
    assert not Answer.objects.exists()
    done = client.post(IMPORT, {"text": looked.context_data["text"], "take": "1"})
    assert done.url == reverse("admin:aibot_answer_changelist")
    assert Answer.objects.get().question == "Where?"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Choose a file."),
        ({"file": chosen("question\n")}, "Missing: answer"),
        ({"file": chosen("x" * 500_001)}, "500 kB"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(visit, alice, within, given, words):
    refused = visit(alice).post(IMPORT, given)
    assert refused.status_code == 422
    assert words in refused.content.decode()


def test_agents_and_viewers_take_the_file_home_and_bring_none(visit, bob, vera, answer):
    for person in (bob, vera):
        told = visit(person).get(EXPORT)
        assert told["Content-Type"] == "text/csv; charset=utf-8"
        assert "Where is it?,the place,There." in told.content.decode()
        assert visit(person).get(IMPORT).status_code == 403
        assert visit(person).post(IMPORT, {"file": chosen(), "take": "1"}).status_code == 403


def test_another_business_s_answers_are_in_no_file(visit, charlie, masala, answer):
    assert "Where is it?" not in visit(charlie).get(EXPORT).content.decode()


# --- its picture or document --------------------------------------------------------------------------------------------------


@pytest.fixture
def store(settings, tmp_path):
    settings.MEDIA_FOLDER = tmp_path / "media"


def picture(name: str = "menu.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, files.picture("PNG"), content_type="image/png")


def the_file() -> Document:
    return Document.objects.get(state="kept")


def test_a_picture_is_chosen_seen_replaced_and_removed(visit, alice, store, answer):
    client = visit(alice)
    page = client.get(change(answer)).content.decode()
    assert 'enctype="multipart/form-data"' in page
    given = fields(question=answer.question, text=answer.text, ways="the place")
    done = client.post(change(answer), given | {"file": picture()})
    assert done.status_code == 302, errors_of(done)
    first = the_file()
    page = client.get(change(answer)).content.decode()
    assert page.count(f"/media/{first.pk}?size=thumb") == 2, "at its field, and in what the customer gets"
    assert client.get(f"/media/{first.pk}?size=thumb").getvalue()
    client.post(change(answer), given)
    assert the_file() == first, "a form that says nothing of it leaves it"
    client.post(change(answer), given | {"file": SimpleUploadedFile("menu.pdf", files.pdf(), "application/pdf")})
    assert (the_file().name, the_file().kind) == ("menu.pdf", "document")
    assert "menu.pdf" in client.get(change(answer)).content.decode()
    client.post(change(answer), given | {"file-remove": "on"})
    answer.refresh_from_db()
    assert answer.document is None
    assert not Document.objects.exists()


def test_a_new_answer_begins_with_one(visit, alice, store, within):
    done = visit(alice).post(ADD, fields(file=picture()))
    assert done.status_code == 302, errors_of(done)
    assert Answer.objects.get().document == the_file()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"file": SimpleUploadedFile("a.html", b"<html><script>1</script></html>")}, "It is kept back."),
        ({"file": SimpleUploadedFile("a.txt", b"x" * (17 * files.MB))}, "too large"),
        ({"file": SimpleUploadedFile("a.mp3", files.sound("mp3", codec="libmp3lame"), "audio/mpeg")}, "a picture (JPEG or PNG)"),
        (
            {f"buttons-{place}-{part}": intent for place, intent in enumerate(("pricing", "demo", "person", "bye"))
             for part in ("title", "intent")},
            "three buttons at most",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_says_so_at_the_file(visit, alice, store, within, given, words):
    refused = visit(alice).post(ADD, fields(file=picture()) | given)
    assert refused.status_code == 200
    assert words in str(errors_of(refused)["file"])
    assert not Answer.objects.exists()


def test_what_was_chosen_stays_chosen_where_the_form_comes_back(visit, alice, store, within):
    client = visit(alice)
    refused = client.post(ADD, fields(file=picture(), text="x" * 1100))
    assert "takes 1024 with a picture or document" in str(errors_of(refused)["text"])
    draft = Document.objects.get()
    assert f'name="file-draft" value="{draft.pk}"' in refused.content.decode()
    done = client.post(ADD, fields(**{"file-draft": str(draft.pk)}))
    assert done.status_code == 302, errors_of(done)
    assert the_file() == draft


def test_another_person_s_draft_is_not_taken(visit, alice, charlie, store, within, masala):
    with scope(business=masala):
        theirs = outgoing.receive(masala, picture(), "theirs.png", by=charlie, mime="image/png")
    with scope(business=within):
        bobs = outgoing.receive(within, picture(), "bobs.png", by=None, mime="image/png")
    for draft in (theirs, bobs):
        answer = fields(question=f"How old is {draft.name}?")
        assert visit(alice).post(ADD, answer | {"file-draft": str(draft.pk)}).status_code == 302
    assert not Document.objects.filter(state="kept").exists()


def test_a_viewer_sees_it_and_another_business_does_not(visit, vera, charlie, alice, store, answer):
    given = fields(question=answer.question, text=answer.text)
    visit(alice).post(change(answer), given | {"file": picture()})
    address = f"/media/{the_file().pk}"
    assert f"{address}?size=thumb" in visit(vera).get(change(answer)).content.decode()
    assert visit(vera).get(address).getvalue()
    assert visit(charlie).get(address).status_code == 404


def test_a_csv_file_leaves_the_picture_as_it_is(visit, alice, store, answer):
    client = visit(alice)
    client.post(change(answer), fields(question=answer.question, text=answer.text, file=picture()))
    first = the_file()
    client.post(IMPORT, {"text": "question,answer\nWhere is it?,Here.\n", "take": "1"})
    answer.refresh_from_db()
    assert (answer.text, answer.document) == ("Here.", first)
    long = client.post(IMPORT, {"text": f"question,answer\nWhere is it?,{'x' * 1100}\n"})
    assert "takes 1024 with a picture or document" in long.content.decode()
