"""What allauth asks us: nobody signs up through it, letters go our way, refusals are sentences."""

from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.accounts import second_factor_keys, terms_gate
from portal.accounts.actions import change_password
from portal.accounts.models import User
from portal.accounts.policies import canonical
from portal.accounts.queries import find_by_identifier, terms_to_accept
from portal.accounts.rules import OldPortalRules, SignInRules
from portal.notifications.queries import bounces
from portal.utility import identity
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import day


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("We cannot sign you in with these. Check both fields and try again."),
        "too_many_login_attempts": _(
            "Too many attempts that did not succeed. Wait five minutes and try again, or set a new password."
        ),
        "enter_current_password": _("This is not your current password. Type it again."),
        "incorrect_password": _("This is not your password. Type it again."),
        "rate_limited": _("Too many attempts. Wait a few minutes and try again."),
    }

    def validation_error(self, code: str, *args: Any) -> forms.ValidationError:
        """Where an old portal is known, every refusal says how its accounts move: to whom it applies is nobody's business."""
        if code == "username_password_mismatch" and rules(OldPortalRules).is_known:
            words = rules(SignInRules).reset_words or _("I do not remember my password")
            text = _(
                "We cannot sign you in with these. Check both fields and try again. "
                "If your account is of the previous version, press “%(words)s”: passwords did not move."
            )
            return forms.ValidationError(text % {"words": words}, code=code)
        return super().validation_error(code, *args)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Customers come to their dashboard; people who work in the panel, to the panel."""
        works_here = request.user.is_staff and request.user.has_perm("wagtailadmin.access_admin")
        return reverse("wagtailadmin_home") if works_here else str(settings.LOGIN_REDIRECT_URL)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return _by_way_of_terms(request, cast("User", request.user), self.get_login_redirect_url(request))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """A version of the terms that begins to hold is asked for before all else, once at each sign-in."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.password_change_by is not None and not user.owes_new_password:
            words = _("You signed in with a password that we made. Choose your own by %(day)s.")
            messages.info(request, words % {"day": day(user.password_change_by)})
        if bounces(user.email or ""):
            text = _("Letters to %(email)s come back to us, so we no longer send any. Change your e-mail address.")
            messages.warning(request, text % {"email": user.email})
        if isinstance(response, HttpResponseRedirect):
            return HttpResponseRedirect(_by_way_of_terms(request, user, response.url))
        return response

    def set_password(self, user: User, password: str) -> None:
        change_password(user, password)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Allauth's own letters are all switched off; one that appears is a setting forgotten."""
        raise NotImplementedError(f"No letter of ours stands behind {template_prefix}.")

    def reauthenticate(self, user: User, password: str) -> bool:
        """The password again, counted like signing in. Allauth would sign in by our inner user name, which signs nobody in."""
        self.pre_authenticate(context.request, username=user.username)
        is_right: bool = user.check_password(password)
        if is_right:
            self._rollback_login_failed_rl_usage()
        return is_right

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One count for a person, whichever of their identifiers is tried and however it is typed."""
        typed = credentials.get("username") or credentials.get("email") or ""
        user = find_by_identifier(typed)
        return f"user:{user.pk}" if user else f"typed:{canonical(typed)}"


def _by_way_of_terms(request: HttpRequest, user: User, url: str) -> str:
    """First to the question, where there is one; until it is answered with yes the session remembers that it is open."""
    if terms_to_accept(user) is None:
        return url
    request.session[terms_gate.OWED] = True
    return f"{reverse('account_terms')}?{urlencode({'next': url})}"


class SecondFactorAdapter(DefaultMFAAdapter):
    """The names that people read in their authenticator app."""

    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code does not fit. Wait for the next one in your app and type it."),
    }

    def encrypt(self, text: str) -> str:
        return second_factor_keys.locked(text)

    def decrypt(self, encrypted_text: str) -> str:
        return second_factor_keys.unlocked(encrypted_text)

    def get_totp_label(self, user: User) -> str:
        return user.email or str(user)

    def get_totp_issuer(self) -> str:
        utility = identity.current()
        return f"{utility.product_name} {utility.name}"
