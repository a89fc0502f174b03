"""The businesses' numbers that this simulator knows."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from . import templates

REQUIRED = ("phone_number_id", "waba_id", "display_phone_number", "name", "access_token", "app_secret")
FREE_SERVICE_MESSAGES = 1000


@dataclass(slots=True)
class Number:
    """One business number. `templates` maps (name, language) to a template of `templates.make`; with `any_template`
    one that is not among them is taken too."""

    phone_number_id: str
    waba_id: str
    display_phone_number: str
    name: str
    access_token: str = field(repr=False)
    app_secret: str = field(repr=False)
    given_templates: list | None = None
    subscribed: bool = False
    templates: dict = field(init=False)
    metadata: dict = field(init=False)
    _service: tuple = field(init=False, default=("", 0))

    def __post_init__(self):
        self.metadata = {"display_phone_number": self.digits, "phone_number_id": self.phone_number_id}
        self.start_templates()

    @property
    def digits(self) -> str:
        return "".join(filter(str.isdigit, self.display_phone_number))

    @property
    def any_template(self) -> bool:
        return self.given_templates is None

    def start_templates(self) -> None:
        """Back to the templates that the number came with."""
        made = [templates.make(self.waba_id, one) for one in self.given_templates or ()]
        self.templates = {(one["name"], one["language"]): one for one in made}

    def public(self) -> dict:
        """Everything but the secrets."""
        return {name: getattr(self, name) for name in REQUIRED[:4]}

    def price_service_message(self, now: float) -> dict:
        """`pricing` of a free-form message. Since October 2026 the first 1,000 a number and month are free."""
        month = datetime.fromtimestamp(now, UTC).strftime("%Y-%m")
        count = self._service[1] + 1 if self._service[0] == month else 1
        self._service = (month, count)
        if count <= FREE_SERVICE_MESSAGES:
            return pricing("service", "free_customer_service")
        return pricing("service", "regular")


class Numbers:
    """Numbers by phone_number_id, in the order they were added. The first is the default."""

    def __init__(self):
        self._by_id: dict[str, Number] = {}

    def __iter__(self):
        return iter(self._by_id.values())

    def __len__(self):
        return len(self._by_id)

    def put(self, number: Number) -> None:
        self._by_id[number.phone_number_id] = number

    def get(self, phone_number_id: str | None) -> Number | None:
        return self._by_id.get(phone_number_id)

    def of_account(self, waba_id: str) -> Number | None:
        return next((number for number in self if number.waba_id == waba_id), None)

    def accounts(self, waba_id: str, token: str) -> list[Number]:
        """The numbers of an account that this token belongs to."""
        return [number for number in self if number.waba_id == waba_id and number.access_token == token]

    def knows_token(self, token: str) -> bool:
        return any(number.access_token == token for number in self)

    def chosen(self, phone_number_id: str | None) -> Number:
        """The number with this id, or the first one where no id is given. Raises ValueError for neither."""
        number = self.get(phone_number_id) if phone_number_id else next(iter(self), None)
        if number is None:
            raise ValueError(
                f"no number {phone_number_id}" if phone_number_id else "no number: POST /_sim/numbers first"
            )
        return number


def pricing(category: str, kind: str = "regular") -> dict:
    return {"billable": kind == "regular", "pricing_model": "PMP", "type": kind, "category": category}


def number_from(data) -> Number:
    """A Number from the JSON of SIMULATOR_NUMBERS or POST /_sim/numbers. Raises ValueError saying what is wrong."""
    if not isinstance(data, dict):
        raise ValueError("a number must be a JSON object")
    absent = [name for name in REQUIRED if not isinstance(data.get(name), str) or not data[name]]
    if absent:
        raise ValueError(f"a number needs these as non-empty strings: {', '.join(absent)}")
    given = data.get("templates")
    if given is not None and not isinstance(given, list):
        raise ValueError("templates must be a list of objects with a name")
    subscribed = data.get("subscribed", False)
    if not isinstance(subscribed, bool):
        raise ValueError("subscribed must be true or false")
    return Number(**{name: data[name] for name in REQUIRED}, given_templates=given, subscribed=subscribed)


def numbers_from(text: str) -> list[Number]:
    """The list in SIMULATOR_NUMBERS; an empty text is no number."""
    if not text.strip():
        return []
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ValueError(f"SIMULATOR_NUMBERS is not JSON: {error}") from None
    if not isinstance(data, list):
        raise ValueError("SIMULATOR_NUMBERS must be a JSON list")
    return [number_from(one) for one in data]
