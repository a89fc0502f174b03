"""The admin of labels and canned replies. labels.py and canned.py write them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts import placeholders
from accounts.admin_base import AGENT, OwnedAdmin, OwnedForm

from . import canned, labels
from .models import CannedReply, Label


class LabelForm(OwnedForm):
    class Meta:
        error_messages = {  # the database's own words name the constraint
            "__all__": {None: gettext_lazy("There is a label with this name already.")}
        }


@admin.register(Label)
class LabelAdmin(OwnedAdmin):
    form = LabelForm
    adds = changes = deletes = AGENT
    list_display = ("name", "shown_colour")
    search_fields = ("name",)
    search_help_text = gettext_lazy("Name")
    fields = ("name", "colour")

    @display(description=gettext_lazy("colour"))
    def shown_colour(self, obj):
        return obj.get_colour_display()

    def save_model(self, request, obj, form, change):
        given = {name: form.cleaned_data[name] for name in labels.FIELDS}
        if change:
            labels.change(obj, by=request.user, **given)
        else:
            obj.pk = labels.create(request.business, by=request.user, **given).pk

    def delete_model(self, request, obj):
        labels.delete(obj, by=request.user)


class CannedReplyForm(OwnedForm):
    class Meta:
        error_messages = {
            "__all__": {
                None: gettext_lazy("There is a canned reply with this shortcut in this language already."),
                "unique_together": gettext_lazy("There is a canned reply with this shortcut in this language already."),
            }
        }

    def clean_shortcut(self):
        return self.cleaned_data["shortcut"].lower()

    def clean_text(self):
        placeholders.check(self.cleaned_data["text"], canned.KNOWN)
        return self.cleaned_data["text"]


@admin.register(CannedReply)
class CannedReplyAdmin(OwnedAdmin):
    form = CannedReplyForm
    adds = changes = deletes = AGENT
    list_display = ("shortcut", "title", "language")
    search_fields = ("shortcut", "title", "text")
    search_help_text = gettext_lazy("Shortcut, title or text")
    fields = ("shortcut", "title", "text", "language")

    def save_model(self, request, obj, form, change):
        given = {name: form.cleaned_data[name] for name in canned.FIELDS}
        if change:
            canned.change(obj, by=request.user, **given)
        else:
            obj.pk = canned.create(request.business, by=request.user, **given).pk

    def delete_model(self, request, obj):
        canned.delete(obj, by=request.user)
