"""The Hindi of the pages: all of it, with the same placeholders, compiled. `script/words` brings it up to date."""

import gettext
import io
import re
from string import Formatter

import pytest
from django.utils import translation

from whatsapp_automation.embedded import words
from whatsapp_automation.embedded.words import Text

PERCENT = re.compile(r"%(?:\((\w+)\))?[sdr]")


@pytest.fixture(scope="module")
def catalogue():
    return words.read()


def translations(message) -> list[tuple[str, str]]:
    """(text, its Hindi), for one and for many."""
    if message.pluralizable:
        return list(zip(message.id, message.string, strict=True))
    return [(message.id, message.string)]


def placeholders(text: str) -> list[str]:
    """What is filled in later: %(name)s, %s and {name}. Braces that hold no name are text."""
    named = [name for _, name, _, _ in _fields(text) if name is not None and (name.isidentifier() or not name)]
    return sorted([match[0] for match in PERCENT.finditer(text)] + [f"{{{name}}}" for name in named])


def _fields(text: str) -> list:
    try:
        return list(Formatter().parse(text))
    except ValueError:  # no format string
        return []


def test_every_text_of_code_and_templates_has_its_hindi(catalogue):
    assert words.update(catalogue, words.found()) == [], "give these their Hindi in locale/hi, then run script/words"


def test_the_catalogue_holds_nothing_that_nobody_says(catalogue):
    before = {words.text_of(message) for message in catalogue}
    words.update(catalogue, words.found())
    assert before - {words.text_of(message) for message in catalogue} == set(), "run script/words"


def test_placeholders_are_those_of_the_text(catalogue):
    wrong = [
        (text, hindi)
        for message in catalogue
        if message.id
        for text, hindi in translations(message)
        if placeholders(text) != placeholders(hindi)
    ]
    assert wrong == []


def test_the_compiled_catalogue_is_that_of_the_written_one(catalogue):
    with words.MO.open("rb") as file:
        stored = gettext.GNUTranslations(file)
    fresh = gettext.GNUTranslations(io.BytesIO(words.compiled(catalogue)))
    texts = {key: value for key, value in fresh._catalog.items() if key}
    assert {key: value for key, value in stored._catalog.items() if key} == texts, "run script/words"


def test_texts_are_found_in_python_and_in_templates():
    code = (
        '_("plain")\nngettext("%(n)s item", "%(n)s items", n)\npgettext("door", "Open")\nlog.info("no text")\n_(name)\n'
    )
    assert list(words.in_python(code)) == [
        Text("plain"),
        Text("%(n)s item", "%(n)s items"),
        Text("Open", context="door"),
    ]
    page = (
        '{% load i18n %}<p title="{% translate "It\'s one" %}">{{ name|default:_("Nobody") }}</p>'
        '{% translate "Open" context "door" %}'
        "{% blocktranslate count n=n %}{{ n }} more{% plural %}{{ n }} of them{% endblocktranslate %}"
    )
    assert list(words.in_template(page)) == [
        Text("It's one"),
        Text("Nobody"),
        Text("Open", context="door"),
        Text("%(n)s more", "%(n)s of them"),
    ]


def test_a_new_text_is_asked_for_and_an_old_one_dropped(catalogue):
    missing = words.update(catalogue, {Text("Say it in Hindi"): "here.py", Text("Yes"): "there.py"})
    assert missing == [Text("Say it in Hindi")]
    kept = {words.text_of(message) for message in catalogue if message.id}
    assert Text("Yes") in kept
    assert Text("See all") not in kept
    assert Text("Apply Filters") in kept  # unfold's


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%(a)s of %d, {name} {} {not this}", ["%(a)s", "%d", "{name}", "{}"]),
        ('{"intent": "pricing"}', []),
        ("100 %", []),
    ],
)
def test_placeholders_are_told_from_text(text, found):
    assert placeholders(text) == sorted(found)


def test_the_pages_speak_hindi():
    with translation.override("hi"):
        assert translation.gettext("Take over") == "अपने हाथ में लें"
        assert translation.gettext("Apply Filters") == "फ़िल्टर लगाएँ"
        assert translation.ngettext("%(more)s more", "%(more)s more", 2) % {"more": 2} == "2 और"
        assert translation.gettext("November") == "नवंबर"  # Django's own is misspelt
