"""python -m bench.parts.write_answers: each business gets the demo's answers.

A program of its own: a benchmark measures the product's processes and is none of them.
"""

import os
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "whatsapp_automation.settings"
django.setup()

from django_scopes import scope  # noqa: E402 - models need Django to be ready

from accounts.models import Business  # noqa: E402
from aibot import answer_files  # noqa: E402
from whatsapp_automation import demo  # noqa: E402

ANSWERS = Path(demo.__file__).with_name("demo_answers.csv")


def main() -> None:
    for business in Business.objects.all():
        with scope(business=business):
            outcome = answer_files.take(business, answer_files.read(ANSWERS.read_bytes()), actor=None, dry=False)
        if outcome.wrong:
            raise SystemExit(f"{ANSWERS.name}: {outcome.wrong}")


if __name__ == "__main__":
    main()
