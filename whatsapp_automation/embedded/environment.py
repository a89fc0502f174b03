"""The environment that the product's processes get from script/server, script/test and script/bench."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from . import dotenv
from .keys import write_private
from .paths import REPO, local_dir
from .sample_templates import SAMPLES

DEMO_PHONE_NUMBER_ID = "109876543210001"
DEMO_OWNER_EMAIL = "owner@shuddh-dairy.example"


@dataclass(frozen=True)
class Ports:
    """Preferred ports on 127.0.0.1; for each the next free one is taken."""

    web: int = 8000
    simulator: int = 9090
    postgres: int = 15432
    valkey: int = 16379


def outside() -> dict[str, str]:
    """What the caller's environment and the ``.env`` file set; the environment wins, empty values count as unset."""
    return _filled(dotenv.read(REPO / ".env")) | _filled(os.environ)


def without_settings(given: Mapping[str, str]) -> dict[str, str]:
    """``given`` without what ``.env.example`` names: tests must not reach the caller's database or accounts."""
    settings = dotenv.names(REPO / ".env.example") | {"DATABASE_URL", "REDIS_URL", "LOCAL_DIR"}
    return {name: value for name, value in given.items() if name not in settings}


def uses_simulator(given: Mapping[str, str]) -> bool:
    """Whether messages go to the simulator: unless somebody set another Graph API."""
    return not given.get("GRAPH_API_URL")


def build(
    local: Path, secrets: Mapping[str, str], given: Mapping[str, str], web: int, simulator: int, name: str = "embedded"
) -> dict[str, str]:
    """Everything that settings need, for the ports that were taken: generated values, over them the given ones.

    ``given`` carries DATABASE_URL and REDIS_URL. ENVIRONMENT, PORT and LOCAL_DIR are ours to say.
    """
    generated = {
        "FRONTEND_URL": f"http://127.0.0.1:{web}",
        "SECRET_KEY": secrets["SECRET_KEY"],
        "JWT_SECRET": secrets["JWT_SECRET"],
        "JWT_EXPIRES_IN": "10m",
        "FIELD_ENCRYPTION_KEYS": secrets["FIELD_ENCRYPTION_KEYS"],
        "VAPID_PRIVATE_KEY": secrets["VAPID_PRIVATE_KEY"],
        "WHATSAPP_APP_SECRET": secrets["WHATSAPP_APP_SECRET"],
        "WHATSAPP_VERIFY_TOKEN": secrets["WHATSAPP_VERIFY_TOKEN"],
        "WHATSAPP_ACCESS_TOKEN": secrets["WHATSAPP_ACCESS_TOKEN"],
        "WHATSAPP_PHONE_NUMBER_ID": DEMO_PHONE_NUMBER_ID,
        "WHATSAPP_WABA_ID": "209876543210001",
        "WHATSAPP_DISPLAY_PHONE_NUMBER": "+91 80 4718 0001",
        "GRAPH_API_URL": f"http://127.0.0.1:{simulator}",
        "DEMO_OWNER_EMAIL": DEMO_OWNER_EMAIL,
        "DEMO_OWNER_PASSWORD": secrets["DEMO_OWNER_PASSWORD"],
    }
    values = generated | _filled(given) | {"ENVIRONMENT": name, "PORT": str(web), "LOCAL_DIR": str(local)}
    hosts = [values.get("ALLOWED_HOSTS"), urlsplit(values["FRONTEND_URL"]).hostname, "127.0.0.1", "localhost"]
    values["ALLOWED_HOSTS"] = ",".join(dict.fromkeys(host for host in hosts if host))
    if uses_simulator(given):
        values["SIMULATOR_URL"] = f"http://127.0.0.1:{simulator}"
    values.setdefault("SIMULATOR_NUMBERS", json.dumps(_simulated_numbers(values, secrets)))
    return values


def remember(local: Path, values: Mapping[str, str]) -> None:
    """Keep the settings, not the caller's whole environment, in ``.local/server.env`` (0600) for ``adopt``."""
    settings = dotenv.names(REPO / ".env.example")
    ours = {name: value for name, value in values.items() if name in settings or os.environ.get(name) != value}
    write_private(_file(local), dotenv.text(ours))


def adopt() -> bool:
    """Put what the last script/server used into this process, so that ``manage.py`` works by hand in a second terminal.

    Does nothing and returns False where DATABASE_URL is set, or no server ever ran here. What is set already stays.
    """
    if os.environ.get("DATABASE_URL") or not _file(local_dir()).exists():
        return False
    for name, value in dotenv.read(_file(local_dir())).items():
        os.environ.setdefault(name, value)
    return True


def _file(local: Path) -> Path:
    return local / "server.env"


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value.strip()}


def _simulated_numbers(values: Mapping[str, str], secrets: Mapping[str, str]) -> list[dict[str, str | bool | list]]:
    """The two numbers of the demo: one for each of its two businesses."""
    return [
        {
            "phone_number_id": values["WHATSAPP_PHONE_NUMBER_ID"],
            "waba_id": values["WHATSAPP_WABA_ID"],
            "display_phone_number": values["WHATSAPP_DISPLAY_PHONE_NUMBER"],
            "name": "Shuddh Dairy",
            "access_token": values["WHATSAPP_ACCESS_TOKEN"],
            "app_secret": values["WHATSAPP_APP_SECRET"].partition(",")[0],  # several while one is being rotated
            "subscribed": True,
            "templates": SAMPLES,
        },
        {
            "phone_number_id": "109876543210002",
            "waba_id": "209876543210002",
            "display_phone_number": "+91 80 4718 0002",
            "name": "Masala Junction",
            "access_token": secrets["SECOND_ACCESS_TOKEN"],
            "app_secret": secrets["SECOND_APP_SECRET"],
            "subscribed": True,
            "templates": SAMPLES,
        },
    ]
