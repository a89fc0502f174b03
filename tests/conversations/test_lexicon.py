"""One word of Hindi in two scripts and many spellings is found by each of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations import lexicon
from conversations.wording import words

# Written down from how customers write, without a look at lexicon.txt.
ALIKE = """
    दूध doodh dudh dud | पनीर paneer panir | घी ghee ghi | चीनी chini cheeni | आटा aata atta | चावल chawal chaval | दाल daal dal
    सब्जी sabzi sabji सब्ज़ी | प्याज pyaz pyaj | आलू aloo alu aaloo | दवा dawa dava | दवाई dawai davai | बुखार bukhar bukhaar
    फीस fees fee | दाखिला dakhila | कपड़ा kapda kapra | साड़ी saree sari | जूते joote jute | दुकान dukan dukaan | कीमत keemat kimat
    पैसे paise paisey | रुपये rupaye rupay | चाहिए chahiye chaiye chahie | नहीं nahi nahin nai nhi | कितना kitna kitnaa
    कब kab | कहाँ kahan kaha | भेजो bhejo bejo | खराब kharab khrab | वापस wapas vapas wapis | शादी shaadi shadi
    बच्चे bacche bache | पानी paani pani | मिठाई mithai mithaai | लड्डू laddu laddoo ladoo | हल्दी haldi | नमक namak
    ठीक theek thik | अच्छा accha achha acha | बहुत bahut bohot bahot | सुबह subah suba | शाम shaam sham | धन्यवाद dhanyavad dhanyawad
    गाय gaay gai | मक्खन makkhan makhan | दही dahi dahee | फूल phool phul | डॉक्टर doctor daktar | खाँसी khansi khaansi
    सिलाई silai silayi | मेहंदी mehndi mehendi | चप्पल chappal chapal | किराया kiraya | नमस्ते namaste namste | जल्दी jaldi jldi
"""
ROWS = [row.split() for line in ALIKE.strip().splitlines() for row in line.split("|")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_these_find_each_other(row):
    first, *others = (words(word)[0] for word in row)
    for other in others:
        assert lexicon.forms_of(first) & lexicon.forms_of(other), (first, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("doodh", "dahi"),
        ("aloo", "aam"),
        ("kitna", "kitne"),
        ("dard", "dawa"),
        ("ghee", "ghar"),
        ("चाय", "चाह"),
        ("stop", "shop"),
        ("112", "12"),
    ],
)
def test_these_do_not(one, other):
    assert not lexicon.forms_of(one) & lexicon.forms_of(other)


def test_it_knows_hundreds_of_words():
    assert lexicon.size() >= 700


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("doodh kitne ka hai", "दूध कितने का है"),
        ("mujhe 2 kilo paneer chahiye", "मुझे 2 किलो पनीर चाहिए"),
        ("kal subah bhej do", "कल सुबह भेज दो"),
        ("bache ko bukhar hai", "बच्चे को बुखार है"),
        ("pet me dard hai", "पेट में दर्द है"),
        ("Do you have the list for me?", "Do you have the list for me?"),
        ("Please send the price of the order to me", "Please send the price of the order to me"),
        ("दूध kitna", "दूध कितना"),
        ("", ""),
        ("😀 123 !", "😀 123 !"),
    ],
)
def test_romanised_hindi_becomes_devanagari_and_english_stays(written, meant):
    assert lexicon.to_devanagari(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("bhejdijiye", "भेज दीजिए"),
        ("batado bhai", "बता दो भाई"),
        ("milgaya kya", "मिल गया क्या"),
        ("rakhlenge", "रख लेंगे"),
        ("hassles in Orlando", "hassles in Orlando"),
    ],
)
def test_a_verb_and_its_helper_may_be_typed_as_one(written, meant):
    assert lexicon.to_devanagari(written) == meant


def test_in_a_text_that_is_known_to_be_hindi_every_word_is():
    assert lexicon.to_devanagari("pay in parts") == "pay in parts"
    assert lexicon.to_devanagari("do din me", is_hindi=True) == "दो दिन में"


@pytest.mark.parametrize(
    "text",
    [
        "Can you tell me how to pay a bill",
        "Could you tell me the status of my flight",
        "What is a good rate for the station",
        "How soon can I see our main menu",
        "Cut the price, please",
        "I have a dry throat and a pain in my feet",
        "What is the price range of ortho, and which one shall I choose",
    ],
)
def test_english_stays_english(text):
    assert lexicon.to_devanagari(text) == text


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_it_and_what_is_not_latin_stays(text):
    assert isinstance(lexicon.to_devanagari(text), str)
    assert all(lexicon.forms_of(word) for word in words(text))
