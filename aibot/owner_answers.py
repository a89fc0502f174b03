"""Write answers: the API, the admin and the import all come here. Each change is in the audit log, with the owner's words before
and after.

The question is the first of the ways to ask it: a row of Example that follows it. The file of an answer is a document that is kept
for it alone, and goes with it.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.errors import DomainError
from accounts.models import Business, User
from accounts.once import once
from cloud_api import messages
from documents import kept
from documents.models import Document

from . import slots
from .models import ANSWERED, ASKED, MOST_BUTTONS, Answer, Example
from .rules import Shop, most_characters, render, shop_of

MOST, MOST_WAYS = 500, 200  # answers of a business, ways to ask one
TEXTS = ("text", "text_hi", "text_roman")
FIELDS = ("question", *TEXTS, "buttons", "products", "enabled")
FILE = "document"  # beside FIELDS: what the owner gives is kept first
CARRIED = (Document.Kind.IMAGE, Document.Kind.DOCUMENT)
_LONGEST_NAME = "x" * 30


@transaction.atomic
def add(business: Business, *, actor: User | None, ways: Sequence[str] = (), **fields) -> Answer:
    """``ways``: more ways to ask; ``document``: a draft that becomes the answer's, or a file to copy. Raises ValidationError, and
    DomainError (409): answer_exists, too_many_answers.
    """
    Business.objects.select_for_update(no_key=True).get(pk=business.pk)  # one at a time: the count is right
    if Answer.objects.filter(business=business).count() >= MOST:
        raise DomainError("too_many_answers", too_many(), status=409)
    answer = Answer(business=business, **fields)
    check(answer)
    ways = cleaned_ways(ways, answer.question)
    if answer.document is not None:
        answer.document = kept.keep(answer.document)
    with _once():
        answer.save()
    _add_rows(answer, enumerate([answer.question, *ways]))
    _record("created", answer, actor, {}, _told(answer, fields) | {"ways": ways})
    return answer


@transaction.atomic
def change(answer: Answer, *, actor: User | None, ways: Sequence[str] | None = None, **fields) -> Answer:
    """Change the named fields alone; ``ways`` is then the whole list. Raises as ``add`` does."""
    held = Answer.objects.select_for_update().get(pk=answer.pk)
    before = _told(held, fields) | ({} if ways is None else {"ways": ways_of(held)})
    earlier = held.document
    for name, value in fields.items():
        setattr(held, name, value)
    check(held, [name for name in fields if name in FIELDS and before[name] != getattr(held, name)])
    if held.document is not None and held.document != earlier:
        held.document = kept.keep(held.document)
    after = _told(held, fields)
    if ways is not None or "question" in fields:
        told = cleaned_ways(ways_of(held) if ways is None else ways, held.question)
        after |= {} if ways is None else {"ways": told}
        _write_ways(held, told)
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        with _once():
            held.save(update_fields=[*(name for name in changed if name in (*FIELDS, FILE)), "updated_at"])
        if FILE in changed and earlier is not None:
            kept.let_go(earlier)
        _record("changed", held, actor, {n: before[n] for n in changed}, {n: after[n] for n in changed})
    return held


@transaction.atomic
def add_ways(answer: Answer, texts: Iterable[str], *, actor: User | None) -> Answer:
    """More ways to ask it, such as customers' messages. One that is there already changes nothing."""
    held = Answer.objects.select_for_update().get(pk=answer.pk)
    return change(held, actor=actor, ways=[*ways_of(held), *(" ".join(text.split())[:ASKED] for text in texts)])


@transaction.atomic
def take_ways(answer: Answer, texts: Iterable[str], *, actor: User | None) -> Answer:
    """What ``add_ways`` did, undone: they are ways to ask it no more."""
    held = Answer.objects.select_for_update().get(pk=answer.pk)
    gone = {" ".join(text.split()).lower() for text in texts}
    return change(held, actor=actor, ways=[way for way in ways_of(held) if way.lower() not in gone])


@transaction.atomic
def remove(answer: Answer, *, actor: User | None) -> None:
    """Of several at once one removes it. Raises Answer.DoesNotExist for the others."""
    held = Answer.objects.select_for_update().get(pk=answer.pk)
    _record("deleted", held, actor, _told(held, (*FIELDS, FILE)) | {"ways": ways_of(held)}, {})
    held.delete()
    if held.document is not None:
        kept.let_go(held.document)


def too_many() -> str:
    return _("A business has %s answers at most.") % MOST


def ways_of(answer: Answer) -> list[str]:
    """The further ways to ask, in the order in which they were written."""
    return list(Example.objects.filter(answer=answer, place__gt=0).order_by("place").values_list("text", flat=True))


# --- what is looked at ----------------------------------------------------------------------------------------------------


