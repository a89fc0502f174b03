import os

from .oddities import pages

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whatsapp_automation.settings")
application = pages()
