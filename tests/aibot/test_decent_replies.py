"""How many good replies the guard stops: written by people who knew the model's instructions and a shop's answers, and had seen no code.

The dairy's were looked at when the guard was taught what an owner's amounts are; the boutique's and the cafe's came later, from another.
What was found at first sight stands in docs/decisions/0020.
"""

import json
from collections import Counter
from functools import cache
from pathlib import Path

from aibot import guard, prompt

FOLDER = Path(__file__).parent / "decent_replies"
MOST = {"dairy": 0.1, "boutique": 0.3, "cafe": 0.3}  # of its replies in a language


def test_few_good_replies_are_stopped():
    written, stopped = Counter(), Counter()
    for line in (FOLDER / "replies.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        which = one["shop"], one["language"]
        written[which] += 1
        stopped[which] += guard.fault(one["reply"], one["language"], grounds_of(one)) != ""
    assert len(written) == 9
    assert {which: many for which, many in stopped.items() if many > MOST[which[0]] * written[which]} == {}


def grounds_of(one: dict) -> guard.Grounds:
    """As aibot/model.py makes them."""
    shop = shop_of(one["shop"])
    names = [
        f"{name} {unit}"
        for product in shop["products"]
        for name in (product["name"], product["hi"], product["roman"])
        for unit in (product["unit"], f"({product['unit']})")
    ]
    answers = [text for place in one["answers"] for text in shop["answers"][place].values()]
    return guard.Grounds(one["said"], answers, (shop["name"], *names), prompt.BASE)


@cache
def shop_of(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
