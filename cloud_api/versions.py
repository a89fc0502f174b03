"""How long Meta answers a version of the Graph API. A version that has ended is answered with the oldest that lives."""

from datetime import date

# The last day of each (Meta's Graph API changelog, read in November 2026). Meta keeps a version for at least two years.
ENDS = {
    "v20.0": date(2026, 9, 24),
    "v21.0": date(2027, 1, 21),
    "v22.0": date(2027, 5, 20),
    "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
}
NEWEST = "v26.0"  # of 29 July 2026; its end is not announced


def end_of(version: str) -> date | None:
    """The day on which it ends; None where none is announced. What is older than the table has ended with its first row."""
    if version in ENDS:
        return ENDS[version]
    return min(ENDS.values()) if _order(version) < min(map(_order, ENDS)) else None


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix("v").split("."))
