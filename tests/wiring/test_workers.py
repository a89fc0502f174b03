"""What Celery's processes load: no page, until one's address is asked for."""

import subprocess
import sys

PROBE = """
import sys
sys.argv[0] = "bin/celery"
import django
django.setup()
from whatsapp_automation.celery import app
app.loader.import_default_modules()
assert "aibot.tasks.answer" in app.tasks
print(sorted(name for name in ("whatsapp_automation.urls", "aibot.admin", "unfold.admin", "openai", "numpy") if name in sys.modules))
from django.urls import reverse
print(reverse("admin:aibot_rule_changelist"), reverse("inbox"))
"""


def test_a_worker_loads_no_page_and_still_knows_their_addresses():
    ran = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == ["[]", "/admin/aibot/rule/ /inbox/"]
