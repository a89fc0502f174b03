"""The pages of a business that has nothing yet: no template, no reply, no label, no conversation."""

import pytest

from tests.matrix.pages import PAGES

pytestmark = pytest.mark.django_db

ALONE = [page.route for page in PAGES if page.route.startswith("inbox/") and page.method == "GET" and not page.path]


@pytest.mark.parametrize("numbers", [1, 0], ids="numbers: {}".format)
@pytest.mark.parametrize("route", ALONE)
def test_every_page_opens(client, alice, dairy, dairy_number, numbers, route):
    if not numbers:
        dairy_number.delete()
    client.force_login(alice)
    assert client.get(f"/{route}").status_code == 200


def test_a_new_chat_says_where_templates_come_from(client, bob, dairy, dairy_number):
    client.force_login(bob)
    page = client.get("/inbox/new").content.decode()
    assert "No templates are here yet" in page
    assert f'<a href="/inbox/templates?number={dairy_number.pk}">Fetch templates</a>' in page
