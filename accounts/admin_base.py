"""The admin's gate: whose rows a person sees, and what their role lets them do there.

Every page of the owner's side stands on one of two classes. ``OwnedAdmin`` shows the rows of the request's business
and asks the Membership's role (``request.role``, set by access.CurrentBusiness); Django's permission tables are not
asked. ``InstallationAdmin`` shows the rows of the whole installation to its owner alone.

A row that is not there and a row of another business are answered alike: 404.
"""

import json
from typing import ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import Http404
from django.shortcuts import redirect
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RelatedDropdownFilter
from unfold.paginator import InfinitePaginator

from . import audit
from .access import may
from .admin_fields import LinesField
from .errors import DomainError
from .models import Business, Membership, User

VIEWER, AGENT, OWNER = Membership.Role.VIEWER, Membership.Role.AGENT, Membership.Role.OWNER
NEVER = None


class RoleGate:
    """What each act needs at least: a role of the request's business, or NEVER."""

    sees: ClassVar[str | None] = VIEWER
    adds: ClassVar[str | None] = OWNER
    changes: ClassVar[str | None] = OWNER
    deletes: ClassVar[str | None] = OWNER

    def allows(self, request, least: str | None) -> bool:
        return least is not NEVER and request.business is not None and may(request.role, least)

    def has_view_permission(self, request, obj=None):
        return self.allows(request, self.sees)

    def has_add_permission(self, request, obj=None):
        return self.allows(request, self.adds)

    def has_change_permission(self, request, obj=None):
        return self.allows(request, self.changes)

    def has_delete_permission(self, request, obj=None):
        return self.allows(request, self.deletes)

    def has_module_permission(self, request):
        return self.has_view_permission(request)


class History:
    """Rows that nobody adds, changes or deletes by hand."""

    adds = changes = deletes = NEVER


class LongList:
    """A list of so many rows that counting them would take longer than showing a page of them."""

    paginator = InfinitePaginator
    show_full_result_count = False


class OwnedForm(forms.ModelForm):
    """A form whose row belongs to the request's business: it is set before validation, so that a constraint that
    names the business is checked, and no input can choose it.
    """

    business: ClassVar[Business]
    in_list = False  # a row of a list that is edited: its inputs have no label beside them

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.instance.business = self.business
        if self.in_list:
            for field in self.fields.values():
                field.widget.attrs["aria-label"] = f"{field.label}: {self.instance}"

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - {"business"}


class BaseAdmin(ModelAdmin):
    """What all our pages share: 404 for what is not there, an audit row for each act, only changed columns written."""

    list_filter_submit = True
    list_fullwidth = True
    view_on_site = False
    empty_value_display = ""
    actions = None  # nothing is done to many rows at once: each act has its page, and its row in the audit log
    list_per_page = 50
    show_facets = ShowFacets.NEVER  # a count of every choice of every filter, on tables of a million rows
    lines_fields: ClassVar[tuple[str, ...]] = ()  # JSON lists of texts that are edited one a line

    def changeform_view(self, request, *args, **kwargs):
        return self._unless_refused(super().changeform_view, request, *args, **kwargs)

    def delete_view(self, request, *args, **kwargs):
        return self._unless_refused(super().delete_view, request, *args, **kwargs)

    def _unless_refused(self, view, request, *args, **kwargs):
        """What a form could not foresee, since somebody else acts at the same moment, is told above the list."""
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            words = error.message
        except self.model.DoesNotExist:
            words = _("Somebody has removed it at this moment.")
        messages.error(request, words)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    def history_view(self, request, object_id, extra_context=None):
        """Django looks for the row before it asks for the permission, and so tells which ids there are."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def lookup_allowed(self, lookup, value, request=None):
        """A secret is not to be guessed letter by letter through ``?access_token__startswith=``."""
        if _SECRETS & set(lookup.split("__")):
            return False
        return super().lookup_allowed(lookup, value, request)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in self.lines_fields:
            label = capfirst(db_field.verbose_name)
            return LinesField(label=label, help_text=db_field.help_text, required=not db_field.blank)
        if isinstance(db_field, models.PositiveSmallIntegerField | models.PositiveIntegerField):
            kwargs = _real_limits(db_field) | kwargs
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """A row's page is about that row: the list is where another one is added."""
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if change:
            response.context_data["has_add_permission"] = False
        response.context_data["show_history"] = self.has_change_permission(request, obj)
        return response

    def business_of(self, obj) -> Business | None:
        return getattr(obj, "business", None)

    def record(self, request, what: str, obj, **details) -> None:
        action = f"{self.opts.model_name}.{what}"
        audit.record(action, business=self.business_of(obj), actor=request.user, target=str(obj.pk), **details)

    def save_model(self, request, obj, form, change):
        if change and not form.changed_data:
            return
        if change:
            obj.save(update_fields=columns(obj, form.changed_data))
        else:
            obj.save()
        self.record(request, "changed" if change else "created", obj, fields=sorted(form.changed_data))

    def delete_model(self, request, obj):
        self.record(request, "deleted", obj)
        super().delete_model(request, obj)


