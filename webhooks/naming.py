"""What kinds, ends and reasons of items are called on a page, in the active language. Stored are words of the code."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

KINDS = {
    "ChannelNotice": gettext_lazy("notice"),
    "ContactSync": gettext_lazy("address book entry"),
    "Echo": gettext_lazy("message from the phone's app"),
    "Edit": gettext_lazy("edited message"),
    "Handover": gettext_lazy("handover"),
    "HealthChange": gettext_lazy("news of the number"),
    "HistoryMessage": gettext_lazy("message of the history"),
    "InboundMessage": gettext_lazy("customer's message"),
    "Malformed": gettext_lazy("unreadable item"),
    "MessageStatus": gettext_lazy("status of a message"),
    "Preference": gettext_lazy("customer's preference"),
    "Reaction": gettext_lazy("reaction"),
    "Revoke": gettext_lazy("deleted message"),
    "SystemChange": gettext_lazy("change of a customer's number"),
    "TemplateChange": gettext_lazy("news of a template"),
    "delivery": gettext_lazy("whole delivery"),
}
WORDS = {
    "call": gettext_lazy("call"),
    "contact_sync": KINDS["ContactSync"],
    "duplicate": gettext_lazy("duplicate"),
    "echo": KINDS["Echo"],
    "edit": KINDS["Edit"],
    "empty": gettext_lazy("empty"),
    "failed": gettext_lazy("failed item"),
    "group_message": gettext_lazy("message of a group"),
    "group_status": gettext_lazy("status of a group's message"),
    "handover": KINDS["Handover"],
    "health": KINDS["HealthChange"],
    "history": KINDS["HistoryMessage"],
    "ignored": gettext_lazy("ignored"),
    "message": gettext_lazy("message"),
    "not_covered": gettext_lazy("signed by another app"),
    "notice": KINDS["ChannelNotice"],
    "preference": KINDS["Preference"],
    "reaction": KINDS["Reaction"],
    "revoke": KINDS["Revoke"],
    "standby": gettext_lazy("message while another app answers"),
    "status": gettext_lazy("status"),
    "system": KINDS["SystemChange"],
    "template": KINDS["TemplateChange"],
    "unknown_number": gettext_lazy("of an unknown number"),
    "unknown_status": gettext_lazy("unknown status"),
}
FAULTS = {
    "bad_change": gettext_lazy("a change has not the form that WhatsApp documents"),
    "bad_entry": gettext_lazy("an entry has not the form that WhatsApp documents"),
    "bad_item": gettext_lazy("the item has not the form that WhatsApp documents"),
    "no_entry": gettext_lazy("it has no entries"),
    "no_wamid": gettext_lazy("the message has no id"),
    "not_an_object": gettext_lazy("the body is no JSON object"),
    "not_json": gettext_lazy("the body is no JSON"),
    "too_deep": gettext_lazy("the body is nested too deep"),
}
_UNREAD = "It could not be read: "
_DEADLY = "Each worker that had it in hand died of it."


def kind(name: str) -> str:
    """Of a FailedItem; a name that is not known stays."""
    return str(KINDS.get(name, name))


def word(name: str) -> str:
    """Of an end or an event, as Delivery.outcome and FailedItem.outcome hold it."""
    return str(WORDS.get(name, name.replace("_", " ")))


def words(outcome: str) -> str:
    """What a replayed item became: "message", or of a whole delivery "2 message, 1 status"."""
    return ", ".join(
        " ".join(p if p.isdigit() else word(p) for p in part.split(" ", 1)) for part in outcome.split(", ")
    )


def reason(stored: str) -> str:
    """Why an item failed. What an exception says is for who mends it and stays English, behind words for everybody."""
    if stored == _DEADLY:
        return _("Each worker that had it in hand died of it.")
    if stored.startswith(_UNREAD):
        fault = stored.removeprefix(_UNREAD)
        return _("It could not be read: %(fault)s.") % {"fault": FAULTS.get(fault, fault)}
    return _("It could not be worked off (%(error)s).") % {"error": stored}
