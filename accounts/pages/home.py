"""/account/: name and phone, how one signs in, where one works."""

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from .. import profile, twofactor
from ..access import choose_business, may, places_of
from ..models import Membership


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        help_text=gettext_lazy("For your team; customers do not see it."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def home(request):
    user = request.user
    form = ProfileForm(request.POST or None, initial={"name": user.name, "phone": user.phone})
    if form.is_valid():
        try:
            profile.change(user, actor=user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("account_home")
    context = {
        "form": form,
        "two_factor": twofactor.is_on(user),
        "codes": Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).exists(),
        "owns": may(request.role, Membership.Role.OWNER),
        "places": places(request),
    }
    return render(request, "account/home.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def businesses(request):
    """Choose in which business one works. A business that one has no place in is as absent as one that is not there."""
    if request.method == "POST":
        if not choose_business(request, request.POST.get("business", "")):
            return render(request, "404.html", status=404)
        wanted = request.POST.get("next", "")
        return redirect("inbox" if wanted == reverse("inbox") else "admin:index")
    return render(request, "account/businesses.html", {"places": places(request)})


def places(request) -> list[dict]:
    return [{"business": business, "role": Membership.Role(role).label} for business, role in places_of(request.user)]
