"""What each address of the API and of the pages is for: who may, with which body, and what names a row there.

One Case for each route and method. A route without one fails test_matrix.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

VIEWER, AGENT, OWNER, INSTALLATION = "viewer", "agent", "owner", "installation"
ANYONE = ""  # without signing in


@dataclass(frozen=True)
class Case:
    route: str
    method: str
    least: str  # the role that it needs
    path: dict[str, str] = field(default_factory=dict)  # parameter -> kind of row, as world.py names it
    body: Callable[[object], dict] | None = None  # given the rows of a business
    ok: int = 200  # what the rightful person gets
    # Fields of the body, and parameters of the query, that name a row: a foreign id there finds nothing.
    body_ids: dict[str, str] = field(default_factory=dict)
    query_ids: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    person_only: bool = False  # not for API keys
    scope: str = ""  # what an API key needs
    by_address: bool = True  # the row is named in the path; else a stranger gets his own rows

    @property
    def name(self) -> str:
        return f"{self.method} {self.route}"


_PRODUCT = {"name": "Curd", "unit": "400 g", "price": "45"}

API = [
    Case("api/products", "GET", VIEWER, scope="products:read"),
    Case("api/products", "POST", OWNER, body=lambda rows: _PRODUCT, ok=201, scope="products:write"),
    Case("api/products/<uuid:pk>", "GET", VIEWER, {"pk": "product"}, scope="products:read"),
    Case(
        "api/products/<uuid:pk>",
        "PATCH",
        OWNER,
        {"pk": "product"},
        body=lambda rows: {"price": "46"},
        scope="products:write",
    ),
    Case("api/products/<uuid:pk>", "DELETE", OWNER, {"pk": "product"}, ok=204, scope="products:write"),
]
