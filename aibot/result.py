"""What the model may say, and nothing else: one JSON object, validated.

A field of a wrong type, or none of JSON, is no result. What it says beyond these fields is not looked at.
"""

import json
import re
from dataclasses import dataclass, field

LANGUAGES = ("en", "hi", "hi-Latn")
MOST_REPLY, MOST_REASON, MOST_FACT = 1000, 200, 200
FACTS = ("name", "email", "product_interest", "quantity", "city", "budget")

SCHEMA = {
    "name": "reply",
    "strict": True,
    "schema": {
        "type": "object",
        "additionalProperties": False,
        "required": ["reply", "language", "handover", "lead", "follow_up"],
        "properties": {
            "reply": {"type": "string", "description": "What the customer is told; empty with a handover."},
            "language": {"type": "string", "enum": list(LANGUAGES)},
            "handover": {"type": "string", "description": "Why a person must answer; else empty."},
            "lead": {
                "type": "object",
                "additionalProperties": False,
                "required": [*FACTS, "wants_call"],
                "properties": {
                    **{
                        name: {"type": "string", "description": "As the customer said it; else empty."}
                        for name in FACTS
                    },
                    "wants_call": {"type": "boolean"},
                },
            },
            "follow_up": {
                "type": "string",
                "description": "What to come back to, and when, if they wish it; else empty.",
            },
        },
    },
}
_FENCED = re.compile(r"```(?:json)?\s*(\{.*\})\s*```", re.DOTALL)
_EMAIL = re.compile(r"[^\s@,;<>]{1,64}@[^\s@,;<>]{1,180}\.[A-Za-z]{2,20}")


class BadResult(Exception):
    """It is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Result:
    reply: str
    language: str
    handover: str = ""
    lead: dict[str, str] = field(default_factory=dict)  # of FACTS, what is known; wants_call: "yes"
    follow_up: str = ""


def read(text: str) -> Result:
    """Raises BadResult."""
    told = _object(text)
    reply, handover = _text(told, "reply", MOST_REPLY + 1), _text(told, "handover", MOST_REASON)
    if not reply and not handover:
        raise BadResult("nothing is said")
    language = told.get("language")
    if language not in LANGUAGES:
        raise BadResult("no language of ours")
    return Result(reply, language, handover, _lead(told.get("lead")), _text(told, "follow_up", MOST_FACT))


def _object(text: str) -> dict:
    """JSON alone, in a fence, or with words around it, as servers without a schema give it."""
    fenced = _FENCED.search(text)
    first, last = text.find("{"), text.rfind("}")
    for part in (text, fenced[1] if fenced else "", text[first : last + 1] if first >= 0 else ""):
        try:
            told = json.loads(part, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            continue
        if isinstance(told, dict):
            return told
    raise BadResult("no JSON object")


def _once(pairs: list[tuple]) -> dict:
    """An object that says a thing twice says neither: readers differ in which one they take. Raises BadResult."""
    told = dict(pairs)
    if len(told) < len(pairs):
        raise BadResult("a key stands twice")
    return told


def _text(told: dict, name: str, most: int) -> str:
    value = told.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadResult(f"{name} is no text")
    return value.replace("\x00", "").strip()[:most]


def _lead(told) -> dict[str, str]:
    if told is None:
        return {}
    if not isinstance(told, dict):
        raise BadResult("lead is no object")
    facts = {name: " ".join(_text(told, name, MOST_FACT).split()) for name in FACTS}
    if facts["email"] and not _EMAIL.fullmatch(facts["email"]):
        facts["email"] = ""
    if told.get("wants_call") is True:
        facts["wants_call"] = "yes"
    return {name: value for name, value in facts.items() if value}
