"""The product's settings, for products that tests start: a password costs a processor no third of a second, as it does nowhere in
the tests (conftest.quick_settings).
"""

from whatsapp_automation.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
