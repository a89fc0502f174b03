"""manage.py createbusiness: the first business of an installation, and its owner."""

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.businesses import BusinessExists
from accounts.models import User
from whatsapp_automation import env, onboarding


class Command(BaseCommand):
    help = (
        "Create a business with its owner, its settings and the default rules; the first one gets the WHATSAPP_ number."
    )

    def add_arguments(self, parser):
        parser.add_argument("name", help='the business\'s name: "Shuddh Dairy"')
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="made if there is no such person yet")
        parser.add_argument("--owner-name", default="", help="default: the part of the e-mail before the @")
        parser.add_argument("--slug", default="", help="short name for addresses; default: made from the name")
        parser.add_argument("--time-zone", default="Asia/Kolkata")
        parser.add_argument("--currency", default="INR")
        parser.add_argument("--language", default="en", choices=["en", "hi", "hi-Latn"])
        parser.add_argument("--superuser", action="store_true", help="the owner also owns the installation")

    @transaction.atomic
    def handle(self, *, name, owner, **options):
        person = self._person(owner.lower(), options["owner_name"], superuser=options["superuser"])
        try:
            business = onboarding.open_business(
                name,
                owner=person,
                slug=options["slug"],
                time_zone=options["time_zone"],
                currency=options["currency"],
                language=options["language"],
            )
        except BusinessExists as error:
            raise CommandError(str(error)) from None
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        number = onboarding.refresh_first_number()
        self.stdout.write(f"Created {business} ({business.slug}) with the owner {person.email}.")
        if number and number.business_id == business.pk:
            self.stdout.write(f"It answers on the WhatsApp number {number}.")

    def _person(self, email: str, name: str, *, superuser: bool) -> User:
        """Somebody who is there already keeps their password."""
        known = User.objects.filter(email=email).first()
        if known:
            if superuser and not known.is_superuser:
                known.is_superuser = True
                known.save(update_fields=["is_superuser"])
            return known
        user = User(email=email, name=name or email.partition("@")[0], is_superuser=superuser)
        password = _password(user)
        try:
            validate_password(password, user)
            user.set_password(password)
            user.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        user.save()
        return user


def _password(user: User) -> str:
    """From OWNER_PASSWORD, or typed twice: never from the command line, where others could read it."""
    given = env.text("OWNER_PASSWORD", "")
    if given:
        return given
    if not sys.stdin.isatty():
        raise CommandError("Set OWNER_PASSWORD in the environment, or run this where a password can be typed.")
    first = getpass.getpass(f"Password for {user.email}: ")
    if getpass.getpass("Again: ") != first:
        raise CommandError("The two passwords differ.")
    return first
