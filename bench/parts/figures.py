"""Figures: medians, percentiles, a table, and the line of JSON that ends a benchmark."""

import json
import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` (0 to 1) of them do not exceed; NaN where there are none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(values: Sequence[float], form: str = "{:.0f}") -> str:
    """``median [least..most]``."""
    middle, *ends = (form.format(value) for value in (percentile(values, 0.5), min(values), max(values)))
    return f"{middle} [{'..'.join(ends)}]"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [" | ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)]
    lines.insert(1, "-|-".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def end_with(result: dict) -> None:
    """The last line of a benchmark: one JSON object."""
    print(json.dumps(result), flush=True)
