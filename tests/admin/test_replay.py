"""Replaying what failed, in the admin: who may, what is said of it, and that many are left to the worker."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import AuditEvent
from conversations.models import Message
from webhooks import deadletters
from webhooks.models import FailedItem

from .. import factories

pytestmark = pytest.mark.slow

LIST = "/admin/webhooks/faileditem/"
SINCE = f"{LIST}replay-since/"
PEOPLE = {"vera": 403, "bob": 403, "charlie": 404}


@pytest.fixture
def failed(dairy, masala, masala_number):
    """Three messages of the dairy and one of the masala shop that the database did not take; now it would."""
    _refuse(
        "CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON conversations_message FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    for place in range(3):
        factories.receive(factories.text_body(f"wamid.{place}", "price?", factories.customer(place)))
    factories.receive(
        factories.text_body("wamid.m", "price?", factories.RAVI, factories.MASALA_NUMBER),
        verified_by=masala_number.app_secret_mark,
    )
    _refuse("DROP TRIGGER refuse ON conversations_message")
    return list(FailedItem.objects.order_by("pk"))


def _refuse(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '22023'; END $$"
        )
        cursor.execute(sql)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def opened() -> set[int]:
    return set(FailedItem.objects.filter(resolved_at=None).values_list("pk", flat=True))


def one(item: FailedItem) -> str:
    return reverse("admin:webhooks_faileditem_replay", args=[item.pk])


def test_an_owner_replays_one_item_from_its_page(visit, alice, failed):
    client = visit(alice)
    page = reverse("admin:webhooks_faileditem_change", args=[failed[0].pk])
    assert one(failed[0]) in client.get(page).text
    answer = client.post(one(failed[0]), follow=True)
    assert said(answer) == ["Replayed: 1 done."]
    assert "Solved" in answer.text
    assert one(failed[0]) not in answer.text
    assert opened() == {item.pk for item in failed[1:]}
    event = AuditEvent.objects.get(action="faileditem.replayed")
    assert (event.actor, event.business.name) == (alice, "Shuddh Dairy")
    again = client.post(one(failed[0]), follow=True)
    assert said(again) == ["Nothing of it is open: there is nothing to replay."]


def test_the_selected_are_replayed_and_the_sum_is_said(visit, alice, failed):
    factories.receive(factories.text_body("wamid.bad", "hi", factories.Customer(name="Nobody")))
    bad = FailedItem.objects.latest("pk")
    data = {"action": "replay_selected", "_selected_action": [failed[0].pk, failed[1].pk, bad.pk], "index": 0}
    client = visit(alice)
    assert [name for name, _ in client.get(LIST).context["action_form"].fields["action"].choices] == [
        "",
        "replay_selected",
    ]
    answer = client.post(LIST, data, follow=True)
    assert said(answer) == ["Replayed: 2 done, 1 failed again. The reason stands with each."]
    assert opened() == {failed[2].pk, failed[3].pk, bad.pk}


def test_all_since_a_time_are_replayed_in_the_businesss_own_zone(visit, alice, failed):
    FailedItem.objects.filter(pk=failed[0].pk).update(created_at=timezone.now() - timedelta(days=2))
    client = visit(alice)
    assert "Time zone: Asia/Kolkata" in client.get(SINCE).text
    now = timezone.now().astimezone(failed[0].business.zone)
    since = (now - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M")
    answer = client.post(SINCE, {"since": since}, follow=True)
    assert said(answer) == ["Replayed: 2 done."]
    assert opened() == {failed[0].pk, failed[3].pk}  # the older one, and that of the other shop


@pytest.mark.parametrize("since", ["", "soon", "2026-13-01T10:00"])
def test_a_time_that_is_none_is_said(visit, alice, failed, since):
    answer = visit(alice).post(SINCE, {"since": since})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert len(opened()) == 4


def test_the_installations_owner_replays_all(visit, root, failed):
    answer = visit(root).post(SINCE, {"since": "2020-01-01T00:00"}, follow=True)
    assert said(answer) == ["Replayed: 4 done."]
    with scopes_disabled():
        assert Message.objects.filter(direction="in").count() == 4
    assert opened() == set()


def test_only_numbers_of_ones_own_can_be_chosen(visit, alice, root, failed, masala_number):
    data = {"since": "2020-01-01T00:00", "number": masala_number.pk}
    assert visit(alice).post(SINCE, data).status_code == 422
    assert "+91 80 4718 0022" not in visit(alice).get(SINCE).text
    assert said(visit(root).post(SINCE, data, follow=True)) == ["Replayed: 1 done."]
    assert opened() == {item.pk for item in failed[:3]}


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_else_replays(request, visit, failed, who):
    client = visit(request.getfixturevalue(who))
    assert client.post(one(failed[0])).status_code == PEOPLE[who]
    client.post(LIST, {"action": "replay_selected", "_selected_action": [failed[0].pk], "index": 0})
    client.post(SINCE, {"since": "2020-01-01T00:00"})
    assert opened() >= {item.pk for item in failed[:3]}
    assert visit().post(one(failed[0])).status_code == 302


def test_reading_never_replays(visit, alice, failed):
    assert visit(alice).get(one(failed[0])).status_code == 405
    assert visit(alice).get(SINCE).status_code == 200
    assert len(opened()) == 4


def test_many_are_left_to_the_worker(visit, alice, failed, monkeypatch, empty_cache):
    monkeypatch.setattr(deadletters, "MOST_AT_ONCE", 2)
    client = visit(alice)
    answer = client.post(SINCE, {"since": "2020-01-01T00:00"}, follow=True)
    assert said(answer) == ["3 items are replayed in the background. They stay in this list until they are solved."]
    assert len(opened()) == 4
    assert len(client.get(LIST, {"state": "asked"}).context["cl"].result_list) == 3
    assert deadletters.work() == 3
    assert len(client.get(LIST, {"state": "solved"}).context["cl"].result_list) == 3
    assert opened() == {failed[3].pk}


def test_what_takes_too_long_is_left_to_the_worker_too(visit, alice, failed, monkeypatch, empty_cache):
    monkeypatch.setattr("webhooks.admin.REQUEST_SECONDS", 0)
    answer = visit(alice).post(one(failed[0]), follow=True)
    assert said(answer)[-1] == "1 item is replayed in the background. It stays in this list until it is solved."
    assert deadletters.work() == 1


def test_the_lists_say_what_came(visit, alice, root, failed):
    def figures(client, address):
        return [vars_of(span["report"].total) for span in client.get(address).context["what_came"]]

    def vars_of(total):
        return total.received, total.done, total.duplicate, total.ignored, total.failed

    assert figures(visit(alice), LIST) == [(3, 0, 0, 0, 3)] * 3
    assert figures(visit(root), "/admin/webhooks/delivery/") == [(4, 0, 0, 0, 4)] * 3
    shown = visit(root).get("/admin/webhooks/delivery/").text
    assert "+91 80 4718 0011" in shown
    assert "+91 80 4718 0022" in shown
