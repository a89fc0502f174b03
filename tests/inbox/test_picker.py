"""/inbox/<conversation>/templates: which are shown, what must be filled, how it looks, and that it leaves."""

import re
import uuid
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_scopes import scope, scopes_disabled
from PIL import Image

from conversations import sending
from conversations.models import Contact, Conversation, Message, Status
from documents import outgoing
from documents.models import Document
from tests.api.talking import let_time_pass, messages_of, template, written
from tests.conversations.test_sending import Graph
from tests.factories import MASALA_WABA, MEERA, ZOYA
from tests.simulated import DAIRY, simulated
from tests.simulator.conftest import eventually

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BODY = {
    "type": "BODY",
    "text": "Dear {{1}}, your *order {{2}}* is ready.",
    "example": {"body_text": [["Asha", "17"]]},
}
PICTURE = {"type": "HEADER", "format": "IMAGE"}
TRACK = {"type": "URL", "text": "Track it", "url": "https://shop.example/o/{{1}}", "example": ["A17"]}
RICH = [PICTURE, BODY, {"type": "FOOTER", "text": "Shuddh Dairy"}, {"type": "BUTTONS", "buttons": [TRACK]}]
LINK = "https://shop.example/ghee.jpg"
FILLED = {"body_1": "Meera", "body_2": "17", "button_0": "A17", "media": LINK}


@pytest.fixture
def meta(settings):
    with simulated(settings) as simulator:
        yield simulator


@pytest.fixture
def meera(dairy):
    """She wrote two days ago: the window is closed."""
    conversation = written(sender=MEERA)
    sending.work(post=Graph(), linger=0.05)
    let_time_pass(conversation, hours=48)
    return conversation


@pytest.fixture
def at_work(client, bob):
    client.force_login(bob)
    return client


def address(conversation) -> str:
    return f"/inbox/{conversation.pk}/templates"


def ours(conversation) -> list[Message]:
    return messages_of(conversation, source="agent")


def send(client, conversation, row, *, ref=None, **fields):
    given = {"template": str(row.pk), "client_ref": str(ref or uuid.uuid4()), **fields}
    return client.post(address(conversation), given)


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# --- the list -------------------------------------------------------------------------------------------------------------


def test_what_cannot_be_sent_is_shown_with_the_reason(dairy, at_work, meera):
    template(dairy, "order_ready", BODY)
    template(dairy, "waiting", BODY, status="PENDING")
    template(dairy, "refused", BODY, status="REJECTED", reason="PROMOTIONAL")
    template(dairy, "cards", BODY, {"type": "CAROUSEL", "cards": []})
    template(dairy, "gone", BODY, status="DELETED")
    page = at_work.get(address(meera))
    told = text_of(page)
    for words in ("not approved it yet", "rejected. PROMOTIONAL", "cards to swipe", "order_ready"):
        assert words in told
    assert "gone" not in told
    assert page.content.decode().count("?template=") // 2 == 1  # href and hx-get


def test_an_offer_to_who_has_stopped_offers_is_refused_and_says_so(dairy, at_work, meera):
    offer = template(dairy, "offer", {"type": "BODY", "text": "Ghee"}, category="MARKETING")
    with scopes_disabled():
        Contact.objects.update(opted_out_at=timezone.now())
    assert "this customer has asked for no offers" in text_of(at_work.get(address(meera)))
    form = at_work.get(address(meera), {"template": offer.pk})
    assert "Send template" not in text_of(form)
    answer = send(at_work, meera, offer)
    assert answer.status_code == 422
    assert "asked for no offers and reminders" in text_of(answer)
    assert ours(meera) == []


def test_a_code_goes_to_phone_numbers_alone(dairy, at_work):
    template(dairy, "code", BODY, category="AUTHENTICATION")
    assert "to a phone number only" in text_of(at_work.get(address(written(sender=ZOYA))))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"q": "order"}, {"order_ready", "sorry"}),
        ({"q": "order ready"}, {"order_ready"}),
        ({"q": "देर"}, {"sorry"}),
        ({"language": "hi"}, {"sorry"}),
        ({"category": "MARKETING"}, {"offer"}),
        ({"state": "PAUSED"}, {"offer"}),
        ({"q": "nothing like it"}, set()),
        ({}, {"order_ready", "sorry", "offer"}),
    ],
)
def test_the_list_is_searched(dairy, masala, at_work, meera, asked, names):
    template(dairy, "order_ready", BODY)
    template(dairy, "sorry", {"type": "BODY", "text": "आपका order देर से आएगा"}, language="hi")
    template(dairy, "offer", {"type": "BODY", "text": "Ghee is cheap"}, category="MARKETING", status="PAUSED")
    template(masala, "theirs", BODY, waba=MASALA_WABA)
    page = at_work.get(address(meera), asked)
    assert {
        name for name in ("order_ready", "sorry", "offer", "theirs") if f"<b>{name}</b>" in page.content.decode()
    } == names


