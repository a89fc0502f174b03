"""What stands at the composer: files, drafts, notes, canned replies, labels; and the pages where the team keeps them."""

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_scopes import scope, scopes_disabled
from PIL import Image

from conversations import canned, drafts, indexing, labels
from conversations.models import CannedReply, Contact, Label, Note
from documents.models import Document

from .acting import act, again, page, written


def picture() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(held, "JPEG")
    return held.getvalue()


def uploaded(client, name="milk.jpg", content=None, kind="image/jpeg"):
    content = picture() if content is None else content
    return client.post("/inbox/uploads", {"file": SimpleUploadedFile(name, content, kind)})


# --- files ----------------------------------------------------------------------------------------------------------------


def test_a_file_is_looked_at_when_it_is_chosen(visit, bob, dairy):
    html = uploaded(visit(bob)).content.decode()
    with scopes_disabled():
        document = Document.objects.get()
    assert f'data-document="{document.pk}"' in html
    assert (document.state, document.business, document.uploaded_by) == ("draft", dairy, bob)


def test_a_file_that_may_do_harm_is_refused_with_a_sentence(visit, bob, dairy):
    answer = uploaded(visit(bob), "x.jpg", b"<html><script>alert(1)</script>", "image/jpeg")
    assert answer.status_code >= 400
    assert 'id="refused"' in answer.content.decode()
    with scopes_disabled():
        assert not Document.objects.exists()


def test_a_viewer_puts_no_file_up(visit, vera, dairy):
    assert uploaded(visit(vera)).status_code == 403


def test_another_business_s_file_cannot_be_sent(visit, bob, charlie, masala, conversation):
    uploaded(visit(charlie))
    with scopes_disabled():
        foreign = Document.objects.get()
    sent = {"document": foreign.pk, "client_ref": uuid.uuid4()}
    act(visit(bob), conversation, "send", 404, part="live", **sent)
    assert written(conversation) == []


# --- drafts and notes -----------------------------------------------------------------------------------------------------


def test_a_draft_is_there_on_the_next_visit_for_its_writer_alone_and_goes_when_it_is_sent(
    visit, alice, bob, conversation
):
    act(visit(bob), conversation, "draft", 204, text="half an answ")
    assert ">half an answ</textarea>" in page(visit(bob), conversation)
    assert "half an answ" not in page(visit(alice), conversation)
    act(visit(bob), conversation, "send", text="half an answer", client_ref=uuid.uuid4())
    with scope(business=conversation.business):
        assert drafts.of(conversation, bob) is None


def test_a_note_is_the_team_s_alone_and_needs_no_window(visit, bob, vera, conversation):
    act(visit(bob), conversation, "close")
    html = act(visit(bob), conversation, "note", 200, part="live", text="<b>angry</b>", after=0).content.decode()
    assert "&lt;b&gt;angry&lt;/b&gt;" in html
    assert "only the team sees it" in page(visit(vera), conversation)
    with scopes_disabled():
        assert Note.objects.get().author == bob
    assert written(conversation) == []
    act(visit(vera), conversation, "note", 403, text="mine")


# --- canned replies and labels --------------------------------------------------------------------------------------------


def test_canned_replies_stand_ready_with_their_blanks_filled(visit, bob, dairy, conversation):
    with scope(business=dairy):
        canned.create(dairy, by=bob, shortcut="thanks", title="Thanks", text="Thank you, {name}! {agent}", language="")
    assert 'data-text="Thank you, Meera Iyer! Bob"' in page(visit(bob), conversation)


def test_canned_replies_are_added_changed_and_deleted(visit, bob, vera, dairy):
    client = visit(bob)
    given = {"shortcut": "hours", "title": "Hours", "text": "We open at 7.", "language": ""}
    assert client.post("/inbox/replies", given).status_code == 302
    again_html = client.post("/inbox/replies", given)
    assert again_html.status_code == 422
    with scopes_disabled():
        reply = CannedReply.objects.get()
    assert client.post(f"/inbox/replies/{reply.pk}", {**given, "text": "We open at 8."}).status_code == 302
    assert "We open at 8." in client.get("/inbox/replies").content.decode()
    viewers = visit(vera)
    assert "Change" not in viewers.get("/inbox/replies").content.decode()
    assert viewers.post("/inbox/replies", given).status_code == 403
    assert client.post(f"/inbox/replies/{reply.pk}", {"delete": "on"}).status_code == 302
    with scopes_disabled():
        assert not CannedReply.objects.exists()


def test_labels_are_made_put_on_filtered_by_and_taken_off(visit, bob, charlie, masala, dairy, conversation):
    client = visit(bob)
    assert client.post("/inbox/labels", {"name": "Wholesale", "colour": "good"}).status_code == 302
    assert client.post("/inbox/labels", {"name": "wholesale", "colour": "bad"}).status_code == 422
    with scopes_disabled():
        label = Label.objects.get()
    act(client, conversation, "label", on=label.pk)
    assert "label-good" in client.get("/inbox/").content.decode()
    assert "Meera Iyer" in client.get(f"/inbox/?label={label.pk}").content.decode()
    assert "Meera Iyer" not in client.get(f"/inbox/?label={uuid.uuid4()}").content.decode()
    act(client, conversation, "label", off=label.pk)
    with scope(business=dairy):
        assert labels.of(conversation) == []
    with scope(business=masala):
        foreign = labels.create(masala, by=charlie, name="Theirs", colour="bad")
    act(client, conversation, "label", 404, part="live", on=foreign.pk)


def test_a_customer_is_blocked_and_unblocked(visit, bob, dairy, conversation):
    act(visit(bob), conversation, "block")
    with scopes_disabled():
        assert Contact.objects.get().blocked_at
    assert again(conversation).state == "closed"
    assert "Unblock" in page(visit(bob), conversation)
    act(visit(bob), conversation, "block", off="on")
    with scopes_disabled():
        assert Contact.objects.get().blocked_at is None


@pytest.mark.parametrize("words", ["meera", "98765", "hello"])
def test_the_search_finds_people_and_words(visit, bob, conversation, words):
    indexing.work()
    html = visit(bob).get("/inbox/", {"q": words}).content.decode()
    assert "Meera Iyer" in html


def test_the_list_says_where_an_answer_was_begun_to_who_began_it(visit, alice, bob, conversation):
    client = visit(bob)
    act(client, conversation, "draft", 204, text="half an answ")
    for query in ("", "?q=meera"):
        assert "chip-draft" in client.get(f"/inbox/{query}").content.decode(), query
        assert "chip-draft" not in visit(alice).get(f"/inbox/{query}").content.decode(), query
    act(client, conversation, "send", text="An answer.", client_ref=uuid.uuid4())
    assert "chip-draft" not in client.get("/inbox/").content.decode()
