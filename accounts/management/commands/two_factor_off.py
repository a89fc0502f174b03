"""manage.py two_factor_off EMAIL: for somebody who has lost the phone and the recovery codes. Make sure that it is them."""

from django.core.management.base import BaseCommand, CommandError

from accounts import twofactor
from accounts.models import User


class Command(BaseCommand):
    help = "Switch a person's two-factor sign-in off. They are told by mail, and it is in the audit log."

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *, email, **options):
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError("Nobody has this e-mail.")
        if not twofactor.switch_off(user, actor=None):
            raise CommandError("They have no two-factor sign-in.")
        self.stdout.write(f"{user.email} signs in with the password alone from now on.")
