"""manage.py measure_answers FOLDER: how well the owner's answers are found (aibot/answer_measuring.py says how the files look)."""

import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from aibot import answer_measuring, answers
from aibot.measuring import BadLines
from aibot.scripts import DEVANAGARI, LATIN, ROMANISED


class Command(BaseCommand):
    help = (
        "Measure the finding of answers on a folder with examples.csv and questions.csv (columns label and text; none: no answer fits). "
        "The thresholds are those of every business. Ends with one line of JSON."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--wrong", action="store_true", help="list the questions that got another answer than theirs"
        )

    def handle(self, *args, folder, wrong, **options):
        try:
            examples = answer_measuring.read(folder, "examples.csv")
            questions = answer_measuring.read(folder, "questions.csv")
        except BadLines as error:
            raise CommandError(str(error)) from error
        asked = answer_measuring.measure(examples, questions)
        if wrong:
            self._list_wrong(asked)
        by_script = {
            script: [one for one in asked if one.script == script] for script in (LATIN, DEVANAGARI, ROMANISED)
        }
        for script, some in by_script.items():
            if some:
                self.stdout.write(f"{script:<8}{json.dumps(asdict(answer_measuring.figures(some)))}")
        told = asdict(answer_measuring.figures(asked)) | {"rss_mb": _rss_mb(), "matcher": answers.matcher()}
        self.stdout.write(json.dumps(told))

    def _list_wrong(self, asked: list[answer_measuring.Asked]) -> None:
        for one in asked:
            if one.answered and one.found != one.line.label:
                self.stdout.write(
                    f"{one.confidence:.2f} {one.script} {one.line.text} | {one.line.label}, got {one.found}"
                )


def _rss_mb() -> float:
    """The most that this process has held at once."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)