def test_the_queries_do_not_grow_with_the_templates(dairy, at_work, meera, django_assert_max_num_queries):
    for place in range(30):
        template(dairy, f"t{place}", BODY)
    with django_assert_max_num_queries(12):
        at_work.get(address(meera))


def test_htmx_gets_the_part_alone(dairy, at_work, meera):
    row = template(dairy, "order_ready", BODY)
    for query in ({}, {"template": row.pk}):
        part = at_work.get(address(meera), query, headers={"HX-Request": "true"}).content.decode()
        assert part.lstrip().startswith('<section id="picker"')


def test_in_the_thread_s_page_the_address_stays(dairy, at_work, meera):
    template(dairy, "order_ready", BODY)
    in_thread = {"HX-Request": "true", "X-Part": "picker"}
    part = at_work.get(address(meera), headers=in_thread).content.decode()
    assert 'class="picker"' in part
    assert "hx-push-url" not in part
    assert "hx-push-url" in at_work.get(address(meera)).content.decode()


# --- the form -------------------------------------------------------------------------------------------------------------


def test_there_is_a_field_for_every_blank_with_its_example(dairy, at_work, meera):
    row = template(dairy, "rich", *RICH)
    page = at_work.get(address(meera), {"template": row.pk})
    form = page.context["form"]
    assert [field.name for field in form.visible_fields()] == ["media_file", "media", "body_1", "body_2", "button_0"]
    told = text_of(page)
    for words in ("Such as: Asha", "Such as: 17", "Such as: A17", "End of the address of “Track it”", "Shuddh Dairy"):
        assert words in told
    assert "order <mark>{{2}}</mark>" in page.content.decode()


def test_named_blanks_are_filled_by_name(dairy, at_work, meera):
    example = {"body_text_named_params": [{"param_name": "first_name", "example": "Asha"}]}
    row = template(dairy, "named", {"type": "BODY", "text": "Dear {{first_name}}", "example": example})
    assert "Such as: Asha" in text_of(at_work.get(address(meera), {"template": row.pk}))
    assert send(at_work, meera, row, body_first_name="Meera").status_code == 302
    [message] = ours(meera)
    assert message.text == "Dear Meera"
    assert message.payload["template"]["components"] == [
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Meera"}]}
    ]


def test_a_password_for_once_is_asked_for_once(dairy, at_work, meera):
    otp = {
        "type": "URL",
        "text": "Copy code",
        "url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}",
    }
    parts = [{"type": "BODY", "text": "*{{1}}* is your code."}, {"type": "BUTTONS", "buttons": [otp]}]
    row = template(dairy, "code", *parts, category="AUTHENTICATION")
    form = at_work.get(address(meera), {"template": row.pk}).context["form"]
    assert [field.name for field in form.visible_fields()] == ["code"]
    assert send(at_work, meera, row, code="490123").status_code == 302
    [message] = ours(meera)
    given = message.payload["template"]["components"]
    assert [one["parameters"][0]["text"] for one in given] == ["490123", "490123"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"body_2": ""}, ["body_2"]),
        ({"body_1": "a     b"}, ["body_1"]),
        ({"body_1": "M" * 1025}, ["body_1"]),
        ({"media": ""}, ["media_file"]),
        ({"media": "http://shop.example/x.jpg"}, ["media"]),
        ({"media": "javascript:alert(1)"}, ["media"]),
        ({"button_0": ""}, ["button_0"]),
        ({"client_ref": "again"}, ["client_ref"]),
    ],
)
def test_what_is_wrong_is_told_at_its_field(dairy, at_work, meera, fields, wrong):
    row = template(dairy, "rich", *RICH)
    given = {"template": str(row.pk), "client_ref": str(uuid.uuid4()), **FILLED, **fields}
    answer = at_work.post(address(meera), given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, wrong)
    assert ours(meera) == []


