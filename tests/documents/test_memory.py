"""How much memory a worker and its child take for the worst that can come: measured in a worker of its own."""

import json
import os
import struct
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django_scopes import scopes_disabled
from PIL import Image

from cloud_api.media import MB
from documents.models import Document

from . import files

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

_WORKER = """
import json, django
django.setup()
from documents import fetching
from tests.documents.memory import Children, peak_mb
with Children() as children:
    tried = fetching.work(life=100)
print(json.dumps({"tried": tried, "worker": peak_mb(), "child": children.peak}))
"""


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def film(size: int) -> bytes:
    """An MP4 by its beginning, and so many bytes."""
    head = struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0) + struct.pack(">I4s", size - 16, b"mdat")
    return head + bytes(size - len(head))


def test_a_worker_stays_below_600_mb_with_its_child(send, host, settings):
    with scopes_disabled():
        documents = [
            send("video", film(100 * MB), "video/mp4"),
            send("video", film(100 * MB + 1), "video/mp4"),
            send("image", files.huge_png(), "image/png"),
            send("image", files.picture("PNG", (7000, 5600), "RGBA"), "image/png"),
            send("image", files.picture("JPEG", (7300, 5400), exif=turned()), "image/jpeg"),
            send("document", files.pdf_that_bursts(), "application/pdf"),
            send("document", b"PK\x03\x04" + bytes(60 * MB), "application/zip", filename="photos.zip"),
        ]
        told = _run_a_worker(host, settings)
        states = [(row.state, row.why) for row in Document.objects.order_by("created_at", "pk")]
    print(f"worker {told['worker']} MB, its child {told['child']} MB, files {states}")  # noqa: T201 - the measured figure
    assert told["tried"] == len(documents)
    assert states[:3] == [("stored", ""), ("failed", "too_large"), ("failed", "image_too_large")]
    assert all(state in ("stored", "failed", "quarantined") for state, _ in states)
    assert told["child"] > 100  # it was seen
    assert told["worker"] + told["child"] < 600


def _run_a_worker(host, settings) -> dict:
    given = connection.settings_dict
    place = f"{given['HOST']}:{given['PORT']}/{given['NAME']}"
    env = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{given['USER']}:{given['PASSWORD']}@{place}",
        "GRAPH_API_URL": host.url,
        "MEDIA_FOLDER": str(settings.MEDIA_FOLDER),
        "DJANGO_SETTINGS_MODULE": "whatsapp_automation.settings",
        "LOG_LEVEL": "ERROR",
    }
    done = subprocess.run(
        [sys.executable, "-c", _WORKER],
        env=env,
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])
