"""The admin of a business's own things: settings, products, numbers, members; and of the installation's people."""

from allauth.core import context
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserCreationForm
from unfold.views import ChangeList
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldBooleanSwitchWidget,
)

from . import acts, audit_targets, audit_words, entering, members, numbers, passwords, products, reading
from . import admin_settings as _settings  # noqa: F401 - the page of settings has a module of its own
from .admin_base import (
    NEVER,
    OWNER,
    InstallationAdmin,
    LongList,
    OwnedAdmin,
    OwnedForm,
    SharedHistoryAdmin,
    yes_no,
)
from .errors import DomainError
from .models import AuditEvent, Membership, Product, User, WhatsAppNumber
from .secrets import SecretError

admin.site.unregister(Group)  # what a person may do stands in their Membership


# --- products -----------------------------------------------------------------------------------------------------------------


class ProductForm(OwnedForm):
    class Meta:
        error_messages = {  # the database's own words name the constraint
            "__all__": {None: gettext_lazy("There is a product of this name and unit already.")}
        }

    def clean_price(self):
        if "price" in self.changed_data or self.instance._state.adding:  # an old one may have been right once
            products.valid_price(self.cleaned_data["price"])
        return self.cleaned_data["price"]


@admin.register(Product)
class ProductAdmin(OwnedAdmin):
    form = ProductForm
    list_display = ("name", "unit", "price", "active", "position")
    list_editable = ("price", "active")
    list_filter = (yes_no("active", gettext_lazy("on sale")),)
    search_fields = ("name", "name_hi", "name_roman")
    search_help_text = gettext_lazy("Name")
    fields = ("name", "name_hi", "name_roman", "aliases", "unit", "price", "active", "position", "slug")
    readonly_fields = ("slug",)
    lines_fields = ("aliases",)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "aliases":
            field.help_text = _("As customers write it, one a line: milk, doodh, dudh.")
        return field

    def save_model(self, request, obj, form, change):
        given = {name: form.cleaned_data[name] for name in form.changed_data if name in products.FIELDS}
        if change:
            products.change(obj, actor=request.user, **given)
        else:
            given = {name: form.cleaned_data[name] for name in products.FIELDS if name in form.cleaned_data}
            obj.pk = products.add(request.business, actor=request.user, **given).pk

    def delete_model(self, request, obj):
        products.remove(obj, actor=request.user)


# --- numbers ------------------------------------------------------------------------------------------------------------------

_KEEP = gettext_lazy("Leave empty to keep it.")


_FORM_NAMES = {"accessToken": "new_access_token", "phoneNumberId": "phone_number_id", "wabaId": "waba_id"}