def _real_limits(db_field: models.Field) -> dict:
    """For a form's field: those of the column's own validators, told at once. Django's form knows only what the column can hold, and
    so names 0 to whoever writes -1, and 1 to whoever then writes 0.
    """
    own = {v.code: v.limit_value for v in db_field._validators if isinstance(v, MinValueValidator | MaxValueValidator)}
    if not own.keys() >= {"min_value", "max_value"}:
        return {}
    least, most = (number_format(own[code], force_grouping=True) for code in ("min_value", "max_value"))
    words = _("From %(least)s to %(most)s.") % {"least": least, "most": most}
    return own | {"error_messages": {"min_value": words, "max_value": words}}


_SECRETS = {"password", "access_token", "app_secret", "app_secret_mark", "verify_token"}


def columns(obj, names) -> list[str]:
    """The columns among ``names``, and those that change with every save."""
    return [f.name for f in obj._meta.concrete_fields if f.name in names or getattr(f, "auto_now", False)]


class OwnedAdmin(RoleGate, BaseAdmin):
    """Rows of the request's business. Agents and viewers see; owners write, unless the class says otherwise."""

    form = OwnedForm

    def get_queryset(self, request):
        if request.business is None:
            return models.QuerySet(self.model).none()
        return super().get_queryset(request).filter(business=request.business)

    def get_exclude(self, request, obj=None):
        return [*(super().get_exclude(request, obj) or ()), "business"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.business = request.business
        return form

    def get_changelist_form(self, request, **kwargs):
        form = super().get_changelist_form(request, **{"form": self.form, "fields": list(self.list_editable), **kwargs})
        form.business, form.in_list = request.business, True
        return form

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs["queryset"] = choices_of(db_field.remote_field.model, request.business)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def choices_of(model: type[models.Model], business: Business) -> models.QuerySet:
    """What a form may offer of another table: the people of the business, or its own rows."""
    if model is User:
        return User.objects.filter(memberships__business=business, is_active=True)
    return model._default_manager.filter(business=business)


class InstallationAdmin(BaseAdmin):
    """Rows of the whole installation, for its owner alone."""

    adds = changes = deletes = True

    def _owns(self, request) -> bool:
        return request.user.is_active and request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return self._owns(request)

    def has_add_permission(self, request, obj=None):
        return bool(self.adds) and self._owns(request)

    def has_change_permission(self, request, obj=None):
        return bool(self.changes) and self._owns(request)

    def has_delete_permission(self, request, obj=None):
        return bool(self.deletes) and self._owns(request)

    def has_module_permission(self, request):
        return self._owns(request)


class SharedHistoryAdmin(History, OwnedAdmin):
    """History that a business's owner sees of theirs, and the installation's owner of all."""

    sees = OWNER

    def allows(self, request, least):
        if least is not NEVER and request.user.is_active and request.user.is_superuser:
            return True
        return super().allows(request, least)

    def get_queryset(self, request):
        if request.user.is_superuser:
            return BaseAdmin.get_queryset(self, request)
        return super().get_queryset(request)

    def get_list_display(self, request):
        """Whose it is matters only to the one who sees all."""
        shown = super().get_list_display(request)
        return shown if request.user.is_superuser else [name for name in shown if name != "business"]


class OwnedInline(RoleGate, TabularInline):
    """Rows that belong to the row of the page; to be read only."""

    adds = changes = deletes = NEVER
    extra = 0
    can_delete = False
    hide_title = True


class PlainLabel:
    """unfold's filters, whose labels would read "By waits for a person"."""

    def choices(self, changelist):
        for choice in super().choices(changelist):
            for field in choice["form"].fields.values():
                field.label = capfirst(self.title)
            yield choice


class ChoiceFilter(PlainLabel, ChoicesDropdownFilter):
    """By a column with choices."""


class RelatedFilter(PlainLabel, RelatedDropdownFilter):
    """By a row of another table of the business."""


class OptionFilter(PlainLabel, DropdownFilter):
    """By what ``lookups`` and ``queryset`` say."""


class YesNoFilter(OptionFilter):
    """By a boolean column: name it in ``parameter_name``."""

    def lookups(self, request, model_admin):
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request, queryset):
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(**{self.parameter_name: self.value() == "yes"})


def yes_no(column: str, words) -> type[YesNoFilter]:
    return type(f"{column.capitalize()}Filter", (YesNoFilter,), {"parameter_name": column, "title": words})


def json_box(value) -> SafeString:
    """Any JSON value, laid out and escaped, in a box that scrolls."""
    return text_box(json.dumps(value, indent=2, ensure_ascii=False))


def text_box(text: str) -> SafeString:
    return format_html('<pre class="raw-box" tabindex="0">{}</pre>', text)
