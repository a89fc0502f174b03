"""Which rule a message means, with the rules that a new business starts with."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Business
from aibot.defaults import RULES, phrases, rules_for
from aibot.kinds import KINDS
from aibot.matching import FILLERS, Book
from aibot.models import Rule
from aibot.phrases import parts
from conversations.wording import words
from tests.growth import growth


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(rules_for(Business(name="Shuddh Dairy")))


def meant(book: Book, text: str) -> str:
    match = book.best(text)
    return match.pattern.intent if match else "none"


LINES = {
    "greeting": [
        "Hi",
        "HELLO!!!",
        "hellooooo",
        "Good Morning",
        "good morning sir",
        "hi good evening",
        "hey team 👋",
        "🙏",
        "🙏🏽",
        "anyone there?",
        "नमस्ते",
        "नमस्ते जी",
        "नमस्कार 🙏",
        "राम राम भाई",
        "सुप्रभात",
        "namaste bhaiya",
        "Namaskar ji",
        "ram ram",
        "kaise ho",
        "hi namaste",
    ],
    "pricing": [
        "Price please",
        "what is the price of ghee?",
        "hello, how much is 1 kg paneer",
        "send me the price-list",
        "How much for 2 litres of milk",
        "whats the cost",
        "rates?",
        "pricing for bulk order",
        "घी का दाम क्या है",
        "पनीर कितने का है?",
        "कीमत?",
        "रेट बताइए",
        "दूध का भाव क्या है",
        "नमस्ते, कितने में मिलेगा",
        "ghee kitne ka hai",
        "paneer ka rate batao",
        "kya rate hai aaj",
        "daam bataiye please",
        "1 kilo kitne rupaye",
        "bhaiya rate list bhejo",
        "kitna lagega",
    ],
    "demo": [
        "free sample?",
        "Can you send a sample",
        "I want a trial before I order",
        "is there a free trial",
        "डेमो चाहिए",
        "फ्री सैंपल मिलेगा क्या",
        "मुफ़्त सैंपल भेजिए",
        "sample milega kya",
        "namuna chahiye",
        "trial chahiye bhai",
    ],
    "person": [
        "please talk to a human",
        "मुझे किसी से बात करनी है",
        "kisi se baat karni hai",
    ],
    "support": [
        "help",
        "I need help",
        "my order hasn't arrived yet",
        "the milk went bad",
        "I got the wrong item",
        "payment failed twice",
        "I want a refund",
        "मदद चाहिए",
        "मेरा ऑर्डर नहीं आया",
        "दूध खराब निकला",
        "पैसे कट गए",
        "mera order nahi aaya abhi tak",
        "doodh kharab nikla",
        "paise kat gaye par order nahi mila",
        "refund chahiye",
        "thanks to you I got the wrong size of box last week",
    ],
    "opt_out": [
        "रोकें",
        "रोकिए",
        "rokein",
        "rok dijiye",
        "Stop!",
        "STOP please",
        "stop 🛑",
        "unsubscribe me",
        "Please stop messaging me",
        "do not message me",
        "don’t send me messages",
        "remove my number from your list",
        "no more messages please",
        "बंद करो",
        "मैसेज मत भेजो",
        "मेरा नंबर हटा दीजिए",
        "स्टॉप",
        "band karo ji",
        "message mat bhejo mujhe",
        "mera number hata do",
    ],
    "bye": [
        "Bye!",
        "ok thank you",
        "thanks a lot 🙏",
        "thank you so much sir",
        "good night",
        "okay bye bye",
        "धन्यवाद",
        "बहुत बहुत धन्यवाद",
        "शुक्रिया जी",
        "फिर मिलेंगे",
        "dhanyawad bhai",
        "bahut shukriya",
        "alvida",
        "phir milenge",
    ],
    "none": [
        "delivery kab hogi",
        "डिलीवरी कब होगी",
        # greeting
        "this one",
        "hello kitty cake available?",
        "is the yoga mat in stock",
        "the high street shop",
        "मुझे नमस्ते इंडिया का घी चाहिए",
        # pricing
        "it is priceless",
        "how much time does delivery take",
        "what is the fat percentage",
        "कितने बजे खुलते हो",
        "kitne din me milega",
        "kitne baje tak khula hai",
        "the rate of growth",
        # demo
        "where is the trial room",
        "a memo from the office",
        "democracy",
        "sample",
        # support
        "no problem at all",
        "koi dikkat nahi",
        "कोई समस्या नहीं",
        "it helps my family",
        "she is helpful",
        "the box is not broken",
        # opt-out
        "when does the bus stop here",
        "non-stop service",
        "please don't stop sending offers",
        "the end of the street",
        "i will remove the lid",
        "दुकान कब बंद करो गे",
        # bye
        "goodbye party cake for 20 people",
        "thanksgiving sweets",
        # nothing of it all
        "ok",
        "yes",
        "2 kg",
        "MG Road, Bengaluru 560001",
        "",
        "   ",
        "...",
        "😀",
        "கொஞ்சம் பால் வேண்டும்",
    ],
}
LINES["demo"].append(LINES["none"].pop(LINES["none"].index("sample")))  # as a whole message it is one


@pytest.mark.parametrize(("intent", "text"), [(intent, text) for intent, texts in LINES.items() for text in texts])
def test_a_line_means(book, intent, text):
    assert meant(book, text) == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hi, what's the price?", "pricing"),
        ("namaste, ghee ka daam kya hai", "pricing"),
        ("hi, I want a refund", "support"),
        ("what is the price? my order has not arrived", "support"),
        ("thanks but stop messaging me", "opt_out"),
        ("hello and thanks", "none"),
        ("can I get a demo, and what is the price", "demo"),
        ("नमस्ते, मदद चाहिए", "support"),
    ],
)
def test_of_two_intents_the_more_pressing_one_answers(book, text, intent):
    assert meant(book, text) == intent


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hello", "en"),
        ("नमस्ते", "hi"),
        ("namaste", "hi-Latn"),
        ("price", "en"),
        ("कीमत", "hi"),
        ("kya rate hai", "hi-Latn"),
        ("demo chahiye", "hi-Latn"),
        ("a demo please", "en"),
        ("ok thanks", "en"),
        ("refund chahiye bhai", "hi-Latn"),
        ("thanks", "en"),
        ("धन्यवाद", "hi"),
        ("shukriya", "hi-Latn"),
        ("STOP", "en"),
        ("बंद करो", "hi"),
        ("band karo", "hi-Latn"),
    ],
)
def test_the_answer_is_in_the_language_of_the_line(book, text, language):
    assert book.best(text).pattern.language == language


def test_a_whole_phrase_counts_only_where_nothing_but_politeness_stands_around_it(book):
    for text in ("stop", "STOP.", "please stop", "stop please sir", "ok stop ji", "Stop! Stop! Stop!"):
        assert meant(book, text) == "opt_out", text
    for text in ("stop at five", "the bus stop", "stop here", "next stop"):
        assert meant(book, text) == "none", text
    for filler in FILLERS:
        assert meant(book, filler) == "none", filler


def test_phrases_are_whole_words(book):
    rules = [Rule(intent="pricing", language="en", phrases=["rate"], priority=1)]
    assert meant(Book(rules), "the rate today") == "pricing"
    for text in ("rates", "separate", "grate", "rate1"):
        assert meant(Book(rules), text) == "none"


def test_a_phrase_that_forbids_takes_its_own_rule_away_alone():
    rules = [
        Rule(intent="support", language="en", phrases=["broken"], unless_phrases=["not broken"], priority=2),
        Rule(intent="pricing", language="en", phrases=["price"], priority=1),
    ]
    assert meant(Book(rules), "it is broken, what is the price") == "support"
    assert meant(Book(rules), "it is not broken, what is the price") == "pricing"
    assert meant(Book(rules), "it is not broken") == "none"


def test_a_phrase_that_forbids_in_one_language_forbids_the_intent():
    rules = [
        Rule(intent="pricing", language="en", phrases=["price"], unless_phrases=["price tag"], priority=1),
        Rule(intent="pricing", language="hi-Latn", phrases=["price"], priority=1),
    ]
    assert meant(Book(rules), "the price is lost") == "pricing"
    assert meant(Book(rules), "the price tag is lost") == "none"


def test_whom_one_speaks_to_may_stand_between_the_words_of_a_phrase():
    book = Book([Rule(intent="pricing", language="en", phrases=["send me the rates"], priority=1)])
    for text in (
        "send me the rates",
        "send me please sir the rates",
        "kindly send ji me the rates",
        "send भैया me the rates",
    ):
        assert meant(book, text) == "pricing", text
    for text in ("send me not the rates", "send me sir sir sir sir the rates"):
        assert meant(book, text) == "none", text


def test_the_longest_phrase_decides_between_rules_of_one_priority():
    rules = [
        Rule(intent="pricing", language="en", phrases=["price"], priority=1),
        Rule(intent="demo", language="en", phrases=["price of a sample"], priority=1),
    ]
    for book in (Book(rules), Book(rules[::-1])):
        match = book.best("What is the price of a sample?")
        assert (match.pattern.intent, match.phrase) == ("demo", "price of a sample")


def test_a_long_phrase_does_not_outweigh_a_more_pressing_intent():
    rules = [
        Rule(intent="pricing", language="en", phrases=["price list of today"], priority=1),
        Rule(intent="support", language="en", phrases=["broken"], priority=2),
    ]
    assert meant(Book(rules), "the price list of today is broken") == "support"


def test_a_match_says_which_phrase_it_was(book):
    assert book.best("So I got charged twice").phrase.startswith("(charged/")
    assert book.best("👋").phrase == "👋"


def test_a_book_without_rules_matches_nothing():
    assert Book([]).best("hello") is None


def _ends(written: str) -> set[str]:
    """The phrase with the first and with the last of each choice and kind."""
    found = set()
    for place, choice in ((0, r"\(([^()/]*)/[^()]*\)"), (-1, r"\([^()]*/([^()]*)\)")):
        text = written.replace("*", " ").replace("{product}", "")
        for name, kind in KINDS.items():
            text = text.replace(f"{{{name}}}", kind[place])
        found.add(re.sub(choice, r"\1", text).strip())
    return found


def test_every_default_phrase_means_its_own_intent(book):
    wrong = [
        (intent, language, phrase, meant(book, phrase))
        for intent, language in RULES
        for field in ("whole", "anywhere")
        for written in phrases(intent, language, field)
        for phrase in _ends(written)
        if phrase and meant(book, phrase) != intent
    ]
    assert wrong == []


def test_every_default_phrase_can_be_read():
    assert all(
        parts(phrase) or not words(phrase)
        for intent, language in RULES
        for field in ("whole", "anywhere", "unless")
        for phrase in phrases(intent, language, field)
    )


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hi, stop", "opt_out"),
        ("hello sir, help", "support"),
        ("namaste ji rate?", "pricing"),
        ("thanks but it is broken", "support"),
        ("thank you, bye", "bye"),
        ("thank you for your help", "bye"),
        ("good morning, thanks", "none"),
        ("hello kitty, help the cake", "none"),
    ],
)
def test_a_greeting_is_politeness_to_a_bare_word_that_needs_an_answer(book, text, intent):
    assert meant(book, text) == intent


def test_a_star_stands_for_at_most_three_words():
    book = Book([Rule(intent="pricing", language="en", phrases=["how much * cost"], priority=1)])
    for text in ("how much cost", "how much does it cost", "so how much would one kilo cost me"):
        assert meant(book, text) == "pricing", text
    for text in ("how much does one kilo of it cost", "how much", "cost how much"):
        assert meant(book, text) == "none", text


def test_a_choice_stands_for_each_of_its_words():
    book = Book([Rule(intent="support", language="en", phrases=["(order/parcel) not (yet/) here"], priority=1)])
    for text in ("order not here", "my parcel not yet here!"):
        assert meant(book, text) == "support", text
    for text in ("milk not here", "order yet here"):
        assert meant(book, text) == "none", text


def test_a_name_in_braces_stands_for_each_word_of_its_kind_in_both_scripts():
    book = Book(
        [Rule(intent="support", language="en", phrases=["{goods} (was/{bad} hai)", "no {service}"], priority=1)]
    )
    for text in ("milk was", "दूध ख़राब है", "washing machine was", "doodh phata hai", "no hair cut"):
        assert meant(book, text) == "support", text
    for text in ("bad", "goods bad", "the sky was", "milk hai"):
        assert meant(book, text) == "none", text


def test_a_star_at_the_end_of_a_whole_message_stands_for_its_last_words():
    rule = Rule(intent="greeting", language="en", whole_phrases=["my name is *"], phrases=["i live in *"], priority=1)
    book = Book([rule])
    for text in ("my name is", "my name is Asha", "my name is Asha Devi Rao sir", "now i live in Pune with two cats"):
        assert meant(book, text) == "greeting", text
    for text in ("my name is Asha and i want milk", "ask if my name is Asha"):
        assert meant(book, text) == "none", text


def test_what_is_typed_without_a_space_is_two_words(book):
    assert meant(book, "howmuch") == meant(book, "kitneka") == "pricing"
    assert meant(book, "bandkaro") == "opt_out"


def test_a_phrase_of_many_choices_costs_its_length():
    """Not the product of its choices: 60 times 1 and 60 times 16 differ by 15 words."""
    many = "/".join(f"word{number}" for number in range(60))

    def rules(last: str) -> list[Rule]:
        return [Rule(intent="support", language="en", phrases=[f"({many}) is ({last})"], priority=1)]

    one, sixteen = rules("a"), rules("/".join("abcdefghijklmnop"))
    assert growth(lambda: [Book(one) for _ in range(20)], lambda: [Book(sixteen) for _ in range(20)]) < 6
    assert meant(Book(sixteen), "the word59 is p") == "support"


def test_a_phrase_with_too_many_choices_is_refused():
    with pytest.raises(ValueError, match="stands for 1024 phrases"):
        parts("(a/b)" * 10)
    with pytest.raises(ValueError, match="more than 3 gaps"):
        parts("a * b * c * d * e")
    unread = Book([Rule(intent="pricing", language="en", phrases=["(a/b)" * 10, "price"], priority=1)])
    assert meant(unread, "price") == "pricing"  # one row that cannot be read does not stop the others


def test_signs_alone_are_no_phrase_and_no_harm():
    for phrase in ("*", "* *", "(/)", "()", "!", "( / )"):
        assert parts(phrase) == ()
    assert meant(Book([Rule(intent="pricing", language="en", phrases=["*", "()"], priority=1)]), "anything") == "none"


def test_a_products_name_stands_in_a_phrase_and_beside_a_bare_word():
    rules = [Rule(intent="pricing", language="en", phrases=["rate of {product}"], whole_phrases=["cost"], priority=1)]
    book = Book(rules, ["Cow ghee", "घी", "desi ghee"])
    for text in ("the rate of desi ghee?", "rate of cow ghee", "ghee cost 1 kg", "घी cost"):
        assert meant(book, text) == "pricing", text
    for text in ("rate of growth", "the mango cost us a tooth"):
        assert meant(book, text) == "none", text


def test_what_came_close_is_told_with_the_reason(book):
    assert book.near("hello") == []
    assert {(n.pattern.intent, n.why) for n in book.near("please stop by, the price is fine")} >= {
        ("opt_out", "not alone")
    }
    assert ("pricing", "outranked") in {(n.pattern.intent, n.why) for n in book.near("what is the price of my refund")}
    assert ("support", "forbidden") in {(n.pattern.intent, n.why) for n in book.near("the box is not broken")}


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(sorted({p for texts in LINES.values() for p in texts}))).map(" ".join)
)
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_matching(text):
    match = BOOK.best(text)
    assert match is None or match.pattern in BOOK.patterns


BOOK = Book(rules_for(Business(name="Shuddh Dairy")))


def test_a_long_message_of_greetings_costs_no_more_than_its_length(book):
    """One that cost its square would hold the drain, and with it every business, for minutes."""
    assert meant(book, "hi " * 20_000) == "greeting"
    assert growth(lambda: meant(book, "hi " * 2_000), lambda: meant(book, "hi " * 20_000)) < 30  # its square: 100


def test_a_long_message_of_addresses_costs_no_more_than_its_length(book):
    assert meant(book, "stop " + "sir " * 20_000) == "opt_out"
    assert growth(lambda: meant(book, "stop " + "sir " * 2_000), lambda: meant(book, "stop " + "sir " * 20_000)) < 30


@pytest.mark.parametrize("phrase", ["ji " * 20, "ji * " * 3 + "ji " * 16, "ji " * 29 + "x"])
def test_a_phrase_of_addresses_costs_no_more_than_its_length(phrase):
    """Words that may be passed over are words of the phrase as well: there are 4 ** 20 ways to read it."""
    book = Book([Rule(business=Business(), intent="hours", language="en", phrases=[phrase], reply="x")])
    assert growth(lambda: book.best("ji " * 40), lambda: book.best("ji " * 200)) < 50


def test_a_phrase_of_more_words_than_a_sentence_is_refused():
    assert len(parts("ji " * 30)) == 30
    with pytest.raises(ValueError, match="words"):
        parts("ji " * 31)
