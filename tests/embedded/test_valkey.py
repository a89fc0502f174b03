import os
import signal
import stat

import psutil
import pytest
import redis

from whatsapp_automation.embedded import keys, ports
from whatsapp_automation.embedded.supervisor import Supervisor
from whatsapp_automation.embedded.valkey import Valkey

pytestmark = pytest.mark.slow


@pytest.fixture
def server(folder):
    supervisor = Supervisor(folder)
    valkey = Valkey(folder, ports.take("Valkey", 26379, lambda text: None), keys.load(folder)["VALKEY_PASSWORD"])
    supervisor.start(valkey.program(), within=30)
    yield valkey, supervisor
    supervisor.stop_all()


@pytest.fixture
def client(server):
    with redis.Redis.from_url(server[0].url) as client:
        yield client


def test_it_asks_for_the_password_which_is_not_on_its_command_line(server):
    valkey, supervisor = server
    with redis.Redis(port=valkey.port, retry=None) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    assert valkey.password not in " ".join(psutil.Process(supervisor.pid("valkey")).cmdline())
    assert stat.S_IMODE((valkey.local / "valkey" / "valkey.conf").stat().st_mode) == 0o600


def test_it_never_evicts_and_keeps_an_append_only_file(client):
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert client.config_get("appendonly") == {"appendonly": "yes"}
    assert client.config_get("bind") == {"bind": "127.0.0.1"}


def test_what_was_written_outlives_kill_9(server, eventually):
    valkey, supervisor = server
    with redis.Redis.from_url(valkey.url) as client:
        client.rpush("inbound", "wake-up")
        before = client.llen("inbound")
    old = supervisor.pid("valkey")
    os.kill(old, signal.SIGKILL)

    def back() -> bool:
        supervisor.tick()
        return supervisor.pid("valkey") not in (None, old) and valkey.answers()

    eventually(back)
    with redis.Redis.from_url(valkey.url) as client:
        assert client.llen("inbound") == before >= 1


def test_a_wrong_password_is_not_an_answer(server):
    valkey, _ = server
    assert valkey.answers()
    assert not Valkey(valkey.local, valkey.port, "wrong").answers()
    assert not Valkey(valkey.local, ports.take("nobody", 27000, lambda text: None), valkey.password).answers()
