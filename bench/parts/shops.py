"""The numbers that customers write to, and the businesses behind them."""

import json
import os
import sys
from dataclasses import asdict, dataclass

from whatsapp_automation.embedded.programs import manage
from whatsapp_automation.embedded.supervisor import Program, Supervisor


@dataclass(frozen=True)
class Line:
    """A business's number, with what the simulator asks of one (POST /_sim/numbers)."""

    phone_number_id: str
    waba_id: str
    display_phone_number: str
    name: str
    access_token: str
    app_secret: str


def lines(count: int, app_secret: str, shops: int = 2) -> list[Line]:
    """Numbers of ``shops`` businesses, in turn; the installation's app secret signs for all of them."""
    return [
        Line(
            phone_number_id=str(300000000000001 + place),
            waba_id=str(400000000000001 + place % shops),
            display_phone_number=f"+91 80 5000 {place:04d}",
            name=f"Shop {place % shops + 1}",
            access_token=f"EAAbench{place:08d}",
            app_secret=app_secret,
        )
        for place in range(count)
    ]


def as_json(wanted: list[Line]) -> str:
    return json.dumps([asdict(line) for line in wanted])


def open_shops(supervisor: Supervisor, env: dict[str, str], wanted: list[Line]) -> None:
    """Apply the product's migrations to an empty database and fill in these numbers: see open_shops.py."""
    supervisor.run(manage(("migrate", "--noinput"), env))
    command = (sys.executable, "-m", "bench.parts.open_shops", as_json(wanted))
    supervisor.run(Program(name="open-shops", command=command, env=env))


def settings_of(database_url: str, secret: str, of: list[Line]) -> dict[str, str]:
    """What the product and the simulator are told, so that these are their numbers."""
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": os.environ["REDIS_URL"],
        "WHATSAPP_APP_SECRET": secret,
        "WHATSAPP_PHONE_NUMBER_ID": of[0].phone_number_id,
        "WHATSAPP_WABA_ID": of[0].waba_id,
        "WHATSAPP_DISPLAY_PHONE_NUMBER": of[0].display_phone_number,
        "WHATSAPP_ACCESS_TOKEN": of[0].access_token,
        "SIMULATOR_NUMBERS": as_json(of),
    }