def check(answer: Answer, changed: Collection[str] = FIELDS) -> None:
    """Raises ValidationError, its keys the fields: what is missing, too long for WhatsApp once filled, or names no product, and a
    file that WhatsApp has no one message for. What is not ``changed`` may have been right once.
    """
    answer.question = " ".join(answer.question.split())
    untouched = {f.name for f in answer._meta.fields} - set(changed)
    answer.full_clean(exclude=untouched, validate_unique=False, validate_constraints=False)
    shop, wrong = shop_of(answer.business_id), {}
    for field in TEXTS:
        if (text := getattr(answer, field).strip()) and (why := _cannot_be_said(shop, text, answer)):
            wrong[field] = why
    if why := _cannot_be_carried(answer):
        wrong["document_id"] = why
    if not any(c.isalpha() for c in answer.question):
        wrong["question"] = _("A question has words.")
    if wrong:
        raise ValidationError(wrong)


def cleaned_ways(ways: Sequence[str], question: str) -> list[str]:
    """Each once, whatever its capitals, and not the question again. Raises ValidationError."""
    kept: dict[str, str] = {}
    for way in (" ".join(way.split()) for way in ways):
        if way and way.lower() != question.lower():
            kept.setdefault(way.lower(), way)
    if len(kept) > MOST_WAYS:
        raise ValidationError({"ways": _("There are at most %s ways to ask.") % MOST_WAYS})
    if any(len(way) > ASKED for way in kept.values()):
        raise ValidationError({"ways": _("A way to ask has at most %s characters.") % ASKED})
    if wordless := [way for way in kept.values() if not any(c.isalpha() for c in way)]:
        raise ValidationError({"ways": _("“%s” has no words.") % wordless[0]})
    return list(kept.values())


def _cannot_be_carried(answer: Answer) -> str:
    """Why; "" where it can, or there is no file."""
    if answer.document is None:
        return ""
    if answer.document.kind not in CARRIED:
        return _("An answer carries a picture (JPEG or PNG) or a document, such as a PDF.")
    if len(answer.buttons) > MOST_BUTTONS:
        return _("A list of buttons takes no picture or document: leave three buttons at most.")
    return ""


def _most_characters(answer: Answer) -> int:
    """With a file all of it is the caption."""
    most = most_characters(len(answer.buttons))
    return most if answer.document is None else min(most, messages.CAPTION)


def _too_long(length: int, answer: Answer) -> str:
    words = (
        _("Filled in it has %(length)s characters; WhatsApp takes %(most)s here. Shorten it, or leave the buttons out.")
        if answer.document is None
        else _(
            "Filled in it has %(length)s characters; WhatsApp takes %(most)s with a picture or document. Shorten it."
        )
    )
    return words % {"length": length, "most": _most_characters(answer)}


def _cannot_be_said(shop: Shop, text: str, answer: Answer) -> str:
    """Why; "" where it can."""
    if len(text) > ANSWERED:
        return _("It has at most %s characters.") % ANSWERED
    now = timezone.now()
    filled = slots.fill(shop, text, now)
    if unknown := [slot for slot in filled.missing if slot.partition(":")[0] in ("price", "total")]:
        return _("{%s} names no product on sale: its short name stands on its page.") % unknown[0]
    if unknown := [slot for slot in filled.missing if slot.partition(":")[0] not in ("hours", "delivery")]:
        return _("{%s}: there is no such slot. Known are price, total, hours and delivery.") % unknown[0]
    length = len(render(shop, filled.text, "en", _LONGEST_NAME, now=now))
    return _too_long(length, answer) if length > _most_characters(answer) else ""


# --- rows --------------------------------------------------------------------------------------------------------------------------


def _write_ways(answer: Answer, ways: list[str]) -> None:
    """Leave the rows whose text stays: they have their vectors."""
    wanted = [answer.question, *ways]
    there = {example.text: example for example in Example.objects.filter(answer=answer)}
    Example.objects.filter(answer=answer).exclude(text__in=wanted).delete()
    _add_rows(answer, ((place, text) for place, text in enumerate(wanted) if text not in there))
    for place, text in enumerate(wanted):
        if text in there and there[text].place != place:
            Example.objects.filter(pk=there[text].pk).update(place=place)


def _add_rows(answer: Answer, ways: Iterable[tuple[int, str]]) -> None:
    Example.objects.bulk_create(
        Example(business=answer.business, answer=answer, text=text, place=place) for place, text in ways
    )


def _once() -> AbstractContextManager[None]:
    return once("answer_exists", "question", _("There is an answer to this question already."))


def _record(what: str, answer: Answer, actor: User | None, before: dict, after: dict) -> None:
    audit.record(
        f"answer.{what}", business=answer.business, actor=actor, target=str(answer.pk), before=before, after=after
    )


def _told(answer: Answer, names) -> dict:
    told = {name: getattr(answer, name) for name in names if name in FIELDS}
    if FILE in names:
        file = answer.document
        told[FILE] = {"id": str(file.pk), "name": str(file)} if file else None
    return told
