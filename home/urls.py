"""What the site serves besides pages, in no language."""

from django.urls import path

from portal.utility.views import look_css

urlpatterns = [path("look.css", look_css, name="look")]
