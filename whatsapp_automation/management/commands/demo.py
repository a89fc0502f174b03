"""manage.py demo: make the demo's two shops; with --password print how to sign in to them."""

import os

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from aibot import answers
from whatsapp_automation import demo, env


class Command(BaseCommand):
    help = "Make the demo's two shops, where they are missing. Prints nothing secret unless asked."

    def add_arguments(self, parser):
        parser.add_argument("--password", action="store_true", help="print who can sign in, and the demo's password")

    def handle(self, *, password, **options):
        if settings.PRODUCTION:
            raise CommandError("The demo is not for production. Use manage.py createbusiness.")
        email, secret = env.text("DEMO_OWNER_EMAIL"), env.secret("DEMO_OWNER_PASSWORD", least=12)
        people = demo.fill(email, secret)
        while answers.fill_vectors(cores=os.cpu_count() or 1):
            pass  # here, so that the worker needs the matcher's memory only once a customer asks
        if password:
            for person in people:
                place = person.memberships.select_related("business").first()
                role = f"{place.get_role_display()} of {place.business}" if place else "owner of the installation"
                self.stdout.write(f"{person.email:36} {role}")
            self.stdout.write(f"Password, unless changed since: {secret}")
