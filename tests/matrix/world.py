"""Two businesses with a row of everything, and everybody who may ask.

Dairy is the business that is asked about. Alice owns it, Bob is an agent, Vera looks. Charlie owns the other one, Dev
is an agent there; root owns the installation. Every text of the dairy's holds MINE, every text of the other's THEIRS:
an answer to one must not hold the other's.
"""

from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection
from django.test import Client
from django_scopes import scope, scopes_disabled
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import Business, User

MINE, THEIRS = "dairymark", "masalamark"
NOBODY = "nobody"
OF_DAIRY = ("vera", "bob", "alice")
STRANGERS = ("charlie", "dev")
RANK = {"signed in": 0, "viewer": 1, "agent": 2, "owner": 3, "installation": 4}
ROLES = {"vera": 1, "bob": 2, "alice": 3, "charlie": 3, "dev": 2, "root": 4}


@dataclass
class World:
    dairy: Business
    masala: Business
    people: dict[str, User]
    mine: dict[str, object] = field(default_factory=dict)  # kind -> row of the dairy
    theirs: dict[str, object] = field(default_factory=dict)

    def api(self, who: str, business: Business | None = None) -> APIClient:
        """A client that asks as this person; ``business`` goes into X-Business."""
        client = APIClient()
        headers = {}
        if who != NOBODY:
            headers["HTTP_AUTHORIZATION"] = f"Bearer {tokens.open_family(self.people[who]).access_token}"
        if business is not None:
            headers["HTTP_X_BUSINESS"] = str(business.pk)
        client.credentials(**headers)
        return client

    def browser(self, who: str) -> Client:
        """A browser in which this person has signed in; root works in the dairy."""
        client = Client()
        if who != NOBODY:
            client.force_login(self.people[who])
        if who == "root":
            client.post(f"/admin/business/{self.dairy.pk}/")
        return client


def state_of(business: Business) -> str:
    """A hash of every row of a business, in every table that has a business."""
    parts, params = [], []
    for model in apps.get_models():
        if any(f.name == "business" and f.is_relation for f in model._meta.fields):
            table = connection.ops.quote_name(model._meta.db_table)
            parts.append(
                f"SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS h FROM {table} t WHERE t.business_id = %s"
            )
            params.append(business.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT md5(string_agg(h, '|')) FROM ({' UNION ALL '.join(parts)}) AS all_rows", params)
        return cursor.fetchone()[0]


def rows_written() -> int:
    """How many rows of any table this transaction has written so far, also what was taken back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables")
        return cursor.fetchone()[0]


def scoped(business: Business):
    return scope(business=business)


unscoped = scopes_disabled