class NumberForm(OwnedForm):
    """Tokens and secrets go in and never come out: their inputs are empty, whatever is stored."""

    new_access_token = forms.CharField(
        label=gettext_lazy("Access token"),
        required=False,
        max_length=1000,
        validators=[numbers.valid_token],
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )
    new_app_secret = forms.CharField(
        label=gettext_lazy("App secret"),
        required=False,
        max_length=200,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )
    forget_app_secret = forms.BooleanField(
        label=gettext_lazy("Remove the app secret"), required=False, widget=UnfoldBooleanSwitchWidget()
    )
    resume = forms.BooleanField(
        label=gettext_lazy("Start sending again"), required=False, widget=UnfoldBooleanSwitchWidget()
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field, secret in (("new_access_token", "access_token"), ("new_app_secret", "app_secret")):
            if field in self.fields:
                self.fields[field].help_text = _state_of(self.instance, secret)

    def clean_display_phone_number(self):
        numbers.valid_phone_number(self.cleaned_data["display_phone_number"])
        return self.cleaned_data["display_phone_number"]

    def clean_phone_number_id(self):
        value = self.cleaned_data["phone_number_id"]
        taken = WhatsAppNumber._base_manager.filter(phone_number_id=value).exclude(pk=self.instance.pk)
        if taken.exists():
            raise ValidationError(_("This number is connected already."))
        return value

    def clean(self):
        """Asks Meta, at the very end: a form that is wrong anyway takes nobody's seconds."""
        data = super().clean()
        token, is_new = data.get("new_access_token") or None, self.instance._state.adding
        if is_new and not token and "new_access_token" in data:
            self.add_error("new_access_token", _("Needed: Meta says by it whether the number is yours."))
        if not self.errors:
            number = None if is_new else self.instance
            try:
                numbers.prove(number, data.get("phone_number_id", ""), access_token=token, waba_id=data.get("waba_id"))
            except DomainError as error:
                for field, text in (error.fields or {"": error.message}).items():
                    self.add_error(_FORM_NAMES.get(field), text)
        return data


def _state_of(number: WhatsAppNumber, name: str) -> str:
    """What a page may say of a stored secret."""
    if number._state.adding:
        return _("From Meta's developer page.")
    secret = getattr(number, name)
    if not secret:
        return _("None is stored.")
    try:
        end = secret.last_four
    except SecretError as error:
        return str(error)
    return (_("Stored; it ends in %(end)s.") % {"end": end} if end else _("Stored.")) + f" {_KEEP}"


# What Meta's events have said (accounts.health). Empty: it has not said anything yet.
_HEALTH = ("quality", "messaging_limit", "verified_name", "name_decision", "warning", "warned_at")


@admin.register(WhatsAppNumber)
class WhatsAppNumberAdmin(OwnedAdmin):
    """Numbers are switched off, never deleted: their conversations hang on them."""

    form = NumberForm
    sees = OWNER
    deletes = NEVER
    list_display = ("number", "phone_number_id", "waba_id", "condition", "per_second")
    readonly_fields = ("stopped_at", "stopped_reason", *_HEALTH)
    change_form_outer_before_template = (
        "admin/accounts/_test_connection.html"  # its view: whatsapp_automation.number_page
    )

    def get_fieldsets(self, request, obj=None):
        named = ("display_phone_number", "phone_number_id", "waba_id")
        secret = ("new_access_token", "new_app_secret", *(("forget_app_secret",) if obj and obj.app_secret else ()))
        stopped = ("stopped_at", "stopped_reason", "resume") if obj and obj.stopped_at else ()
        return (
            *([(_("Sending is stopped"), {"fields": stopped, "description": _STOPPED})] if stopped else []),
            (_("Number"), {"fields": named, "description": _FROM_META}),
            (_("Access"), {"fields": (*secret, "verify_token"), "description": _SECRET}),
            (_("Sending"), {"fields": ("active", "per_second")}),
            *([(_("What WhatsApp says of it"), {"fields": _HEALTH})] if obj else []),
        )

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *(["phone_number_id"] if obj else [])]

    @method_decorator(sensitive_post_parameters("new_access_token", "new_app_secret"))
    def changeform_view(self, request, *args, **kwargs):
        return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        data = form.cleaned_data
        fields = {f.name: getattr(obj, f.name) for f in obj._meta.fields if f.name in form.changed_data}
        given = {
            "access_token": data["new_access_token"] or None,
            "app_secret": "" if data.get("forget_app_secret") else data["new_app_secret"] or None,
            "actor": request.user,
            **{name: value for name, value in fields.items() if name != "phone_number_id"},
        }
        if change:
            saved = numbers.change(obj, resume=bool(data.get("resume")), proven=True, **given)
        else:
            saved = numbers.connect(request.business, obj.phone_number_id, proven=True, **given)
        obj.pk = saved.pk

    @display(description=gettext_lazy("number"), ordering="display_phone_number")
    def number(self, obj):
        return str(obj)

    @display(description=gettext_lazy("state"), label={"on": "success", "off": "info", "stopped": "danger"})
    def condition(self, obj):
        if obj.stopped_at:
            return "stopped", _("Stopped")
        return ("on", _("On")) if obj.active else ("off", _("Off"))


_STOPPED = gettext_lazy(
    "WhatsApp refuses this number's messages. What waits is sent once you have mended the cause: "
    "a new access token starts the sending by itself."
)
_FROM_META = gettext_lazy("The ids stand in Meta's developer page, under WhatsApp, API setup.")
_SECRET = gettext_lazy("Stored encrypted, and never shown again.")


# --- members ------------------------------------------------------------------------------------------------------------------


class RoleForm(OwnedForm):
    def clean_role(self):
        role = self.cleaned_data["role"]
        if role != OWNER and members.is_last_owner(self.instance, lock=True):
            raise ValidationError(_("A business needs an owner. Make somebody else an owner first."))
        return role


