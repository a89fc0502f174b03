import json
import os
import re
from itertools import product

import pytest

from whatsapp_automation.embedded import environment, keys, programs

SERVICES = {"DATABASE_URL": "postgresql://u:p@127.0.0.1:5432/d", "REDIS_URL": "redis://:p@127.0.0.1:6379/0"}


@pytest.fixture
def build(tmp_path):
    def run(**given):
        return environment.build(tmp_path, keys.load(tmp_path), SERVICES | given, web=8005, simulator=9095)

    return run


def test_addresses_follow_the_ports_that_were_taken(build):
    env = build()
    assert env["PORT"] == "8005"
    assert env["FRONTEND_URL"] == "http://127.0.0.1:8005"
    assert env["GRAPH_API_URL"] == env["SIMULATOR_URL"] == "http://127.0.0.1:9095"


def test_what_the_caller_sets_wins_and_an_empty_value_counts_as_unset(build):
    env = build(WHATSAPP_VERIFY_TOKEN="mine", WHATSAPP_APP_SECRET=" ", FRONTEND_URL="https://shop.example")
    assert env["WHATSAPP_VERIFY_TOKEN"] == "mine"
    assert len(env["WHATSAPP_APP_SECRET"]) == 32
    assert env["ALLOWED_HOSTS"] == "shop.example,127.0.0.1,localhost"


def test_a_copied_example_cannot_turn_the_embedded_mode_into_another(build):
    env = build(ENVIRONMENT="production", PORT="80")
    assert (env["ENVIRONMENT"], env["PORT"]) == ("embedded", "8005")


def test_the_two_simulated_numbers_have_secrets_of_their_own(build):
    first, second = json.loads(build(WHATSAPP_APP_SECRET="newer,older")["SIMULATOR_NUMBERS"])
    assert first["phone_number_id"] != second["phone_number_id"]
    assert first["access_token"] != second["access_token"]
    assert first["app_secret"] == "newer"
    assert second["app_secret"] not in ("newer", "older")


def test_the_simulated_numbers_come_with_templates_as_meta_takes_them(build):
    for number in json.loads(build()["SIMULATOR_NUMBERS"]):
        samples = number["templates"]
        assert {(one["category"], one["language"]) for one in samples} == set(
            product(("UTILITY", "MARKETING"), ("en", "hi"))
        )
        for body in (part for one in samples for part in one["components"] if part["type"] == "BODY"):
            assert not re.match(r"\W*{{|.*}}\W*$", body["text"])
            examples = body.get("example", {"body_text": [[]]})["body_text"][0]
            assert len(examples) == len(re.findall("{{", body["text"]))


def test_another_graph_api_means_no_simulator(build):
    given = {"GRAPH_API_URL": "https://graph.facebook.com"}
    env = build(**given)
    assert "SIMULATOR_URL" not in env
    assert "simulator" not in [program.name for program in programs.programs(env, given)]
    assert "simulator" in [program.name for program in programs.programs(build(), {})]


def test_tests_see_nothing_of_the_callers_settings():
    kept = environment.without_settings(
        {"PATH": "/bin", "DATABASE_URL": "postgresql://live", "REDIS_URL": "redis://live"}
    )
    assert kept == {"PATH": "/bin"}


def test_a_second_terminal_adopts_what_the_server_used(build, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "environ", {"LOCAL_DIR": str(tmp_path), "LOG_LEVEL": "DEBUG"})
    assert environment.adopt() is False  # no server ever ran here
    env = build(LOG_LEVEL="INFO", QUOTED='it\'s "so"')
    environment.remember(tmp_path, env)
    assert environment.adopt() is True
    assert os.environ["DATABASE_URL"] == SERVICES["DATABASE_URL"]
    assert os.environ["QUOTED"] == 'it\'s "so"'
    assert os.environ["LOG_LEVEL"] == "DEBUG"
    assert environment.adopt() is False  # DATABASE_URL is set now
