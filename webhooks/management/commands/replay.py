"""manage.py replay: work failed webhook items off once more, all that failed since a time."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django_scopes import scopes_disabled

from accounts.models import Business, WhatsAppNumber
from webhooks import deadletters


class Command(BaseCommand):
    help = "Replay the failed items that are still open. It may run while the product does, and again: nothing is done twice."

    def add_arguments(self, parser):
        parser.add_argument(
            "--since",
            required=True,
            metavar="TIME",
            help="2026-11-01T10:00 (UTC), with +05:30 in that zone, or 2026-11-01",
        )
        parser.add_argument("--number", metavar="ID", help="only of this number: its phone_number_id")
        parser.add_argument("--business", metavar="SLUG", help="only of this business: its short name")
        parser.add_argument("--kind", default="", help="only of this kind, as the list shows it: Malformed, delivery")
        parser.add_argument("--dry-run", action="store_true", help="say how many there are, and do nothing")

    def handle(self, *, since, number, business, kind, dry_run, **options):
        with scopes_disabled():
            rows = deadletters.open_items(
                since=_time(since),
                number=_one(WhatsAppNumber, "phone_number_id", number),
                business=_one(Business, "slug", business),
                kind=kind,
            )
            ids = list(rows.order_by("delivery_id", "position").values_list("pk", flat=True))
        if dry_run or not ids:
            self.stdout.write(f"{_items(len(ids))} would be replayed." if ids else "Nothing that failed is open.")
            return
        result = deadletters.replay(ids, by=None, told=lambda so_far: self._say(so_far, len(ids)))
        gone = f" {_items(result.gone)} somebody else replayed meanwhile." if result.gone else ""
        self.stdout.write(f"{result.done} done, {result.failed} failed again.{gone}")

    def _say(self, so_far, count: int) -> None:
        if count > deadletters.STEP:
            self.stdout.write(f"{so_far.done + so_far.failed} of {count} ...")


def _items(count: int) -> str:
    return f"{count} {'item' if count == 1 else 'items'}"


def _time(text: str):
    try:
        at = parse_datetime(text) or parse_datetime(f"{parse_date(text) or ''}T00:00")
    except ValueError:  # of the right form, but no such day
        at = None
    if at is None:
        raise CommandError(f"--since must be a time such as 2026-11-01T10:00, not {text!r}")
    return at if timezone.is_aware(at) else timezone.make_aware(at)


def _one(model, field: str, value: str | None):
    if not value:
        return None
    found = model.objects.filter(**{field: value}).first()
    if found is None:
        raise CommandError(f"There is no {model._meta.verbose_name} with the {field} {value!r}")
    return found
