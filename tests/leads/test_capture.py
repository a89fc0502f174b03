"""Every contact is a lead from its first message."""

import pytest
from django_scopes import scope

from leads.models import Lead
from tests.factories import MASALA_NUMBER, MEERA, RAVI, ZOYA, Chat, customer, new_wamid, receive, text_body, together

ADVERTISEMENT = {"source_type": "ad", "source_id": "120226305854810726", "headline": "Ghee, pure"}
POST = {"source_type": "post", "source_id": "77", "headline": "Paneer day"}


def lead_of(business) -> Lead:
    with scope(business=business):
        return Lead.objects.select_related("contact").get()


def test_the_first_message_makes_the_contact_a_new_lead(dairy):
    Chat(MEERA).says("namaste")
    lead = lead_of(dairy)
    assert lead.contact.profile_name == "Meera Iyer"
    assert (lead.status, lead.source, lead.referral) == (Lead.Stage.NEW, "whatsapp", {})


def test_a_customer_without_a_phone_number_is_one_too(dairy):
    Chat(ZOYA).says("namaste")
    assert lead_of(dairy).contact.username == "zoya.writes"


def test_each_contact_is_a_lead_once(dairy):
    meera, ravi = Chat(MEERA), Chat(RAVI)
    for _ in range(2):
        meera.says("price")
        ravi.says("price")
    with scope(business=dairy):
        names = sorted(Lead.objects.values_list("contact__profile_name", flat=True))
    assert names == ["Meera Iyer", "Ravi Kumar"]


def test_many_new_contacts_in_one_pass_are_each_a_lead_once(dairy):
    bodies = [text_body(new_wamid(), text, customer(n)) for n in range(20) for text in ("hi", "price", "thanks")]
    receive(together(*bodies))
    with scope(business=dairy):
        assert Lead.objects.count() == 20
        assert Lead.objects.values("contact").distinct().count() == 20


def test_a_webhook_that_comes_twice_makes_no_second_lead(dairy):
    body = text_body("wamid.once", "hi", MEERA, referral=ADVERTISEMENT)
    receive(body, body)
    assert lead_of(dairy).source == "ad"


def test_a_person_who_writes_to_two_shops_is_a_lead_of_each(dairy, masala):
    Chat(MEERA).says("hi", referral=ADVERTISEMENT)
    Chat(MEERA, MASALA_NUMBER).says("hi")
    assert lead_of(dairy).source == "ad"
    assert lead_of(masala).source == "whatsapp"
    assert lead_of(dairy).contact_id != lead_of(masala).contact_id


@pytest.mark.parametrize(
    ("referral", "source"),
    [(ADVERTISEMENT, "ad"), (POST, "post"), ({"source_type": "billboard", "source_id": "1"}, "ad")],
)
def test_the_advertisement_or_post_it_came_from_is_kept(dairy, referral, source):
    Chat(MEERA).says("Can I get more info?", referral=referral)
    assert (lead_of(dairy).source, lead_of(dairy).referral) == (source, referral)


def test_the_first_referral_is_kept_even_when_it_comes_later(dairy):
    chat = Chat(MEERA)
    chat.says("hi")
    assert lead_of(dairy).referral == {}
    chat.says("hi again", referral=ADVERTISEMENT)
    assert (lead_of(dairy).source, lead_of(dairy).referral) == ("ad", ADVERTISEMENT)
    chat.says("and again", referral=POST)
    assert (lead_of(dairy).source, lead_of(dairy).referral) == ("ad", ADVERTISEMENT)


def test_of_two_referrals_in_one_pass_the_first_is_kept(dairy):
    receive(
        together(
            text_body(new_wamid(), "hi", MEERA),
            text_body(new_wamid(), "this", MEERA, referral=POST),
            text_body(new_wamid(), "that", MEERA, referral=ADVERTISEMENT),
        )
    )
    assert (lead_of(dairy).source, lead_of(dairy).referral) == ("post", POST)


def test_a_later_message_leaves_what_people_made_of_the_lead(dairy, alice):
    chat = Chat(MEERA)
    chat.says("hi")
    with scope(business=dairy):
        Lead.objects.update(status=Lead.Stage.QUALIFIED, owner=alice, product_interest="ghee", score=7)
    chat.says("price?", referral=ADVERTISEMENT)
    lead = lead_of(dairy)
    assert (lead.status, lead.owner, lead.product_interest, lead.score) == ("qualified", alice, "ghee", 7)
    assert lead.referral == ADVERTISEMENT
