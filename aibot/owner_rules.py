"""Write rules: the page, the API and the admin all come here. Each change is in the audit log, with the owner's words
before and after.

A rule must fit what WhatsApp takes once it is filled, and the business's test lines (models.Trap) must still be
understood, or the owner says that it shall be saved all the same.
"""

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.errors import DomainError
from accounts.models import Business, Product, User
from accounts.once import once

from .matching import Book
from .models import Rule, Trap
from .phrases import is_sign
from .products import names_of
from .rules import most_characters, render, shop_of
from .slots import SLOT
from .trying import failing

FIELDS = (
    "intent",
    "language",
    "phrases",
    "whole_phrases",
    "unless_phrases",
    "reply",
    "away_reply",
    "asks",
    "buttons",
    "priority",
    "enabled",
)
LONGEST_NAME = "x" * 30


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """A test line, and the intent that it would get ("" for none)."""

    trap: Trap
    got: str


@transaction.atomic
def add(business: Business, *, actor: User | None, save_anyway: bool = False, **fields) -> Rule:
    """Raises ValidationError, and DomainError (409) where a test line would be understood otherwise than before
    (test_lines_fail), and where there is a rule of this intent and language (rule_exists).
    """
    rule = Rule(business=business, **{"away_reply": "", "asks": "", **fields})  # theirs are the database's defaults
    _check(rule, save_anyway, FIELDS)
    return add_row(rule, actor=actor)


@transaction.atomic
def add_row(rule: Rule, *, actor: User | None) -> Rule:
    """The same for a row that is checked already: by the admin's form."""
    with _once():
        rule.save()
    _record("created", rule, actor, {}, _told(rule, FIELDS))
    return rule


@transaction.atomic
def change(rule: Rule, *, actor: User | None, save_anyway: bool = False, **fields) -> Rule:
    """Change the named fields alone. Raises as ``add`` does."""
    held = Rule.objects.select_for_update().get(pk=rule.pk)
    before = _told(held, fields)
    for name, value in fields.items():
        setattr(held, name, value)
    after = _told(held, fields)
    changed = [name for name in fields if before[name] != after[name]]
    _check(held, save_anyway, changed)
    if changed:
        with _once():
            held.save(update_fields=[*changed, "updated_at"])
        _record("changed", held, actor, {n: before[n] for n in changed}, {n: after[n] for n in changed})
    return held


@transaction.atomic
def remove(rule: Rule, *, actor: User | None) -> None:
    """Of several at once one removes it. Raises Rule.DoesNotExist for the others."""
    held = Rule.objects.select_for_update().get(pk=rule.pk)
    _record("deleted", held, actor, _told(held, FIELDS), {})
    held.delete()


# --- what is looked at ----------------------------------------------------------------------------------------------------


def cannot_be(rule: Rule, changed: Collection[str]) -> dict[str, str]:
    """Field -> why: a text does not fit once its placeholders are filled; one that has changed has a slot, which is an answer's; a
    phrase that has changed is looked for among words and has none.
    """
    shop, most, found = shop_of(rule.business_id), most_characters(len(rule.buttons)), {}
    for field in {"phrases", "unless_phrases"}.intersection(changed):
        if signs := [phrase for phrase in getattr(rule, field) if is_sign(phrase)]:
            found[field] = _("%s has no words: write it under whole messages.") % signs[0]
    for field in ("reply", "away_reply"):
        if field in changed and (slot := SLOT.search(getattr(rule, field))):
            found[field] = _("%(slot)s: answers may hold this, rules may not.") % {"slot": slot[0]}
            continue
        length = len(render(shop, getattr(rule, field), rule.language, LONGEST_NAME, now=timezone.now()))
        if length > most:
            found[field] = _(
                "Filled in it has %(length)s characters; WhatsApp takes %(most)s here. Shorten it, or leave the buttons out."
            ) % {"length": length, "most": most}
    return found


def misunderstood(rule: Rule) -> list[Misunderstood]:
    """The business's test lines that are understood now and would not be with this rule."""
    traps = list(Trap.objects.filter(business=rule.business_id))
    if not traps:
        return []
    before = {trap.pk for trap, _got in failing(shop_of(rule.business_id).book, traps)}
    return [found for found in failing_with(rule, traps) if found.trap.pk not in before]


def failing_with(rule: Rule, traps: list[Trap]) -> list[Misunderstood]:
    """The test lines that are understood otherwise than they say, were this rule saved as it is here."""
    others = list(Rule.objects.filter(business=rule.business_id, enabled=True).exclude(pk=rule.pk))
    names = names_of(Product.objects.filter(business=rule.business_id, active=True))
    book = Book([*others, *([rule] if rule.enabled else [])], names)
    return [Misunderstood(trap, got) for trap, got in failing(book, traps)]


def failing_now(business: Business) -> list[Misunderstood]:
    traps = list(Trap.objects.filter(business=business))
    return [Misunderstood(trap, got) for trap, got in failing(shop_of(business.pk).book, traps)] if traps else []


def in_words(broken: list[Misunderstood]) -> list[str]:
    labels = dict(Rule.Intent.choices)
    return [
        _("“%(text)s” should mean %(wanted)s, and would mean %(got)s.")
        % {
            "text": found.trap.text,
            "wanted": labels.get(found.trap.intent, _("nothing")),
            "got": labels.get(found.got, _("nothing")),
        }
        for found in broken
    ]


def _check(rule: Rule, save_anyway: bool, changed: Collection[str]) -> None:
    """What nobody touches may have been right once: a rule of long ago can still be switched off."""
    rule.full_clean(exclude={f.name for f in rule._meta.fields} - set(changed), validate_constraints=False)
    if wrong := cannot_be(rule, changed):
        raise ValidationError(wrong)
    if not save_anyway and (broken := misunderstood(rule)):
        raise DomainError(
            "test_lines_fail",
            _("Test lines would be understood otherwise. Change the phrases, or save it all the same."),
            status=409,
            saveAnyway=in_words(broken),
        )


def _once() -> AbstractContextManager[None]:
    return once("rule_exists", "intent", _("There is a rule of this intent and language already."))


def _record(what: str, rule: Rule, actor: User | None, before: dict, after: dict) -> None:
    audit.record(f"rule.{what}", business=rule.business, actor=actor, target=str(rule.pk), before=before, after=after)


def _told(rule: Rule, names) -> dict:
    return {name: getattr(rule, name) for name in names if name in FIELDS}
