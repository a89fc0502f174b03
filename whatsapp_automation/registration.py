"""Self-registration, where OPEN_REGISTRATION allows it: a person and their business. The page and the API come here.

It stands beside onboarding, since a new business gets its default rules, which accounts may not know.
docs/decisions/0011-registration.md says what it tells of an e-mail that has an account, and why.
"""

import secrets

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import limits, mail, profile
from accounts.address import asker, network
from accounts.businesses import BusinessExists
from accounts.errors import DomainError
from accounts.limits import Limit
from accounts.models import Business, User

from . import onboarding

FROM_A_NETWORK = Limit("registrations from a network", 10, 3600)
TOLD = Limit("mails about a registration with a known e-mail", 3, 24 * 3600)


class EmailKnown(DomainError):
    """Somebody has an account with this e-mail; they have been told by mail. Who asked is not told."""

    def __init__(self):
        super().__init__("email_known", _("Check your mail."), status=409)


def register(business_name: str, name: str, email: str, password: str, phone: str = "") -> tuple[User, Business]:
    """A new person who owns a new business, with its default rules, and no tokens of the model's until the owner of the
    installation grants some.

    Raises ValidationError with the argument's name as key, EmailKnown, DomainError (too_many_requests).
    """
    user = _checked(business_name, name, email, password, phone)
    if limits.take(FROM_A_NETWORK, network(asker().address)).refused:
        raise DomainError("too_many_requests", _("Too many requests. Wait a moment."), status=429, retry_after=3600)
    user.password = make_password(password)  # not before: it is what costs time
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            return user, _opened(business_name.strip(), user)
    except IntegrityError:  # the e-mail is unique
        known = User.objects.filter(email=user.email).first()
        if known is None:
            raise
    if known.is_active and not limits.take(TOLD, known.email).refused:
        mail.already_registered(known)
    raise EmailKnown


def _checked(business_name: str, name: str, email: str, password: str, phone: str) -> User:
    """Not saved yet. All that is wrong is said at once; whether the e-mail is known is not."""
    user = User(email=email.strip().lower(), name=name.strip(), phone=phone.strip())
    wrong = {}
    for owner, fields, told in (
        (user, ("email", "name", "phone"), {}),
        (Business(name=business_name.strip()), ("name",), {"name": "business_name"}),
    ):
        try:
            owner.clean_fields(exclude={f.name for f in owner._meta.fields} - set(fields))
        except ValidationError as error:
            wrong |= {told.get(field, field): errors for field, errors in error.error_dict.items()}
    try:
        profile.check_phone(user.phone)
    except ValidationError as error:
        wrong.setdefault("phone", error.error_dict["phone"])
    try:
        validate_password(password, user)
    except ValidationError as error:
        wrong["password"] = error.error_list
    if wrong:
        raise ValidationError(wrong)
    return user


def _opened(name: str, owner: User) -> Business:
    slug = slugify(name)[:50] or "shop"
    language = "hi" if (get_language() or "").startswith("hi") else "en"
    while True:
        try:
            return onboarding.open_business(name, owner=owner, slug=slug, language=language, ai_daily_tokens=0)
        except BusinessExists:
            slug = f"{slug[:50]}-{secrets.token_hex(3)}"
