"""manage.py doctor: is this installation well, and what is to be done where it is not?"""

import json
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts.models import WhatsAppNumber
from whatsapp_automation.checkup import BAD, OK, WARN, Finding, installation, numbers, worst

MARKS = {OK: "ok  ", WARN: "warn", BAD: "BAD "}


class Command(BaseCommand):
    help = (
        "Look at queues, workers, failed items, disk, clock, versions, the database and every WhatsApp number. "
        "Ends with 1 where something is bad, else with 0. It asks Meta, and changes nothing."
    )
    requires_system_checks = ()  # the doctor comes to those who are ill

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="one line of JSON instead of text")
        parser.add_argument("--number", metavar="ID", help="only the WhatsApp number with this phone number id")

    def handle(self, *, number, **options):
        findings = [] if number else installation.look_at_all(timezone.now())
        sections = {"": findings, **_of_numbers(number)}
        state = worst([finding for part in sections.values() for finding in part])
        if options["json"]:
            self.stdout.write(_as_json(state, sections))
        else:
            for title, part in sections.items():
                self._tell(title, part)
        if state == BAD:
            raise SystemExit(1)

    def _tell(self, title: str, findings: list[Finding]) -> None:
        if title:
            self.stdout.write(f"\n{title}")
        for finding in findings:
            self.stdout.write(f"{MARKS[finding.state]}  {finding.name}: {finding.text}")
            if finding.advice:
                self.stdout.write(f"      -> {finding.advice}")


def _of_numbers(phone_number_id: str | None) -> dict[str, list[Finding]]:
    """The findings of each number, or of one. Raises CommandError where there is no such number."""
    with scopes_disabled():
        rows = WhatsAppNumber.objects.select_related("business").order_by("business__name", "phone_number_id")
        try:
            rows = list(rows.filter(phone_number_id=phone_number_id) if phone_number_id else rows)
        except DatabaseError:
            return {}  # said among the findings of the installation
    if phone_number_id and not rows:
        raise CommandError(f"There is no WhatsApp number with the phone number id {phone_number_id}.")
    if not rows:
        text = "No WhatsApp number is connected."
        advice = "Set the WHATSAPP_ settings, or add one in the admin under Numbers."
        return {"Numbers": [Finding("numbers", "Numbers", WARN, text, advice)]}
    found = {}
    for row in rows:
        with scope(business=row.business):
            found[f"{row.business}: {row} (id {row.phone_number_id})"] = numbers.look_at(row)
    return found


def _as_json(state: str, sections: dict[str, list[Finding]]) -> str:
    findings = [{"of": title, **asdict(finding)} for title, part in sections.items() for finding in part]
    return json.dumps({"state": state, "findings": findings}, ensure_ascii=False)
