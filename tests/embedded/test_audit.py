"""What pip-audit's report makes of the step: only a known weakness fails it."""

import json

import pytest

from whatsapp_automation.embedded.audit import verdict

FINE = {"name": "django", "version": "5.2.19", "vulns": []}
WEAK = {"name": "pillow", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}]}
UNKNOWN = {"name": "ours", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([FINE], 0, "No weakness is known of 1 packages."),
        ([FINE, UNKNOWN], 0, "No weakness is known of 1 packages; not known there: ours."),
        ([FINE, WEAK, UNKNOWN], 1, "pillow 1.0: PYSEC-1, mended in 1.1, 2.0"),
        ([UNKNOWN], 0, "Skipped: pip-audit's service knows none of our packages, so it is not the real one."),
        (
            [{**WEAK, "vulns": [{"id": "PYSEC-2", "fix_versions": []}]}],
            1,
            "pillow 1.0: PYSEC-2, mended in no version yet",
        ),
    ],
)
def test_only_a_known_weakness_fails(packages, code, words):
    assert verdict(json.dumps({"dependencies": packages, "fixes": []})) == (code, words)


@pytest.mark.parametrize("report", ["", "ERROR:pip_audit: connection refused", "[]", "{}", "null"])
def test_without_a_report_it_is_skipped_and_says_so(report):
    assert verdict(report) == (0, "Skipped: pip-audit could not reach its service.")
