"""START for the businesses that there are: the rules that a new one begins with. One that an owner has made already stays."""

import time
from uuid import UUID, uuid4

from django.db import migrations

RULES = {
    "en": (
        ["start", "start again", "unstop", "subscribe", "resubscribe", "opt in", "optin"],
        "Welcome back! You will get offers from {business} again. Write STOP to end them.",
    ),
    "hi": (
        ["शुरू", "शुरू करो", "शुरू करें", "शुरू कीजिए", "फिर से शुरू करो", "चालू करो", "स्टार्ट", "सब्सक्राइब"],
        "आपका फिर से स्वागत है! अब आपको {business} से ऑफ़र मिलेंगे। बंद करने के लिए STOP लिखें।",
    ),
    "hi-Latn": (
        [
            "shuru",
            "shuroo",
            "shuru karo",
            "shuru karein",
            "shuru kijiye",
            "phir se shuru karo",
            "chalu karo",
            "chaalu karo",
        ],
        "Aapka phir se swagat hai! Ab aapko {business} se offer milenge. Band karne ke liye STOP likhein.",
    ),
}


def _id() -> UUID:
    """A UUID of version 7, as all our ids."""
    random = uuid4().int & ((1 << 62) - 1)
    return UUID(int=int(time.time() * 1000) << 80 | 0x7 << 76 | (random & 0xFFF) << 64 | 0x2 << 62 | random)


def add(apps, schema_editor):
    Business, Rule = apps.get_model("accounts", "Business"), apps.get_model("aibot", "Rule")
    Rule._base_manager.bulk_create(
        [
            Rule(
                id=_id(),
                business_id=business,
                intent="opt_in",
                language=language,
                whole_phrases=phrases,
                phrases=[],
                unless_phrases=[],
                reply=reply,
                buttons=[],
                priority=55,
            )
            for business in Business.objects.filter(pk__in=Rule._base_manager.values("business")).values_list(
                "pk", flat=True
            )
            for language, (phrases, reply) in RULES.items()
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("aibot", "0002_opt_in"), ("accounts", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
