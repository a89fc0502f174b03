"""What is told to go wrong. `PUT /_sim/faults` sets it, README.md describes it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields

NOT_ACCEPTED = ("http_429", "http_500", "http_502", "timeout_before", "half_open", "error")
ACCEPTED = ("timeout_after", "broken_json", "trickle", "reset", "failed", "no_status", "late_status")
MODES = ("none", *NOT_ACCEPTED, *ACCEPTED)


@dataclass(slots=True)
class Graph:
    """How Graph calls fail. `times` counts the calls that it still meets (None: all); `only` is "sends" or "all";
    `customer` (id, phone, @username or BSUID) leaves the calls about all others alone."""

    mode: str = "none"
    code: int = 131000
    delay_ms: int = 0
    times: int | None = None
    only: str = "sends"
    hold_ms: int = 30_000
    customer: str | None = None
    byte_ms: int = 1_000
    late_ms: int = 5_000


@dataclass(slots=True)
class Webhook:
    """How webhooks misbehave. `batch` is the most items in one body, `batch_ms` how long it collects them."""

    duplicate: bool = False
    reorder: bool = False
    batch: int = 1
    batch_ms: int = 50
    delay_ms: int = 0


@dataclass(slots=True)
class Limits:
    """Which of Meta's limits on sending hold: the 24-hour window, the pair rate, the number's throughput."""

    window: bool = True
    pair: bool = False
    throughput: bool = False


@dataclass(slots=True)
class Media:
    """How long the address of a file lives, in ms: Meta's 5 minutes."""

    url_ms: int = 300_000


@dataclass(slots=True)
class Statuses:
    """When the statuses of an accepted message come, in ms after it was accepted."""

    on: bool = True
    sent_ms: int = 10
    delivered_ms: int = 60


NO_FAULT = Graph()
SECTIONS = {"graph": Graph, "webhook": Webhook, "limits": Limits, "statuses": Statuses, "media": Media}


@dataclass(slots=True)
class Faults:
    graph: Graph = field(default_factory=Graph)
    webhook: Webhook = field(default_factory=Webhook)
    limits: Limits = field(default_factory=Limits)
    statuses: Statuses = field(default_factory=Statuses)
    media: Media = field(default_factory=Media)

    def put(self, data) -> None:
        """Replaces each section that is named; what a named section leaves out gets its default. Raises ValueError
        for what it does not know, and then changes nothing."""
        if not isinstance(data, dict) or set(data) - set(SECTIONS):
            raise ValueError(f"faults must be a JSON object with {', '.join(SECTIONS)}")
        sections = {name: _section(name, values) for name, values in data.items()}
        for name, section in sections.items():
            setattr(self, name, section)

    def clear(self) -> None:
        self.put({name: {} for name in SECTIONS})

    def take(self, is_send: bool, is_about: Callable[[str], bool]) -> Graph:
        """The fault that this Graph call meets; counts it. `is_about` says whether the call is about a customer."""
        fault = self.graph
        if (fault.mode == "none" and not fault.delay_ms) or (fault.only == "sends" and not is_send):
            return NO_FAULT
        if fault.customer is not None and not is_about(fault.customer):
            return NO_FAULT
        if fault.times is not None:
            if fault.times <= 0:
                return NO_FAULT
            fault.times -= 1
        return fault

    def view(self) -> dict:
        return asdict(self)

    def on(self) -> list[str]:
        """The settings that are not as they are at the start, for people: "graph mode http_500"."""
        start = Faults()
        return [
            f"{name} {one.name} {getattr(getattr(self, name), one.name)}"
            for name, section in SECTIONS.items()
            for one in fields(section)
            if getattr(getattr(self, name), one.name) != getattr(getattr(start, name), one.name)
        ]


def _section(name: str, values):
    section = SECTIONS[name]
    if not isinstance(values, dict):
        raise ValueError(f"{name} must be a JSON object")
    known = {one.name: one.default for one in fields(section)}
    for key, given in values.items():
        if key not in known:
            raise ValueError(f"{name}.{key} is unknown; there are {', '.join(known)}")
        _check(f"{name}.{key}", given, known[key])
    return section(**values)


def _check(name: str, given, default) -> None:
    if name == "graph.mode" and given not in MODES:
        raise ValueError(f"graph.mode must be one of {', '.join(MODES)}")
    if name == "graph.only" and given not in ("sends", "all"):
        raise ValueError("graph.only must be sends or all")
    if name == "graph.times":
        if given is not None and (type(given) is not int or given < 0):
            raise ValueError("graph.times must be a whole number or null")
    elif name == "graph.customer":
        if given is not None and (type(given) is not str or not given):
            raise ValueError("graph.customer must be the id, phone, @username or BSUID of a customer, or null")
    elif type(given) is not type(default) or (type(given) is int and given < 0):
        raise ValueError(
            f"{name} must be {'true or false' if type(default) is bool else f'a {type(default).__name__}, 0 or more'}"
        )
