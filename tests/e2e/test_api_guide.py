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


@pytest.mark.parametrize(("language", "phone_number_id"), [("curl", "106540352242922"), ("python", "106540352242923")])
def test_one_registers_and_connects_a_number(world, run, language, phone_number_id):
    said = run(NEW, language)
    assert "Access token" in said
    [number] = world.query(
        "SELECT b.ai_daily_tokens FROM accounts_whatsappnumber n JOIN accounts_business b ON b.id = n.business_id "
        "WHERE n.phone_number_id = %s",
        phone_number_id,
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
