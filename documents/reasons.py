"""Why a file is not there, or not whole: one word for programs, one sentence for people."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    # not there yet, or never
    "unreachable": _("WhatsApp did not hand the file over yet. It is tried again."),
    "refused": _("WhatsApp refused to hand the file over. It is tried again."),
    "foreign_host": _("The file's address is not one of WhatsApp's. It was not fetched from there; it is tried again."),
    "token": _("The number's access token does not work. The file is fetched once it does."),
    "not_given": _("WhatsApp could not take this file from the customer. Ask them to send it again."),
    "gone": _("The file could not be fetched for seven days, and WhatsApp keeps it no longer. Ask for it again."),
    "too_large": _("The file is larger than WhatsApp allows."),
    "no_room": _("The file could not be stored. It is tried again."),
    # it came, and cannot be used
    "empty": _("The file is empty."),
    "image_broken": _("The picture is damaged: it cannot be opened whole."),
    "image_too_large": _("The picture has more pixels than can be opened safely (40 million)."),
    "too_heavy": _("The file needed too much memory or time to be opened: it may be made to do harm."),
    "audio_broken": _("The recording cannot be read."),
    # kept back
    "page": _("This file is a web page: it could run a script. It is kept back."),
    "svg": _("This file is an SVG drawing, which can hold a script. It is kept back."),
    "program": _("This file is a program or a script. It is kept back."),
    "macros": _("This document holds macros, which are programs. It is kept back."),
    "archive": _("This archive would write outside its own folder, or is made to burst. It is kept back."),
    "not_what_it_says": _("This file is not what its type says. It is kept back."),
    # stored, and worth a word
    "pdf_encrypted": _("This PDF is protected by a password."),
    "pdf_broken": _("This PDF is damaged: it may not open."),
}
