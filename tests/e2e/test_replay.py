"""What failed is mended in the running product: the customer gets the answer, once."""

import subprocess
import sys

import pytest

from whatsapp_automation.settings import BASE_DIR


@pytest.fixture
def refused(world):
    """The database takes no message "price, refused?" until ``mend`` is called."""
    world.query(
        """
        CREATE OR REPLACE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.text = 'price, refused?' THEN RAISE EXCEPTION 'refused' USING ERRCODE = '22023'; END IF;
            RETURN NEW;
        END $$
        """
    )
    world.query(
        "CREATE TRIGGER refuse_one BEFORE INSERT ON conversations_message FOR EACH ROW EXECUTE FUNCTION refuse_one()"
    )

    def mend():
        world.query("DROP FUNCTION IF EXISTS refuse_one CASCADE")

    yield mend
    mend()


def _failed(world) -> list[dict]:
    return world.query("SELECT id FROM webhooks_faileditem WHERE resolved_at IS NULL AND reason LIKE '%%refused%%'")


def _write_in_vain(world) -> str:
    phone = world.new_phone()
    world.write(phone, "price, refused?")
    world.until(lambda: _failed(world))
    return phone


def _command(world, *arguments: str) -> str:
    command = [sys.executable, "manage.py", "replay", *arguments]
    return subprocess.run(
        command, cwd=BASE_DIR, env=world.stack.env, capture_output=True, text=True, timeout=60, check=True
    ).stdout


def test_the_worker_replays_what_was_asked_for(world, refused):
    phone = _write_in_vain(world)
    assert world.answers(phone) == []
    refused()
    world.query("UPDATE webhooks_faileditem SET asked_at = now() WHERE resolved_at IS NULL")
    world.until(lambda: world.answers(phone), within=30)
    world.until(world.quiet)
    assert len(world.answers(phone)) == 1
    assert _failed(world) == []


def test_the_command_replays_beside_the_running_product(world, refused):
    phone = _write_in_vain(world)
    refused()
    assert "1 item would be replayed." in _command(
        world, "--since", "2020-01-01", "--kind", "InboundMessage", "--dry-run"
    )
    assert "1 done, 0 failed again." in _command(world, "--since", "2020-01-01", "--kind", "InboundMessage")
    world.until(lambda: world.answers(phone), within=30)
    world.until(world.quiet)
    assert "Nothing that failed is open." in _command(world, "--since", "2020-01-01", "--kind", "InboundMessage")
    assert len(world.answers(phone)) == 1
