"""The running product tells how it is: doctor, metrics, and "Subscribe" against the simulator."""

import json
import re
import subprocess
import sys

from whatsapp_automation.settings import BASE_DIR


def samples(world) -> dict[str, float]:
    status, text = world.http("GET", f"{world.web}/metrics")
    assert status == 200
    return {name: float(value) for name, value in re.findall(rb"^(\w[^ ]*) ([^ \n]+)$", text, re.MULTILINE)}


def doctor(world) -> tuple[int, dict]:
    command = [sys.executable, "manage.py", "doctor", "--json"]
    done = subprocess.run(command, cwd=BASE_DIR, env=world.stack.env, capture_output=True, text=True, timeout=60)
    return done.returncode, json.loads(done.stdout)


def test_metrics_count_what_the_web_process_answered_and_know_its_pool(world):
    before = samples(world)
    phone = world.new_phone()
    world.answer(phone, "price?")
    world.until(world.quiet)
    after = samples(world)
    posts = b'whatsapp_webhook_answers_total{method="POST",status="200"}'
    grown = after[posts] - before.get(posts, 0)
    assert grown >= 2  # the message, and the statuses of its answer
    assert after[b"whatsapp_webhook_seconds_count"] - before[b"whatsapp_webhook_seconds_count"] == grown
    assert after[b"whatsapp_database_pool_most"] == 8
    assert after[b"whatsapp_database_pool_size"] >= 1
    assert after[b'whatsapp_replies{source="rule"}'] >= 1
    assert after[b"process_resident_memory_bytes"] > 10_000_000


def test_a_stranger_does_not_read_them(world):
    assert world.http("GET", f"{world.web}/metrics", headers={"X-Forwarded-For": "203.0.113.9"})[0] == 404


def test_the_doctor_finds_the_demo_well_and_says_what_is_not(world):
    code, told = doctor(world)
    wrong = {one["key"]: one["text"] for one in told["findings"] if one["state"] == "bad"}
    assert (code, wrong) == (0, {})
    assert {one["of"].partition(":")[0] for one in told["findings"]} == {"", "Shuddh Dairy", "Masala Junction"}
    waba, token = world.stack.env["WHATSAPP_WABA_ID"], world.stack.env["WHATSAPP_ACCESS_TOKEN"]
    graph = f"{world.simulator}/v26.0/{waba}/subscribed_apps"
    signed = {"Authorization": f"Bearer {token}"}
    try:
        assert world.http("DELETE", graph, headers=signed)[0] == 200
        code, told = doctor(world)
        wrong = {one["key"]: one["of"].partition(":")[0] for one in told["findings"] if one["state"] == "bad"}
        assert (code, wrong) == (1, {"subscription": "Shuddh Dairy"})
    finally:
        assert world.http("POST", graph, b"{}", headers=signed)[0] == 200
