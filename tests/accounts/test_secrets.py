"""Secrets are sealed in their column, open only for their own business, and show themselves nowhere."""

import copy
import json
import threading

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.db import connection, transaction
from django.forms import modelform_factory
from django.forms.models import model_to_dict
from django_scopes import scope, scopes_disabled

from accounts.ids import uuid7
from accounts.models import WhatsAppNumber
from accounts.secrets import Secret, SecretError, open_sealed, reseal, seal, set_secret

TOKEN = "EAAG-the-access-token-8431"
OURS, THEIRS = uuid7(), uuid7()


def new_key() -> str:
    return Fernet.generate_key().decode()


def test_what_was_sealed_opens_again():
    assert open_sealed(seal(TOKEN, OURS), OURS) == TOKEN
    assert open_sealed(seal("हिन्दी 🔑 \0", OURS), OURS) == "हिन्दी 🔑 \0"


def test_two_seals_of_one_secret_differ_and_hold_nothing_of_it():
    first, second = seal(TOKEN, OURS), seal(TOKEN, OURS)
    assert first != second
    assert first.startswith("k1:")
    assert TOKEN not in first


def test_nothing_stays_nothing():
    assert seal("", OURS) == ""
    assert open_sealed("", OURS) == ""
    assert not Secret("", OURS)


def test_a_wrong_key_raises_and_never_hands_out_the_ciphertext(settings):
    sealed = seal(TOKEN, OURS)
    settings.FIELD_ENCRYPTION_KEYS = [new_key()]
    with pytest.raises(SecretError, match="FIELD_ENCRYPTION_KEYS") as refused:
        open_sealed(sealed, OURS)
    assert sealed[3:] not in str(refused.value)


def test_a_secret_of_another_business_does_not_open():
    with pytest.raises(SecretError, match="another business"):
        open_sealed(seal(TOKEN, OURS), THEIRS)


@pytest.mark.parametrize("stored", [TOKEN, "gAAAAABm", "k1:", "k1:abc", "k1:" + "ज" * 100])
def test_what_is_not_sealed_does_not_open(stored):
    with pytest.raises(SecretError) as refused:
        open_sealed(stored, OURS)
    assert TOKEN not in str(refused.value)


def test_a_new_first_key_still_opens_what_an_old_one_sealed(settings):
    old, new = new_key(), new_key()
    settings.FIELD_ENCRYPTION_KEYS = [old]
    sealed = seal(TOKEN, OURS)
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert open_sealed(sealed, OURS) == TOKEN
    resealed = reseal(sealed, OURS)
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert open_sealed(resealed, OURS) == TOKEN
    with pytest.raises(SecretError):
        open_sealed(sealed, OURS)


def test_a_number_keeps_its_secrets_over_save_and_load(dairy, dairy_number):
    with scope(business=dairy):
        set_secret(dairy_number, "access_token", TOKEN)
        assert dairy_number.access_token.reveal() == TOKEN
        dairy_number.save()
        assert WhatsAppNumber.objects.get().access_token.reveal() == TOKEN
        assert stored(dairy_number).startswith("k1:")
        dairy_number.refresh_from_db()
        assert dairy_number.access_token.reveal() == TOKEN
        dairy_number.save()
        assert WhatsAppNumber.objects.get().access_token.reveal() == TOKEN


def test_a_number_that_was_loaded_without_its_secrets_loses_none(dairy):
    with scope(business=dairy):
        number = WhatsAppNumber.objects.defer("access_token", "app_secret").get()
        number.per_second = 20
        number.save()
        number = WhatsAppNumber.objects.only("per_second").get()
        assert number.per_second == 20
        assert number.access_token.reveal() == "token-of-the-dairy-0001"


