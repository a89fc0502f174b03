"""What the owner of a business sets: validated and written here alone. The page, the API and the admin come here.

Each change is in the audit log with what was there before and after. A change locks the business's settings, so two
owners write one after the other; who names the time of the settings that they have seen is refused when somebody else
has changed them since (``ChangedMeanwhile``).
"""

from datetime import UTC, datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_scopes import scope

from . import allowance, audit, placeholders, reading, twofactor
from .errors import DomainError
from .models import DAYS, AuditEvent, Business, Membership, Settings, User, text_errors

OF_BUSINESS = ("name", "time_zone", "language", "currency")
OF_SETTINGS = (
    "hours",
    "holidays",
    "delivery_area",
    "bot_on",
    "texts",
    "fallback_text",
    "fallback_text_hi",
    "quiet_from",
    "quiet_until",
    "ai_daily_tokens",
    "ai_calls_per_hour",
    "ai_persona",
    "ai_instructions",
    "messages_kept_days",
    "auto_return_minutes",
    "blue_ticks",
    "notify_after_minutes",
    "two_factor_required",
)
FIELDS = (*OF_BUSINESS, *OF_SETTINGS)
CHANGED = "settings.changed"  # the audit log's word


class ChangedMeanwhile(DomainError):
    """The settings are not those any more that the writer has seen. ``story``: who changed what, and when."""

    def __init__(self, business: Business, status: int = 409):
        self.story = _meanwhile(last_change(business))
        super().__init__("changed_meanwhile", f"{self.story} {_READ_AGAIN}", status=status)


_READ_AGAIN = gettext_lazy("Read them again before you change them.")


def of(business: Business) -> Settings:
    """The settings as they stand, with their business read anew."""
    with scope(business=business):
        return Settings.objects.select_related("business").get()


def change(
    business: Business, *, actor: User | None, seen: datetime | None = None, merge: bool = False, **fields
) -> Settings:
    """Change the named FIELDS. Returns the settings, with their business.

    ``merge``: of hours and texts only the days, kinds and languages that are named; None removes a text. ``seen``: the
    ``updated_at`` of the settings that the writer looked at. Raises ValidationError (the field's name as its key, of a
    text ``texts.away.hi``) and ChangedMeanwhile; nothing is written then.
    """
    with transaction.atomic(), scope(business=business):
        row, before = _examined(business, actor, seen, merge, fields)
        if before:
            _save(row, list(before))
            _record(row, actor, {name: (was, _told(row, name)) for name, was in before.items()})
    return row


def examine(business: Business, *, actor: User | None, seen: datetime | None = None, **fields) -> None:
    """Raise what ``change`` would raise. In the caller's transaction, which keeps the settings as they are until its end."""
    with transaction.atomic(), scope(business=business):
        _examined(business, actor, seen, False, fields)


def _examined(business: Business, actor, seen, merge: bool, fields: dict) -> tuple[Settings, dict]:
    """The settings with the fields put in, locked and not saved, and what was there where it is something else now."""
    row = _held(business)
    if seen is not None and row.updated_at != seen:
        raise ChangedMeanwhile(business)
    before = {name: _told(row, name) for name in fields}
    for name, value in fields.items():
        _put(row, name, _merged(_get(row, name), value) if merge else value)
    changed = {name: was for name, was in before.items() if was != _told(row, name)}
    check(row, changed, actor=actor)
    return row, changed


def check(row: Settings, changed, *, actor: User | None) -> None:
    """Raise ValidationError where what has changed will not do. What nobody touched is not looked at: it may have been
    right once.
    """
    errors: dict[str, list] = {}
    for part, names in ((row, OF_SETTINGS), (row.business, OF_BUSINESS)):
        own = [name for name in names if name in changed and name != "texts"]  # _check_texts says which text
        _gather(errors, part.clean_fields, exclude={f.name for f in part._meta.fields} - set(own))
    for look in (_check_characters, _check_texts, _check_quiet, _check_limits, _check_currency):
        _gather(errors, look, row, [name for name in changed if name not in errors])
    if "two_factor_required" in changed:
        look = _check_two_factor if row.two_factor_required else _check_who_switches_off
        _gather(errors, look, row.business, actor)
    if errors:
        raise ValidationError(errors)


def last_change(business: Business) -> AuditEvent | None:
    return AuditEvent.objects.filter(business=business, action=CHANGED).select_related("actor").first()


def mark(row: Settings) -> str:
    """A name of the settings as they stand, for a page's hidden field and an ETag: ``seen_of`` reads it."""
    return row.updated_at.astimezone(UTC).isoformat()


def seen_of(text: str) -> datetime | None:
    """None where the text is no mark."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


# --- reading and writing the two rows ------------------------------------------------------------------------------------------


def _held(business: Business) -> Settings:
    """The settings, locked; the business beside them is read after the lock, as the last writer left it."""
    row = Settings.objects.select_for_update().get()
    row.business = Business.objects.get(pk=business.pk)
    return row


def _get(row: Settings, name: str):
    return getattr(row.business if name in OF_BUSINESS else row, name)


def _put(row: Settings, name: str, value) -> None:
    if name not in FIELDS:
        raise TypeError(f"{name} is nothing that an owner sets.")
    setattr(row.business if name in OF_BUSINESS else row, name, _tidy(name, value))


def _tidy(name: str, value):
    """One form for what means the same. What cannot be read stays as it is, for the validators to refuse."""
    if name == "texts" and isinstance(value, dict):
        kinds = {kind: _written(texts) for kind, texts in value.items()}
        return {kind: texts for kind, texts in kinds.items() if texts != {}}
    if name == "hours" and isinstance(value, dict):
        return {**{day: [] for day in DAYS}, **{day: spans or [] for day, spans in value.items()}}
    if name == "holidays" and isinstance(value, list):
        return _by_date(value)
    return value.strip() if isinstance(value, str) else value


def _written(texts):
    if texts is None:
        return {}
    if not isinstance(texts, dict):
        return texts
    plain = {language: text.strip() if isinstance(text, str) else text for language, text in texts.items()}
    return {language: text for language, text in plain.items() if text not in ("", None)}


def _by_date(holidays: list) -> list:
    try:
        named = [{**day, "name": day.get("name", "").strip()} for day in holidays]
        return sorted(named, key=lambda day: day["date"])
    except (TypeError, KeyError, AttributeError):
        return holidays


def _merged(old, new):
    """An object's named parts over those that are there."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}