def test_a_template_that_was_paused_meanwhile_is_refused(dairy, at_work, meera):
    row = template(dairy, "order_ready", BODY, status="PAUSED")
    answer = send(at_work, meera, row, body_1="Meera", body_2="17")
    assert answer.status_code == 422
    assert "PAUSED" in text_of(answer)


def test_the_preview_shows_what_is_in_the_form(dairy, at_work, meera):
    row = template(dairy, "rich", *RICH)
    shown = at_work.post(f"/inbox/templates/{row.pk}/preview", {"body_1": "<b>Meera</b> *x*", "media": LINK})
    html = shown.content.decode()
    assert (
        "Dear &lt;b&gt;Meera&lt;/b&gt; <strong>x</strong>, your <strong>order <mark>{{2}}</mark></strong> is ready."
        in html
    )
    assert "shop.example/ghee.jpg" in html
    assert ours(meera) == []


def test_without_scripts_a_button_shows_the_preview(dairy, at_work, meera):
    row = template(dairy, "rich", *RICH)
    answer = send(at_work, meera, row, look="1", body_1="Meera")
    assert answer.status_code == 200
    assert "Dear Meera" in text_of(answer)
    assert 'value="Meera"' in answer.content.decode()
    assert not answer.context["form"].errors
    assert ours(meera) == []


@pytest.mark.parametrize(("part", "count"), [({}, 1), ({"HX-Request": "true"}, 0)])
def test_the_button_of_who_has_no_scripts_is_not_in_what_a_script_asks_for(dairy, at_work, meera, part, count):
    row = template(dairy, "order_ready", BODY)
    form = at_work.get(address(meera), {"template": row.pk}, headers=part).content.decode()
    assert form.count('name="look"') == count


# --- it leaves ------------------------------------------------------------------------------------------------------------


def test_a_second_click_sends_nothing_more(dairy, at_work, meera):
    row, ref = template(dairy, "order_ready", BODY), uuid.uuid4()
    for _ in range(2):
        answer = send(at_work, meera, row, ref=ref, body_1="Meera", body_2="17")
        assert (answer.status_code, answer["Location"]) == (302, f"/inbox/{meera.pk}")
    assert len(ours(meera)) == 1


def test_the_thread_s_page_gets_what_is_new_or_the_form_once_more(dairy, at_work, meera):
    row = template(dairy, "order_ready", BODY)
    by_script = {"HX-Request": "true", "X-Part": "live"}
    given = {"template": str(row.pk), "client_ref": str(uuid.uuid4()), "body_1": "Meera", "after": "0"}
    refused = at_work.post(address(meera), given, headers=by_script)
    assert (refused.status_code, refused.content.decode().lstrip()[:20]) == (422, '<section id="picker"')
    sent = at_work.post(address(meera), given | {"body_2": "17"}, headers=by_script)
    assert sent.status_code == 200
    assert '<div id="live"' in sent.content.decode()
    assert "Dear Meera, your" in text_of(sent)
    assert "The template is on its way." in text_of(sent)
    assert len(ours(meera)) == 1


def test_a_form_out_of_the_browsers_memory_asks_before_it_sends_once_more(dairy, at_work, meera):
    row, ref = template(dairy, "order_ready", BODY), uuid.uuid4()
    send(at_work, meera, row, ref=ref, body_1="Meera", body_2="17")
    answer = send(at_work, meera, row, ref=ref, body_1="Meera", body_2="18")
    assert answer.status_code == 422
    assert "sent already, with other values" in text_of(answer)
    [new] = re.findall(r'name="client_ref" value="([^"]+)"', answer.content.decode())
    assert send(at_work, meera, row, ref=new, body_1="Meera", body_2="18").status_code == 302
    assert [message.text[-20:] for message in ours(meera)] == ["*order 17* is ready.", "*order 18* is ready."]


def test_in_a_closed_window_a_template_with_a_picture_reaches_the_phone(meta, dairy, at_work, bob):
    conversation = written(sender=MEERA)
    with scopes_disabled():
        Message.objects.all().delete()
    let_time_pass(conversation, hours=48)
    row = template(dairy, "rich", *RICH)
    meta.post(
        "/templates",
        {"phone_number_id": DAIRY["phone_number_id"], "name": "rich", "language": "en", "components": RICH},
    )
    assert send(at_work, conversation, row, **FILLED).status_code == 302
    sending.work(linger=0.05)
    [message] = ours(conversation)
    assert message.status == Status.ACCEPTED, message.error_text
    [shown] = eventually(lambda: meta.thread(f"+{MEERA.phone}"))
    assert "Dear Meera, your *order 17* is ready." in str(shown)
    assert message.payload["template"]["components"][0]["parameters"] == [{"type": "image", "image": {"link": LINK}}]
    with scopes_disabled():
        assert Conversation.objects.get().owner == "human"