def test_a_plain_text_cannot_be_stored(dairy, dairy_number):
    plain = WhatsAppNumber(business=dairy, phone_number_id="555000111", access_token=TOKEN)
    with scope(business=dairy):
        dairy_number.access_token = TOKEN
        for write in (
            dairy_number.save,
            plain.save,
            lambda: WhatsAppNumber.objects.bulk_create([plain]),
            lambda: WhatsAppNumber.objects.update(access_token=TOKEN),
        ):
            with pytest.raises(SecretError) as refused, transaction.atomic():
                write()
            assert TOKEN not in str(refused.value)
        assert WhatsAppNumber.objects.get().access_token.reveal() == "token-of-the-dairy-0001"


def test_a_plain_text_that_got_into_the_column_does_not_open(dairy, dairy_number):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_whatsappnumber SET access_token = %s", [TOKEN])
    with scope(business=dairy), pytest.raises(SecretError, match="not encrypted"):
        WhatsAppNumber.objects.get().access_token.reveal()


def test_a_ciphertext_copied_from_another_business_does_not_open(dairy_number, masala_number):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_whatsappnumber SET access_token = %s WHERE id = %s",
            [stored(dairy_number), masala_number.pk],
        )
    masala_number.refresh_from_db()
    with pytest.raises(SecretError, match="another business"):
        masala_number.access_token.reveal()


def test_a_secret_needs_its_rows_business_first():
    with pytest.raises(SecretError, match="business"):
        set_secret(WhatsAppNumber(phone_number_id="555000111"), "access_token", TOKEN)


def test_nothing_that_prints_a_number_shows_its_secrets(masala_number):
    secret = masala_number.access_token
    every = [
        repr(secret),
        str(secret),
        f"{secret}",
        repr(masala_number),
        str(vars(masala_number)),
        str(model_to_dict(masala_number)),
        serializers.serialize("json", [masala_number]),
        serializers.serialize("xml", [masala_number]),
        str(copy.deepcopy(masala_number).access_token),
        masala_number._meta.get_field("access_token").value_to_string(masala_number),
    ]
    assert not [text for text in every if "token-of-the-masala" in text or "masala-app-secret" in text]
    assert repr(secret) == "<secret>"
    assert repr(Secret("", OURS)) == "<no secret>"
    with pytest.raises(TypeError):
        json.dumps({"token": secret})


def test_exports_leave_even_the_ciphertext_out(masala_number):
    fields = json.loads(serializers.serialize("json", [masala_number]))[0]["fields"]
    assert (fields["access_token"], fields["app_secret"]) == ("", "")


def test_a_form_neither_shows_nor_wipes_a_secret(dairy, dairy_number):
    form = modelform_factory(WhatsAppNumber, exclude=["business"])
    assert not {"access_token", "app_secret"} & set(form.base_fields)
    given = {**model_to_dict(dairy_number), "access_token": "", "per_second": 20}
    with scope(business=dairy):
        filled = form(given, instance=dairy_number)
        assert filled.is_valid(), filled.errors
        assert "token-of-the-dairy" not in filled.as_p()
        filled.save()
        assert WhatsAppNumber.objects.get().access_token.reveal() == "token-of-the-dairy-0001"


def test_a_page_may_show_the_last_four_of_a_long_secret_alone():
    assert Secret(seal(TOKEN, OURS), OURS).last_four == "8431"
    assert Secret(seal("short-secret", OURS), OURS).last_four == ""


def test_eight_threads_read_two_businesses_secrets_at_once(dairy_number, masala_number, settings):
    settings.FIELD_ENCRYPTION_KEYS = [new_key(), *settings.FIELD_ENCRYPTION_KEYS]
    expected = {dairy_number: "token-of-the-dairy-0001", masala_number: "token-of-the-masala-0002"}
    seen, start = [], threading.Barrier(8)

    def read():
        start.wait()
        for _ in range(100):
            seen.extend((number, number.access_token.reveal()) for number in expected)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8 * 100 * 2
    assert set(seen) == set(expected.items())


def stored(number: WhatsAppNumber) -> str:
    with scopes_disabled():
        return WhatsAppNumber.objects.values_list("access_token", flat=True).get(pk=number.pk)
