"""Who reads filled-in forms: whoever holds the right to, whether or not they may edit the form's page."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import path
from wagtail import hooks
from wagtail.contrib.forms.utils import get_form_types
from wagtail.models import Page

from forms.built.panel import READ, FormsToRead, attached_file


@hooks.register("filter_form_submissions_for_user")
def forms_of_the_office(user: Any, editable: QuerySet[Page]) -> QuerySet[Page]:
    return Page.objects.filter(content_type__in=get_form_types()) if user.has_perm(READ) else editable.none()


@hooks.register("register_permissions")
def right_to_read() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="built", codename="view_filledform")


# Before Wagtail's own list of forms, which asks for the right to edit pages.
@hooks.register("register_admin_urls", order=-1)
def lists_of_forms() -> list[Any]:
    return [
        path("forms/", FormsToRead.as_view()),
        path("forms/results/", FormsToRead.as_view(results_only=True)),
        path("forms/file/<uuid:public_id>/", attached_file, name="filled_form_file"),
    ]
