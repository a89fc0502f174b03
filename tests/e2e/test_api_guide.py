"""docs/api.md is true: its commands, curl and Python, are run as they stand there against the running product."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from whatsapp_automation.settings import BASE_DIR

GUIDE = (BASE_DIR / "docs" / "api.md").read_text()
BLOCKS = {
    (act, language): code
    for act, language, code in re.findall(r"<!-- run: ([\w ]+), (curl|python) -->\n```\w+\n(.*?)```", GUIDE, re.DOTALL)
}
# A business of one's own; then the demo's, which has a customer who has just written.
NEW, DEMO = ("register", "number"), ("sign in", "conversations", "send", "settings")
ASK_STRICTLY = "silent\nshow-error\nfail-with-body\n"  # .curlrc: a refusal ends the script


def script(acts: tuple[str, ...], language: str) -> str:
    return "\n".join(BLOCKS[act, language] for act in acts)


NUMBER = {
    "phone_number_id": "777000000000033",
    "waba_id": "777000000000044",
    "display_phone_number": "+91 80 4718 0033",
    "name": "The reader's shop",
    "access_token": "EAAx0123456789abcdef",
    "app_secret": "the readers app secret",
}


@pytest.fixture
def readers_number(world):
    """A number that Meta knows and nobody has connected yet. Nobody has it afterwards: it would not be well for long."""
    world.control("POST", "/_sim/numbers", NUMBER)
    yield NUMBER["phone_number_id"]
    world.query("DELETE FROM accounts_whatsappnumber WHERE phone_number_id = %s", NUMBER["phone_number_id"])


@pytest.fixture
def run(world, tmp_path):
    """Runs a script as a reader of the guide would; its output. A failed assertion where it fails."""
    (tmp_path / ".curlrc").write_text(ASK_STRICTLY)
    env = {
        "PATH": os.environ["PATH"],
        "CURL_HOME": str(tmp_path),
        "API": f"{world.web}/api",
        "EMAIL": world.stack.env["DEMO_OWNER_EMAIL"],
        "PASSWORD": world.stack.env["DEMO_OWNER_PASSWORD"],
        "PHONE_NUMBER_ID": NUMBER["phone_number_id"],
        "WABA_ID": NUMBER["waba_id"],
        "ACCESS_TOKEN": NUMBER["access_token"],
    }
    first = re.search(r"```python\n(import os.*?)```", GUIDE, re.DOTALL)[1]

    def act(acts: tuple[str, ...], language: str) -> str:
        code = script(acts, language)
        command = (
            ["bash", "-euo", "pipefail", "-c", code] if language == "curl" else [sys.executable, "-c", first + code]
        )
        done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    return act


def test_the_guide_shows_every_act_in_both_languages():
    assert set(BLOCKS) == {(act, language) for act in (*NEW, *DEMO) for language in ("curl", "python")}
    assert shutil.which("curl")
    assert shutil.which("jq")


@pytest.mark.parametrize("language", ["curl", "python"])
def test_one_registers_and_connects_a_number(world, run, readers_number, language):
    said = run(NEW, language)
    assert "Access token" in said
    [number] = world.query(
        "SELECT b.ai_daily_tokens FROM accounts_whatsappnumber n JOIN accounts_business b ON b.id = n.business_id "
        "WHERE n.phone_number_id = %s",
        readers_number,
    )
    assert number["ai_daily_tokens"] == 0


@pytest.mark.parametrize(
    ("language", "text"),
    [("curl", "Your order is on its way. धन्यवाद!"), ("python", "Your order has arrived. धन्यवाद!")],
)
def test_one_lists_conversations_sends_a_text_and_reads_settings(world, run, language, text):
    phone = world.new_phone()
    world.answer(phone, "price?")
    run(DEMO, language)
    world.until(lambda: any(text in str(message) for message in world.answers(phone)))


def test_one_signs_in_as_the_guide_says(run, world):
    for language in ("curl", "python"):
        run(("sign in",), language)
    assert world.query("SELECT 1 FROM accounts_auditevent WHERE action = 'sign_in'")
