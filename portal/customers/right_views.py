"""Who acts for me, whom I invite, and which clerks looked at my data."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth import login, password_validation
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import clock
from portal.accounts.forms import new_password_hint
from portal.accounts.models import User
from portal.accounts.queries import find_by_email
from portal.customers import access, invitations
from portal.customers.access import Viewer
from portal.customers.models import Deed, Delegation, Invitation, ServicePoint, StaffVisit

MOST_POINTS = 200
ON_A_PAGE = 25


def _owner(request: HttpRequest) -> Viewer:
    """Whoever may let others act; nobody else finds these pages."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    if not access.may(viewer, Deed.DELEGATE):
        raise Http404
    return viewer


def _back(viewer: Viewer) -> str:
    return f"{reverse('customers:delegations')}?k={viewer.customer.public_id}" if viewer.customer else "/"


@require_safe
@login_required
def delegations(request: HttpRequest) -> HttpResponse:
    """For whom the person acts; and of an own customer, who else acts for it and who is invited."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    if "k" in request.GET and (not viewer.is_linked or viewer.role == "staff"):
        raise Http404
    shown: dict[str, Any] = {"viewer": viewer, "may_invite": access.may(viewer, Deed.DELEGATE)}
    held = access.open_delegations().exclude(role=Delegation.Role.OWNER)
    if shown["may_invite"] and viewer.customer is not None:
        others = held.filter(customer=viewer.customer.pk).exclude(user=request.user.pk)
        shown["others"] = [(one, invitations.in_words(access.deeds_of(one))) for one in others.select_related("user")]
        waiting = Invitation.objects.filter(
            customer=viewer.customer.pk, accepted_at=None, withdrawn_at=None, expires_at__gt=clock.now()
        )
        shown["waiting"] = [(one, invitations.in_words(one.deeds)) for one in waiting.order_by("-pk")]
    own = Paginator(held.filter(user=request.user.pk).select_related("customer").order_by("pk"), ON_A_PAGE)
    shown["page_obj"] = own.get_page(request.GET.get("page"))
    return render(request, "portal/delegations.html", shown)


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail of the person"),
        error_messages={
            "required": gettext_lazy("Type the person's e-mail."),
            "invalid": gettext_lazy("Type an e-mail, for example anna@example.pl."),
        },
        widget=forms.EmailInput(attrs={"data-width": "medium", "spellcheck": "false"}),
    )
    deeds = forms.MultipleChoiceField(
        label=gettext_lazy("What may the person do?"),
        choices=[(deed.value, deed.label) for deed in Deed if deed.value in invitations.MAY_BE_GRANTED],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least one thing that the person may do."),
            "invalid_choice": gettext_lazy("You cannot give a right that you do not have yourself."),
        },
    )
    points = forms.MultipleChoiceField(
        label=gettext_lazy("At which points?"),
        help_text=gettext_lazy("Leave all unticked to allow it everywhere."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose at least one of your own points.")},
    )
    until = forms.DateField(
        label=gettext_lazy("Until what day?"),
        help_text=gettext_lazy("For example 31.12.2027. Then the right ends by itself."),
        input_formats=["%d.%m.%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d.%m.%Y", attrs={"data-width": "short", "inputmode": "numeric"}),
        error_messages={
            "required": gettext_lazy("Type a day, for example 31.12.2027."),
            "invalid": gettext_lazy("Type a day, for example 31.12.2027."),
        },
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = access.visible(ServicePoint.objects.filter(is_closed=False), viewer, Deed.SEE_CONTRACT)
        self.own = list(own.order_by("street", "building", "unit", "pk")[:MOST_POINTS])
        if len(self.own) > 1:
            self.fields["points"].choices = [(str(one.public_id), str(one)) for one in self.own]  # type: ignore[attr-defined]  # a choice field
        else:
            del self.fields["points"]

    def chosen_points(self) -> list[ServicePoint] | None:
        chosen = set(self.cleaned_data.get("points") or ())
        return [one for one in self.own if str(one.public_id) in chosen] if chosen else None


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invite_somebody(request: HttpRequest) -> HttpResponse:
    viewer = _owner(request)
    form = InvitationForm(request.POST or None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            invitations.invite(
                viewer=viewer,
                by=cast("User", request.user),
                email=answers["email"],
                deeds=answers["deeds"],
                points=form.chosen_points(),
                until=answers["until"],
            )
        except invitations.NotInvited as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("We have written to %(email)s.") % {"email": answers["email"]})
            return redirect(_back(viewer))
    return render(request, "portal/invite.html", {"form": form, "viewer": viewer, "back": _back(viewer)})


@require_POST
@login_required
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """An owner ends another's right; anybody gives up their own, but an owner closes the account for that."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    person = cast("User", request.user)
    rights = Delegation.objects.exclude(role=Delegation.Role.OWNER).select_related("user", "customer")
    held = get_object_or_404(rights, public_id=public_id)
    is_mine = held.user_id == person.pk
    is_given = (
        access.may(viewer, Deed.DELEGATE) and viewer.customer is not None and held.customer_id == viewer.customer.pk
    )
    if not is_mine and not is_given:
        raise Http404
    invitations.end_right(held, by=person)
    messages.success(request, _("The right has ended. Both of you are told."))
    return redirect(reverse("customers:delegations") if is_mine else _back(viewer))


