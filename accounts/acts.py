"""What the audit log's actions are called on a page: "product.changed" is "product: changed", in the active language."""

from django.utils.translation import gettext_lazy as _

THINGS = {
    "business": _("business"),
    "contact": _("contact"),
    "conversation": _("conversation"),
    "faileditem": _("failed item"),
    "lead": _("lead"),
    "member": _("member"),
    "membership": _("member"),
    "number": _("number"),
    "periodictask": _("periodic task"),
    "product": _("product"),
    "rule": _("rule"),
    "secrets": _("secrets"),
    "settings": _("settings"),
    "template": _("template"),
    "trap": _("test line"),
    "user": _("person"),
    "whatsappnumber": _("number"),
}
ACTS = {
    "changed": _("changed"),
    "closed": _("closed"),
    "connected": _("connected"),
    "created": _("created"),
    "deleted": _("deleted"),
    "fetched": _("fetched from WhatsApp"),
    "message_dismissed": _("message dismissed"),
    "message_resent": _("message sent again"),
    "replay_asked": _("replay requested"),
    "replayed": _("replayed"),
    "resealed": _("encrypted anew"),
    "returned_to_bot": _("returned to the bot"),
    "role": _("role given"),
    "stopped": _("stopped"),
    "subscribed": _("app subscribed"),
    "taken_over": _("taken over"),
    "tested": _("connection tested"),
}


def told(action: str) -> str:
    """An action that has no words here stays as it is written."""
    thing, _dot, act = action.partition(".")
    return f"{THINGS[thing]}: {ACTS[act]}" if thing in THINGS and act in ACTS else action
