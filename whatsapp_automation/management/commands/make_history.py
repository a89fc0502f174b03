"""manage.py make_history: a long made-up history of a business, for looking at pages with and for measuring."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import businesses
from accounts.models import Business
from whatsapp_automation import history


class Command(BaseCommand):
    help = "Add made-up conversations of a year to a business, or take them away again. Nobody is written to."

    def add_arguments(self, parser):
        parser.add_argument("--conversations", type=int, default=1_000)
        parser.add_argument("--messages", type=int, default=10_000)
        parser.add_argument(
            "--business", metavar="SLUG", help="its short name; without it: a business of its own, 'history'"
        )
        parser.add_argument("--remove", action="store_true", help="take away what this command made")
        parser.add_argument("--yes", action="store_true", help="in production, too")

    def handle(self, *, conversations, messages, business, remove, yes, **options):
        if settings.PRODUCTION and not yes:
            raise CommandError("This is a real installation. Give --yes if you mean it.")
        if not 1 <= conversations <= min(messages, 10_000_000):
            raise CommandError("Give at least one conversation, and at least as many messages.")
        begun = time.monotonic()
        found = self._business(business, may_open=not remove)
        if remove:
            gone = history.remove(found, self._tell(begun))
            self.stdout.write(f"{gone} messages removed from {found.slug}, with their contacts and conversations.")
            return
        history.make(found, conversations, messages, timezone.now(), self._tell(begun))
        self.stdout.write(
            f"{conversations} conversations, {messages} messages in {found.slug}: {time.monotonic() - begun:.0f} s"
        )

    def _business(self, slug: str | None, *, may_open: bool) -> Business:
        found = Business.objects.filter(slug=slug or "history").first()
        if found is None and slug is None and may_open:
            return businesses.create("History", slug="history")
        if found is None:
            raise CommandError(f"There is no business with the short name {slug or 'history'!r}.")
        return found

    def _tell(self, begun: float):
        """Say how far it is: at most once in two seconds, and at the end of each part."""
        part = {"name": "", "since": begun, "said": 0.0}

        def tell(what: str, done: int, of: int) -> None:
            now = time.monotonic()
            if what != part["name"]:
                part.update(name=what, since=part["said"] or begun)
            if done < of and now - part["said"] < 2:
                return
            left = (now - part["since"]) / done * (of - done)
            self.stdout.write(f"{what}: {done} of {of}" + (f", {left:.0f} s left" if done < of else ""))
            part["said"] = now

        return tell
