"""docker-compose.yml, Dockerfile and Caddyfile, as far as they can be checked without Docker: they name only what is there."""

import importlib.util
import re
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from tests.serving import serving
from whatsapp_automation import healthy
from whatsapp_automation.embedded import dotenv, postgres
from whatsapp_automation.embedded.programs import WORKERS, programs
from whatsapp_automation.settings import BASE_DIR

DOCKERFILE = (BASE_DIR / "Dockerfile").read_text()
CADDYFILE = (BASE_DIR / "Caddyfile").read_text()
TEXT = (BASE_DIR / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "whatsapp-automation"}


def words(service: dict) -> list[str]:
    command = service.get("command", dockerfile_command())
    return command.split() if isinstance(command, str) else command


def dockerfile_command() -> list[str]:
    return yaml.safe_load(re.search(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)[1])


def local_programs() -> dict[str, tuple[str, ...]]:
    """How script/server starts the same, without the interpreter's "python -m"."""
    env = {
        "PORT": "8000",
        "SIMULATOR_URL": "http://127.0.0.1:9090",
        "LOCAL_DIR": "/tmp",
        "GRAPH_API_URL": "https://x.example",
    }
    return {program.name: program.command[2:] for program in programs(env, env)}


def test_there_is_every_process_of_the_product_and_what_it_stands_on():
    assert set(OURS) == {"prepare", *local_programs()}
    assert set(SERVICES) - set(OURS) == {"caddy", "postgres", "valkey"}


@pytest.mark.parametrize("name", ["web", *WORKERS, "beat"])
def test_each_runs_with_the_options_that_script_server_gives_it(name):
    local = [word if word != "127.0.0.1" else "0.0.0.0" for word in local_programs()[name]]
    assert words(OURS[name]) == local


def test_the_one_shot_service_runs_commands_that_exist():
    shell, flags, script = OURS["prepare"]["command"]
    assert (shell, flags, OURS["prepare"]["restart"]) == ("sh", "-ec", "no")
    commands = re.findall(r"^python manage\.py (\w+)", script, re.MULTILINE)
    assert commands == ["migrate", "check", "collectstatic"]
    assert set(commands) <= set(get_commands())
    assert len(script.strip().splitlines()) == len(commands)


def test_every_module_that_a_command_names_is_there():
    named = {
        word.partition(":")[0] for service in OURS.values() for word in words(service) if "whatsapp_automation." in word
    }
    assert named == {"whatsapp_automation.asgi"}
    assert all(importlib.util.find_spec(name) for name in (*named, "granian", "celery"))


def test_all_wait_for_the_tables_and_restart_and_have_a_health_check():
    for name, service in SERVICES.items():
        if name == "prepare":
            assert {one["condition"] for one in service["depends_on"].values()} == {"service_healthy"}
            continue
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"], name
        if name in OURS:
            assert service["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}


def test_only_the_proxy_has_ports_and_the_databases_have_no_way_out():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert SERVICES["postgres"]["networks"] == SERVICES["valkey"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert "inside" not in SERVICES["caddy"]["networks"]


def test_every_volume_is_declared_and_every_file_is_there():
    mounted = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())]
    named = {volume for volume in mounted if not volume.startswith(".")}
    assert named == set(COMPOSE["volumes"])
    assert [volume for volume in mounted if volume.startswith(".") and not (BASE_DIR / volume).exists()] == []


def test_every_name_of_the_environment_stands_in_the_example():
    names = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", TEXT)) | set(re.findall(r"\{\$([A-Z_]+)\}", CADDYFILE))
    names |= set(next(iter(OURS.values()))["environment"])
    assert names >= {"POSTGRES_PASSWORD", "VALKEY_PASSWORD", "FRONTEND_URL", "DATABASE_URL"}
    assert names - dotenv.names(BASE_DIR / ".env.example") == set()


def test_a_password_that_is_missing_stops_the_start_and_none_is_written_here():
    for name in ("POSTGRES_PASSWORD", "VALKEY_PASSWORD", "FRONTEND_URL"):
        assert set(re.findall(rf"\$\{{{name}([^}}]*)\}}", TEXT)) == {":?set it in .env"}


def test_the_database_is_made_as_the_embedded_one_is():
    arguments = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    assert arguments == ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
    for name in ("log_min_messages", "log_min_error_statement"):
        assert f"{name}={postgres.SETTINGS[name]}" in SERVICES["postgres"]["command"]
    assert "--maxmemory-policy noeviction" in SERVICES["valkey"]["command"][2]


def test_the_health_checks_ask_for_parts_that_health_ready_has():
    asked = {name: service["healthcheck"]["test"] for name, service in OURS.items() if name != "prepare"}
    assert all(test[1:4] == ["python", "-I", "whatsapp_automation/healthy.py"] for test in asked.values())
    assert {name: test[5:] for name, test in asked.items()} == {
        "web": [],
        **{queue: [f"worker_{queue}"] for queue in WORKERS},
        "beat": [f"worker_{queue}" for queue in WORKERS],
    }


# --- the image ----------------------------------------------------------------------------------------------------------------


def copied() -> list[str]:
    return [source for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE) for source in line.split()[:-1]]


def test_the_image_copies_what_is_there_and_every_app():
    assert [source for source in copied() if not (BASE_DIR / source).exists()] == []
    layers = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    read = {
        place.name for place in (*settings.LOCALE_PATHS, *settings.STATICFILES_DIRS, *settings.TEMPLATES[0]["DIRS"])
    }
    assert set(copied()) == {*layers, *read, "manage.py", "requirements.txt", "requirements-meaning.txt"} - {
        "simulator"
    }


def test_what_is_not_ignored_is_what_is_copied():
    ignored = (BASE_DIR / ".dockerignore").read_text().splitlines()
    assert "**" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied())


def test_its_python_is_the_one_that_the_pins_are_compiled_for():
    version = re.search(r"^FROM python:(\d+\.\d+)-", DOCKERFILE, re.MULTILINE)[1]
    assert f"--python-version {version} " in (BASE_DIR / "README.md").read_text()
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == f">={version}"


def test_it_does_not_run_as_root_and_the_proxy_leads_to_it():
    assert re.search(r"^USER app$", DOCKERFILE, re.MULTILINE)
    assert "reverse_proxy web:8000" in CADDYFILE
    assert CADDYFILE.count("{") == CADDYFILE.count("}")


# --- healthy.py ---------------------------------------------------------------------------------------------------------------


class Web(BaseHTTPRequestHandler):
    """A web process of which one worker is dead."""

    def do_GET(self):
        ready = self.path == "/health/ready"
        body = b'{"worker_send": {"ok": true}, "worker_inbound": {"ok": false}}' if ready else b'{"status": "ok"}'
        self.send_response(503 if ready else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


@pytest.mark.parametrize(
    ("parts", "code"),
    [([], 0), (["worker_send"], 0), (["worker_inbound"], 1), (["worker_send", "worker_inbound"], 1), (["status"], 1)],
)
def test_a_process_is_well_when_its_own_part_is(parts, code):
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Web)) as web:
        assert healthy.main(f"http://127.0.0.1:{web.server_address[1]}", *parts) == code


def test_nobody_who_answers_is_not_well(capsys):
    assert healthy.main("http://127.0.0.1:1") == 1
    assert capsys.readouterr().err == "http://127.0.0.1:1: ConnectionRefusedError\n"
