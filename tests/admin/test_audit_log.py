"""The page of the audit log says of whom and of what: by the names that they have now, which the log itself does not hold."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts import audit, businesses, members, preferences, products
from accounts.models import AuditEvent, Membership, Product
from aibot import owner_answers, owner_rules
from aibot.models import Rule
from conversations import blocking
from conversations.models import Contact
from tests.factories import Chat

LIST = "/admin/accounts/auditevent/"


@pytest.fixture
def ghee(dairy) -> Product:
    with scope(business=dairy):
        return Product.objects.get(name="Cow ghee")


def cells(page, action: str) -> list[str]:
    """What stands under "Of" in the rows of an action, as HTML."""
    rows = re.findall(r"<tr.*?</tr>", page.text, re.DOTALL)
    found = [row for row in rows if f"{action}</a>" in row or re.search(rf">\s*{re.escape(action)}\s*<", row)]
    return [re.search(r'class="field-of_what[^>]*>(.*?)</td>', row, re.DOTALL)[1] for row in found]


def test_a_member_a_product_an_answer_a_rule_and_a_customer_have_their_names(visit, alice, bob, dairy, ghee):
    with scope(business=dairy):
        members.set_role(Membership.objects.get(user=bob), "viewer", actor=alice)
        products.change(ghee, actor=alice, price="760")
        answer = owner_answers.add(dairy, actor=alice, question="How long does it last?", text="A year.")
        rule = Rule.objects.get(intent="bye", language="en")
        owner_rules.change(rule, actor=alice, priority=3)
    with scopes_disabled():
        Chat().says("hello")
        blocking.block(Contact.objects.get(), by=alice, now=timezone.now())
    page = visit(alice).get(LIST)
    [cell, *_] = cells(page, "member: role given")
    assert "Bob" in cell
    with scope(business=dairy):
        member = Membership.objects.get(user=bob)
    assert f'href="{reverse("admin:accounts_membership_change", args=[member.pk])}"' in cell
    for action, row, name in (
        ("product: changed", ghee, "Cow ghee (1 kg)"),
        ("answer: created", answer, "How long does it last?"),
        ("rule: changed", rule, "bye · English"),
    ):
        label = f"{row._meta.app_label}_{row._meta.model_name}"
        [cell] = cells(page, action)
        assert name in cell
        assert f'href="{reverse(f"admin:{label}_change", args=[row.pk])}"' in cell
    assert "Meera Iyer" in cells(page, "contact: blocked")[0]
    assert "Text, Ways" not in page.text


def test_what_is_gone_has_the_end_of_its_id(visit, alice, bob, dairy, ghee):
    with scope(business=dairy):
        products.remove(ghee, actor=alice)
    audit.record("person.changed", business=dairy, actor=alice, target=str(bob.pk))
    key = str(bob.pk)
    bob.delete()
    page = visit(alice).get(LIST)
    [product], [person] = cells(page, "product: removed"), cells(page, "person: changed")
    for cell, gone in ((product, str(ghee.pk)), (person, key)):
        assert f">…{gone[-8:]}<" in cell
        assert "href" not in cell
    assert "Bob" not in person


def test_another_businesss_row_is_named_to_nobody(visit, alice, root, dairy, masala):
    with scope(business=masala):
        theirs = Product.objects.get()
    audit.record("product.changed", business=dairy, actor=alice, target=str(theirs.pk))
    for client in (visit(alice), visit(root, dairy)):
        [cell] = cells(client.get(LIST), "product: changed")
        assert theirs.name not in cell


def test_the_installations_owner_reads_names_and_has_links_where_pages_are_theirs(
    visit, root, alice, dairy, masala, ghee
):
    with scope(business=dairy):
        products.change(ghee, actor=alice, price="760")
    audit.record("person.changed", business=dairy, actor=alice, target=str(alice.pk))
    for client, has_link in ((visit(root, masala), False), (visit(root, dairy), True)):
        page = client.get(LIST)
        [product], [person] = cells(page, "product: changed"), cells(page, "person: changed")
        assert "Cow ghee (1 kg)" in product
        assert ("href" in product) is has_link
        assert reverse("admin:accounts_user_change", args=[alice.pk]) in person
    [person] = cells(visit(alice).get(LIST), "person: changed")
    assert "accounts/membership" in person, "People is the installation's"


def test_the_queries_do_not_grow_with_the_events(visit, alice, dairy, dairy_number):
    client = visit(alice)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    def record(count: int) -> None:
        with scope(business=dairy):
            for product in Product.objects.all()[:count]:
                audit.record("product.changed", business=dairy, actor=alice, target=str(product.pk))
                audit.record("number.changed", business=dairy, actor=alice, target=str(dairy_number.pk))
                audit.record("sign_in", business=dairy, actor=alice, target=str(alice.pk))

    record(1)
    asked()
    few = asked()
    record(3)
    assert asked() == few


def test_settings_lead_to_their_page(visit, alice, dairy):
    preferences.change(dairy, actor=alice, delivery_area="Hebbal")
    [cell] = cells(visit(alice).get(LIST), "settings: changed")
    assert "Shuddh Dairy" in cell
    assert 'href="/admin/accounts/settings/"' in cell


def test_a_target_that_is_no_id_stays_as_it_is_written(visit, alice, dairy):
    audit.record("rule.changed", business=dairy, actor=alice, target="r1")
    assert ">r1<" in cells(visit(alice).get(LIST), "rule: changed")[0]


def test_an_events_page_names_it_too_and_shows_no_whole_id(visit, alice, dairy, dairy_number):
    audit.record("number.changed", business=dairy, actor=alice, target=str(dairy_number.pk), conversation=str(dairy.pk))
    event = AuditEvent.objects.first()
    page = visit(alice).get(reverse("admin:accounts_auditevent_change", args=[event.pk])).text
    shown = re.sub(r"<[^>]*>", " ", page)
    assert "+91 80 4718 0011" in shown
    assert f"…{str(dairy.pk)[-8:]}" in shown
    assert str(dairy_number.pk) not in shown
    assert str(dairy.pk) not in shown


def test_the_log_is_searched_by_who_did_it(visit, alice, bob, dairy):
    businesses.add_member(dairy, bob, Membership.Role.AGENT, actor=bob)
    audit.record("rule.changed", business=dairy, actor=alice, target="r1")
    client = visit(alice)
    found = client.get(LIST, {"q": bob.email})
    assert cells(found, "member: role given")
    assert not cells(found, "rule: changed")
    assert cells(client.get(LIST, {"q": alice.email}), "rule: changed")
    assert cells(client.get(LIST, {"q": "r1"}), "rule: changed")
