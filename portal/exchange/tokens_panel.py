"""Tokens of the API in the panel: made and shown once, listed, revoked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import AdminDateInput

from portal import clock
from portal.exchange import tokens
from portal.exchange.models import ApiToken

RIGHT = "exchange.add_apitoken"


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("What uses it, for example “billing”."),
        validators=[RegexValidator(r"^[\w .-]+$", gettext_lazy("Use letters, digits, spaces, dots and hyphens."))],
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Allowed to"), choices=list(tokens.SCOPES.items()), widget=forms.CheckboxSelectMultiple
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=AdminDateInput,
        help_text=gettext_lazy("That day included; empty: no end."),
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if ApiToken.objects.filter(name=name).exists():
            raise forms.ValidationError(_("There is a token of this name already. Give this one another name."))
        return name

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day and day < clock.today():
            raise forms.ValidationError(_("This day is over. Choose a later one, or leave the field empty."))
        return day


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def api_tokens(request: HttpRequest) -> HttpResponse:
    """The list, the form below it, and after a token is made its secret: this once and never again."""
    _check(request)
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        _token, secret = tokens.make(**form.cleaned_data, by=request.user)
        form = TokenForm()
    facts = {
        "form": form,
        "secret": secret,
        "tokens": [(one, [tokens.SCOPES.get(scope, scope) for scope in one.scopes]) for one in _listed()],
        "today": clock.today(),
        "page_title": _("API tokens"),
        "header_icon": "key",
    }
    return render(request, "exchange/panel/tokens.html", facts)


def _listed() -> Any:
    return ApiToken.objects.select_related("made_by").order_by("revoked_at", "name")


@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    _check(request)
    tokens.revoke(get_object_or_404(ApiToken, pk=pk), by=request.user)
    messages.success(request, _("The token opens nothing any more."))
    return redirect("api_tokens")


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("api-tokens/", api_tokens, name="api_tokens"),
        path("api-tokens/<int:pk>/revoke/", revoke_token, name="revoke_api_token"),
    ]


class TokensItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(RIGHT))


@hooks.register("register_settings_menu_item")
def menu_item() -> TokensItem:
    return TokensItem(_("API tokens"), reverse("api_tokens"), name="api-tokens", icon_name="key", order=900)
