"""manage.py measure_rules FOLDER: how well the rules understand lines whose meaning is known (aibot/measuring.py says
how the files look).
"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django_scopes import scope

from accounts.models import Business, Product
from aibot import measuring
from aibot.defaults import rules_for
from aibot.matching import Book
from aibot.models import Rule
from aibot.products import names_of


class Command(BaseCommand):
    help = (
        "Measure the rules on a folder of .tsv files with text<TAB>intent (empty: none should answer). Prints hits, precision and "
        "recall of each intent with n and the 95 % Wilson interval, and one line of JSON."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--business", metavar="SLUG", help="its rules and products; else the rules a new one starts with"
        )
        parser.add_argument("--wrong", action="store_true", help="list the lines that were taken for another intent")

    def handle(self, *args, folder, business, wrong, **options):
        try:
            lines = measuring.read(folder)
        except (measuring.BadLines, OSError) as error:
            raise CommandError(str(error)) from error
        figures, mistaken = measuring.measure(_book(business), lines)
        if wrong:
            for line, got in mistaken:
                self.stdout.write(f"{line.where}: {line.text} | {line.intent or 'none'}, taken for {got or 'none'}")
        self.stdout.write(f"{'intent':<10}{'hits':>7}  {'precision':<34}{'recall':<34}")
        for row in figures:
            self.stdout.write(
                f"{row.intent:<10}{row.precision.n:>7}  {_shown(row.precision):<34}{_shown(row.recall):<34}".rstrip()
            )
        whole = measuring.overall(lines, mistaken)
        self.stdout.write(f"{'all':<10}{sum(row.precision.n for row in figures):>7}  {'':<34}{_shown(whole)}")
        self.stdout.write(
            json.dumps(
                {
                    "rules": {
                        "lines": len(lines),
                        "recall": _plain(whole),
                        **{
                            row.intent: {"precision": _plain(row.precision), "recall": _plain(row.recall)}
                            for row in figures
                        },
                    }
                }
            )
        )


def _book(slug: str | None) -> Book:
    if slug is None:
        return Book(rules_for(Business(name="A new business")))
    business = Business.objects.filter(slug=slug).first()
    if business is None:
        raise CommandError(f"There is no business with the short name {slug!r}.")
    with scope(business=business):
        return Book(Rule.objects.filter(enabled=True), names_of(Product.objects.filter(active=True)))


def _shown(share: measuring.Share) -> str:
    if share.value is None:
        return "-"
    low, high = share.bounds
    return f"{share.value:6.1%} of {share.n} ({low:.1%} to {high:.1%})"


def _plain(share: measuring.Share) -> dict:
    low, high = share.bounds
    return {
        "right": share.right,
        "n": share.n,
        "share": None if share.value is None else round(share.value, 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }
