"""The site's pages, and the fixed ways to them. Instead of wagtail.urls, which would bring a second sign-in beside ours."""

from django.urls import path, re_path
from wagtail.urls import serve_pattern

from home.downloads.views import download
from home.search.views import search_page
from home.views import go, serve_page

urlpatterns = [
    path("go/<slug:role>/", go, name="go"),
    path("szukaj/", search_page, name="search"),
    path("pobierz/<slug:slug>/", download, name="download"),
    re_path(serve_pattern, serve_page, name="wagtail_serve"),
]
