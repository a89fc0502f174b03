"""Labels: words that the team puts on conversations."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.errors import DomainError
from accounts.models import Business, User

from .models import Conversation, ConversationLabel, Label

FIELDS = ("name", "colour")
MOST = 100  # of a business


@transaction.atomic
def create(business: Business, *, by: User | None, **given) -> Label:
    """``given``: FIELDS. Raises DomainError (taken: 409) and ValidationError."""
    Business.objects.select_for_update(no_key=True).get(pk=business.pk)  # one at a time: the count is right
    if Label.objects.count() >= MOST:
        raise DomainError("too_many", _("A business has %s labels at most.") % MOST, status=409)
    label = Label(business=business)
    _put(label, given)
    _save(label)
    audit.record("label.added", business=business, actor=by, target=str(label.pk), name=label.name)
    return label


@transaction.atomic
def change(label: Label, *, by: User | None, **given) -> Label:
    """Change the named FIELDS. Raises as ``create``."""
    held = Label.objects.select_for_update().get(pk=label.pk)
    before = {name: getattr(held, name) for name in FIELDS}
    _put(held, given)
    changed = [name for name in FIELDS if getattr(held, name) != before[name]]
    if changed:
        _save(held)
        audit.record("label.changed", business=held.business, actor=by, target=str(held.pk), fields=changed)
    return held


@transaction.atomic
def delete(label: Label, *, by: User | None) -> None:
    """It goes from all conversations."""
    audit.record("label.deleted", business=label.business, actor=by, target=str(label.pk), name=label.name)
    label.delete()


@transaction.atomic
def put(conversation: Conversation, label: Label, *, by: User | None) -> bool:
    """Put it on the conversation, a closed one too. False where it is there."""
    row = ConversationLabel(business_id=conversation.business_id, conversation=conversation, label=label)
    made = ConversationLabel.objects.bulk_create([row], ignore_conflicts=True)
    done = ConversationLabel.objects.filter(pk=made[0].pk).exists()
    if done:
        _record("labelled", conversation, label, by)
    return done


@transaction.atomic
def take_off(conversation: Conversation, label: Label, *, by: User | None) -> bool:
    """False where it is not on it."""
    gone, _of = ConversationLabel.objects.filter(conversation=conversation, label=label).delete()
    if gone:
        _record("unlabelled", conversation, label, by)
    return bool(gone)


@transaction.atomic
def replace(conversation: Conversation, wanted: list[UUID], *, by: User | None) -> list[Label]:
    """Let the conversation have these labels and no others. Raises DomainError for an id that is no label's here."""
    rows = {label.pk: label for label in Label.objects.filter(pk__in=wanted)}
    if len(rows) != len(set(wanted)):
        raise no_such_label()
    for label in of(conversation):
        if label.pk not in rows:
            take_off(conversation, label, by=by)
    for label in rows.values():
        put(conversation, label, by=by)
    return of(conversation)


def no_such_label() -> DomainError:
    words = _("No label of this business has this id.")
    return DomainError("not_found", _("There is nothing here."), status=404, labels=words)


def of(conversation: Conversation) -> list[Label]:
    rows = ConversationLabel.objects.filter(conversation=conversation).select_related("label").order_by("label__name")
    return [row.label for row in rows]


def of_many(conversations: list[Conversation]) -> dict[UUID, list[Label]]:
    """conversation -> its labels, in one statement."""
    found: dict[UUID, list[Label]] = {conversation.pk: [] for conversation in conversations}
    rows = ConversationLabel.objects.filter(conversation__in=list(found)).select_related("label")
    for row in rows.order_by("label__name"):
        found[row.conversation_id].append(row.label)
    return found


def _put(label: Label, given: dict) -> None:
    for name in FIELDS:
        if name in given:
            setattr(label, name, given[name].strip())
    label.clean_fields(exclude=["business"])


def _save(label: Label) -> None:
    try:
        with transaction.atomic():
            label.save()
    except IntegrityError:
        words = _("There is a label with this name already.")
        raise DomainError("taken", words, status=409, name=words) from None


def _record(what: str, conversation: Conversation, label: Label, by: User | None) -> None:
    audit.record(
        f"conversation.{what}",
        business=conversation.business,
        actor=by,
        target=str(conversation.pk),
        label=label.name,
    )
