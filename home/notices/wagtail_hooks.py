"""The panel's own address of notices."""

from django.urls import URLPattern, path
from wagtail import hooks

from home.notices.views import reach


@hooks.register("register_admin_urls")
def reach_of_a_notice() -> list[URLPattern]:
    return [path("notices/reach/", reach, name="notice_reach")]