def picture(colour: str = "red", kind: str = "PNG") -> SimpleUploadedFile:
    made = BytesIO()
    Image.new("RGB", (40, 30), colour).save(made, kind)
    return SimpleUploadedFile("ghee.png", made.getvalue(), "image/png")


def test_a_picture_of_ones_own_goes_to_whatsapp_and_stands_in_the_thread(meta, dairy, at_work, bob):
    conversation = written(sender=MEERA)
    with scopes_disabled():
        Message.objects.all().delete()
    let_time_pass(conversation, hours=48)
    row = template(dairy, "rich", *RICH)
    meta.post(
        "/templates",
        {"phone_number_id": DAIRY["phone_number_id"], "name": "rich", "language": "en", "components": RICH},
    )
    assert send(at_work, conversation, row, **FILLED | {"media": "", "media_file": picture()}).status_code == 302
    sending.work(linger=0.05)
    [message] = ours(conversation)
    assert message.status == Status.ACCEPTED, message.error_text
    eventually(lambda: meta.thread(f"+{MEERA.phone}"))
    with scopes_disabled():
        [document] = Document.objects.all()
    assert (document.message_id, document.kind, document.uploaded_by_id) == (message.pk, "image", bob.pk)
    assert message.payload["template"]["components"][0]["parameters"][0]["image"] == {"id": document.media_id}


def test_a_chosen_file_is_kept_while_the_rest_is_put_right(meta, dairy, at_work, meera):
    row = template(dairy, "rich", *RICH)
    answer = send(at_work, meera, row, **FILLED | {"media": "", "media_file": picture(), "body_2": ""})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["body_2"])
    [kept] = re.findall(r'name="document" value="([^"]+)"', answer.content.decode())
    assert f'src="/media/{kept}"' in answer.content.decode()
    assert send(at_work, meera, row, **FILLED | {"media": "", "document": kept}).status_code == 302
    with scopes_disabled():
        assert Document.objects.get().message_id == ours(meera)[0].pk


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("bill.txt", b"one ghee", "text/plain"), "file of the kind picture"),
        (SimpleUploadedFile("empty.png", b"", "image/png"), "empty"),
        (SimpleUploadedFile("x.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png"), ""),
    ],
)
def test_a_file_that_does_not_fit_is_refused_where_it_was_chosen(dairy, at_work, meera, file, words):
    row = template(dairy, "rich", *RICH)
    answer = send(at_work, meera, row, **FILLED | {"media": "", "media_file": file})
    errors = answer.context["form"].errors
    assert (answer.status_code, list(errors)) == (422, ["media_file"])
    assert words in str(errors["media_file"])
    assert ours(meera) == []


def test_a_file_of_somebody_elses_is_not_taken(meta, dairy, alice, at_work, meera):
    with scope(business=dairy):
        theirs = outgoing.receive(dairy, picture(), "ghee.png", by=alice, mime="image/png")
    answer = send(at_work, meera, template(dairy, "rich", *RICH), **FILLED | {"media": "", "document": str(theirs.pk)})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["media_file"])


def test_a_file_that_whatsapp_has_already_is_named_by_its_id(dairy, at_work, meera):
    row = template(dairy, "rich", *RICH)
    assert send(at_work, meera, row, **FILLED | {"media": "1234567890123"}).status_code == 302
    [message] = ours(meera)
    assert message.payload["template"]["components"][0]["parameters"][0]["image"] == {"id": "1234567890123"}


def test_templates_of_another_account_are_not_there(dairy, masala, at_work, meera):
    theirs = template(masala, "theirs", BODY, waba=MASALA_WABA)
    assert at_work.get(address(meera), {"template": theirs.pk}).status_code == 404
    assert at_work.get(address(meera), {"template": "x"}).status_code == 404
    assert send(at_work, meera, theirs).status_code == 404
    assert at_work.post(f"/inbox/templates/{theirs.pk}/preview").status_code == 404
