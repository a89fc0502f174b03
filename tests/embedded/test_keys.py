import base64
import json
import stat

import pytest

from whatsapp_automation.embedded import keys


def test_secrets_are_generated_once_and_stay(tmp_path):
    first = keys.load(tmp_path)
    assert keys.load(tmp_path) == first
    assert set(first) == set(keys.MAKERS)
    assert len(set(first.values())) == len(first)


def test_only_the_owner_can_read_them(tmp_path):
    keys.load(tmp_path)
    assert stat.S_IMODE(keys.secrets_file(tmp_path).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


def test_they_have_the_form_that_settings_ask_for(tmp_path):
    made = keys.load(tmp_path)
    assert len(base64.urlsafe_b64decode(made["FIELD_ENCRYPTION_KEYS"])) == 32
    assert len(made["SECRET_KEY"]) >= 50
    assert len(made["JWT_SECRET"]) >= 32
    assert len(made["DEMO_OWNER_PASSWORD"]) >= 20


def test_a_secret_that_a_later_version_adds_joins_the_others_unchanged(tmp_path):
    old = keys.load(tmp_path)
    removed = old.pop("JWT_SECRET")
    keys.write_private(keys.secrets_file(tmp_path), json.dumps(old))
    new = keys.load(tmp_path)
    assert {name: value for name, value in new.items() if name != "JWT_SECRET"} == old
    assert new["JWT_SECRET"] not in ("", removed)


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"SECRET_KEY": 1}'])
def test_a_broken_file_is_refused_and_left_as_it_is(tmp_path, broken):
    keys.secrets_file(tmp_path).write_text(broken)
    with pytest.raises(keys.KeysError, match="Restore it"):
        keys.load(tmp_path)
    assert keys.secrets_file(tmp_path).read_text() == broken