def _save(row: Settings, changed: list[str]) -> None:
    """The settings' time changes with the business's name too: it stands for the whole document."""
    of_business = [name for name in changed if name in OF_BUSINESS]
    if of_business:
        row.business.save(update_fields=of_business)
    row.save(update_fields=[*(name for name in changed if name in OF_SETTINGS), "updated_at"])


def _told(row: Settings, name: str):
    """A value as JSON holds it."""
    value = _get(row, name)
    return value.strftime("%H:%M") if isinstance(value, time) else value


def _record(row: Settings, actor: User | None, changed: dict[str, tuple]) -> None:
    parts = {name: _narrowed(before, after) for name, (before, after) in changed.items()}
    audit.record(
        CHANGED,
        business=row.business,
        actor=actor,
        target=str(row.business_id),
        before={name: before for name, (before, _after) in parts.items()},
        after={name: after for name, (_before, after) in parts.items()},
    )


def _narrowed(before, after) -> tuple:
    """Of hours and texts only the days and kinds that changed."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return before, after
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in keys}, {key: after.get(key) for key in keys}


# --- what will not do ----------------------------------------------------------------------------------------------------------


def _gather(errors: dict, look, *args, **kwargs) -> None:
    try:
        look(*args, **kwargs)
    except ValidationError as error:
        for name, found in error.error_dict.items():
            errors.setdefault(name, []).extend(found)


def _check_characters(row: Settings, changed: list[str]) -> None:
    wrong = [name for name in changed if name != "texts" and _has_nul(_get(row, name))]
    if wrong:
        raise ValidationError({name: _("A text holds a character that cannot be stored.") for name in wrong})


def _has_nul(value) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_has_nul(part) for part in parts)


def _check_texts(row: Settings, changed: list[str]) -> None:
    errors = {}
    if "texts" in changed:
        errors = {".".join(("texts", *path)): error for path, error in text_errors(row.texts).items()}
    for name in ("fallback_text", "fallback_text_hi"):
        if name in changed:
            _gather(errors, _check_placeholders, name, _get(row, name))
    if errors:
        raise ValidationError(errors)


def _check_placeholders(name: str, text: str) -> None:
    try:
        placeholders.check(text)
    except ValidationError as error:
        raise ValidationError({name: error}) from None


def _check_quiet(row: Settings, changed: list[str]) -> None:
    if {"quiet_from", "quiet_until"} & set(changed):
        row.clean()


def _check_currency(row: Settings, changed: list[str]) -> None:
    if "currency" in changed:
        row.business.clean()


def _check_limits(row: Settings, changed: list[str]) -> None:
    """The business's own limits are tighter than what it is allowed, or they would say what is not so."""
    allowed = allowance.limits_of(row.business)
    most = {"ai_daily_tokens": allowed.most_daily_tokens, "ai_calls_per_hour": allowed.most_calls_per_hour}
    errors = {}
    for name, limit in most.items():
        value = _get(row, name)
        if name in changed and value is not None and value > limit:
            errors[name] = _("The most that you are allowed is %s.") % number_format(limit, force_grouping=True)
    if errors:
        raise ValidationError(errors)


def _check_two_factor(business: Business, actor: User | None) -> None:
    """Whoever asks it of everybody has it: nobody shall lock themselves out, nor a key its owners."""
    if actor is not None and not twofactor.is_on(actor):
        raise ValidationError(
            {
                "two_factor_required": _(
                    "Set up two-factor sign-in for yourself first: without it you would lock yourself out of this page."
                )
            }
        )
    if actor is None and not any(twofactor.is_on(m.user) for m in _owners(business)):
        raise ValidationError(
            {"two_factor_required": _("No owner has two-factor sign-in yet: nobody could change it back.")}
        )


def _check_who_switches_off(business: Business, actor: User | None) -> None:
    """Whoever has got hold of a key shall not take the second lock away and then guess at the first."""
    if actor is None:
        raise ValidationError({"two_factor_required": _("A person must switch it off, not an API key.")})


def _owners(business: Business):
    return Membership.objects.filter(business=business, role=Membership.Role.OWNER).select_related("user")


# --- somebody else was faster --------------------------------------------------------------------------------------------------


def _meanwhile(event: AuditEvent | None) -> str:
    """Who changed what, and when, in the reader's words."""
    if event is None:
        return _("The settings have been changed meanwhile.")
    return _("%(who)s changed the settings at %(time)s (%(what)s).") % {
        "who": event.actor or (event.api_key and _("An API key")) or _("Somebody"),
        "time": reading.moment(event.at),
        "what": names_of(event.details.get("after", {})),
    }


def names_of(fields) -> str:
    """The fields as the page calls them: "Opening hours, delivery area"."""
    known = {f.name: f.verbose_name for model in (Business, Settings) for f in model._meta.fields if f.name in FIELDS}
    return ", ".join(str(known[name]) for name in FIELDS if name in fields)
