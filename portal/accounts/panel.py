"""Wagtail's own app of users, with our view of it: named in INSTALLED_APPS instead of wagtail.users."""

from wagtail.users.apps import WagtailUsersAppConfig


class StaffOnlyUsersConfig(WagtailUsersAppConfig):
    user_viewset = "portal.accounts.staff.StaffViewSet"
