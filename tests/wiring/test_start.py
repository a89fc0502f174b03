"""How a process of Django's starts."""

import subprocess
import sys


def test_what_was_imported_is_not_searched_for_garbage_and_what_comes_after_is():
    asked = "import gc, django; django.setup(); print(gc.isenabled(), gc.get_freeze_count() > 50_000)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True", "True"]
