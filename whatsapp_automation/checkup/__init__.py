"""How is it? What ``manage.py doctor`` and the button "Test connection" on a number's page look at.

    numbers        one WhatsApp number: token, number, subscription, webhook
    installation   the work (queues, workers, what failed), the machine (disk, clock), versions, the database

Each look gives ``Finding``s. None raises for what it looks at: a database that is away is a finding too.
"""

from dataclasses import dataclass

OK, WARN, BAD = "ok", "warn", "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: of what, how it is (OK, WARN or BAD), what was found, and what to do about it ("" where nothing is).

    ``key`` is the same in every language; name, text and advice are in the active one.
    """

    key: str
    name: str
    state: str
    text: str
    advice: str = ""


def worst(findings: list[Finding]) -> str:
    states = {finding.state for finding in findings}
    return BAD if BAD in states else WARN if WARN in states else OK