@admin.register(Membership)
class MembershipAdmin(OwnedAdmin):
    """Roles can be changed here as well; who joins is invited on the page of members."""

    form = RoleForm
    sees = OWNER
    adds = NEVER
    list_display = ("person", "email", "role", "since")
    list_select_related = ("user",)
    ordering = ("created_at",)
    fields = ("person", "email", "role")
    readonly_fields = ("person", "email")

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and members.is_last_owner(obj))

    def save_model(self, request, obj, form, change):
        members.set_role(obj, form.cleaned_data["role"], actor=request.user)

    def delete_model(self, request, obj):
        members.remove(obj, actor=request.user)

    @display(description=gettext_lazy("person"), ordering="user__name")
    def person(self, obj):
        return str(obj.user)

    @display(description=gettext_lazy("since"), ordering="created_at")
    def since(self, obj):
        return reading.time_tag(obj.created_at, timezone.now())

    @display(description=gettext_lazy("e-mail"), ordering="user__email")
    def email(self, obj):
        return obj.user.email


# --- the audit log ------------------------------------------------------------------------------------------------------------


class AuditList(ChangeList):
    def get_results(self, request):
        """Their targets are found for all that the page shows at once."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        audit_targets.find(self.result_list, request)


@admin.register(AuditEvent)
class AuditEventAdmin(LongList, SharedHistoryAdmin):
    list_display = ("time", "who", "act", "of_what", "what", "business")
    list_select_related = ("actor", "business")
    search_fields = ("action", "target", "actor__email", "actor__name")
    search_help_text = gettext_lazy("Who did it, the action, or the id of what it was done to")
    fields = ("at", "who", "act", "of_what", "details_read", "address", "api_key", "request_id")
    readonly_fields = ("who", "act", "of_what", "details_read")

    def get_changelist(self, request, **kwargs):
        return AuditList

    def get_object(self, request, object_id, from_field=None):
        event = super().get_object(request, object_id, from_field)
        audit_targets.find([event] if event else [], request)
        return event

    @display(description=gettext_lazy("time"), ordering="at")
    def time(self, obj):
        return reading.time_tag(obj.at, timezone.now())

    @display(description=gettext_lazy("who"), ordering="actor")
    def who(self, obj):
        if obj.api_key:
            return _("API key %(prefix)s…") % {"prefix": obj.api_key}
        return obj.actor or ""

    @display(description=gettext_lazy("of"), ordering="target")
    def of_what(self, obj):
        return obj.of

    @display(description=gettext_lazy("what"))
    def what(self, obj):
        """The names of what changed; their values are on the event's page."""
        return render_to_string("admin/_one_line.html", {"text": audit_words.summary(obj.details)})

    @display(description=gettext_lazy("changes"))
    def details_read(self, obj):
        return render_to_string(
            "admin/accounts/_audit.html",
            {"changes": audit_words.changes(obj.details), "others": audit_words.others(obj.details)},
        )

    @display(description=gettext_lazy("action"), ordering="action")
    def act(self, obj):
        return acts.told(obj.action)


# --- people of the installation -----------------------------------------------------------------------------------------------


class NewPersonForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")


class NewPasswordForm(AdminPasswordChangeForm):
    def save(self, commit=True):
        if self.cleaned_data.get("set_usable_password") is False:
            passwords.take_away(self.user, actor=context.request.user)
            return self.user
        passwords.change(self.user, self.cleaned_data["password1"], actor=context.request.user)
        return self.user


class MembershipsOfPerson(TabularInline):
    model = Membership
    fields = readonly_fields = ("business", "role", "created_at")
    extra = 0
    can_delete = False

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(User)
class PersonAdmin(InstallationAdmin, UserAdmin):
    """People are switched off, never deleted: what they did hangs on them."""

    form = forms.ModelForm
    add_form = NewPersonForm
    change_password_form = NewPasswordForm
    deletes = False
    list_display = ("email", "name", "is_active", "is_superuser", "last_login")
    list_filter = (
        yes_no("is_active", gettext_lazy("active")),
        yes_no("is_superuser", gettext_lazy("owner of the installation")),
    )
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("new_password", "last_login", "created_at")
    inlines = (MembershipsOfPerson,)
    fieldsets = (
        (None, {"fields": ("email", "name", "phone", "new_password")}),
        (gettext_lazy("Rights"), {"fields": ("is_active", "is_superuser")}),
        (gettext_lazy("Times"), {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "password1", "password2")}),)

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()

    def get_readonly_fields(self, request, obj=None):
        own = ("is_active", "is_superuser") if obj and obj.pk == request.user.pk else ()  # nobody locks themselves out
        return (*super().get_readonly_fields(request, obj), *own)

    def save_model(self, request, obj, form, change):
        """Who is switched off is signed out, and stays so where they are switched on again."""
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data and not obj.is_active:
            entering.end_all(obj)

    @display(description=gettext_lazy("password"))
    def new_password(self, obj):
        return format_html('<a class="text-link" href="../password/">{}</a>', _("Set a new password"))
