"""python -m bench.parts.unruled FILE: of the lists of lines in it (JSON, name -> lines) leave those that no rule of any business answers.

A program of its own: a benchmark measures the product's processes and is none of them.
"""

import json
import os
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "whatsapp_automation.settings"
django.setup()

from accounts.models import Business  # noqa: E402 - models need Django to be ready
from aibot import rules  # noqa: E402


def main() -> None:
    path = Path(sys.argv[1])
    books = [rules.shop_of(business.pk).book for business in Business.objects.all()]
    kept = {
        name: [line for line in lines if not any(book.best(line) for book in books)]
        for name, lines in json.loads(path.read_text()).items()
    }
    path.write_text(json.dumps(kept))


if __name__ == "__main__":
    main()
