#!/usr/bin/env python
import os
import sys

from whatsapp_automation.embedded import environment
from whatsapp_automation.env import ConfigError


def main() -> int:
    environment.adopt()  # by hand, beside a running script/server: its settings
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whatsapp_automation.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ConfigError as error:
        sys.stderr.write(f"Configuration: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