@require_POST
@login_required
def take_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    viewer = _owner(request)
    waiting = access.visible(Invitation.objects.select_related("customer"), viewer, Deed.DELEGATE)
    invitations.withdraw(get_object_or_404(waiting, public_id=public_id), by=cast("User", request.user))
    messages.success(request, _("The invitation has been taken back."))
    return redirect(_back(viewer))


class NewAccountForm(forms.Form):
    first_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "given-name"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=128,
        help_text=new_password_hint(),
        widget=forms.PasswordInput(attrs={"data-width": "medium", "autocomplete": "new-password"}),
        error_messages={"required": gettext_lazy("Choose a password.")},
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        chosen: str = self.cleaned_data["password"]
        password_validation.validate_password(chosen, User(email=self.email))
        return chosen


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept with the account one is signed in to, sign in first, or open an account for the invited e-mail."""
    try:
        return _answer(request, invitations.invitation_of(token))
    except invitations.InvitationOver:
        return render(request, "portal/invitation_over.html", status=404)


def _answer(request: HttpRequest, made: Invitation) -> HttpResponse:
    is_new = find_by_email(made.email) is None
    form = (
        NewAccountForm(request.POST or None, email=made.email) if is_new and not request.user.is_authenticated else None
    )
    if request.method == "POST" and request.user.is_authenticated:
        return _accepted(request, made, request.user)
    if request.method == "POST" and form is not None and form.is_valid():
        answers = form.cleaned_data
        user = invitations.open_account(made, password=answers["password"], first_name=answers["first_name"])
        login(request, user, backend="portal.accounts.backends.SignInIdentifierBackend")
        return _accepted(request, made, user)
    sign_in = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
    deeds = invitations.in_words(made.deeds)
    return render(request, "portal/invitation.html", {"made": made, "deeds": deeds, "form": form, "sign_in": sign_in})


def _accepted(request: HttpRequest, made: Invitation, user: User) -> HttpResponse:
    if user.is_staff:
        raise Http404
    invitations.accept(made, by=user)
    messages.success(request, _("Done. You act for customer %(number)s.") % {"number": made.customer.number})
    return redirect(f"{reverse('go', args=['dashboard'])}?k={made.customer.public_id}")


@require_safe
@login_required
def visits(request: HttpRequest) -> HttpResponse:
    """Which clerks looked at the customer's data: role, time and reason, no name."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    if "k" in request.GET and (not viewer.is_linked or viewer.role == "staff"):
        raise Http404
    whose = viewer.customer.pk if viewer.customer and access.may(viewer, Deed.DELEGATE) else None
    found = StaffVisit.objects.filter(customer=whose).order_by("-opened_at", "-pk")
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/visits.html", {"viewer": viewer, "page_obj": page, "is_owner": whose is not None})
