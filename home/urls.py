"""What the site serves besides pages, in no language."""

from django.urls import path

from home.faq.views import helped
from home.sitemap import robots, sitemap
from home.views import shared
from portal.utility.views import look_css

urlpatterns = [
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("look.css", look_css, name="look"),
    path("podglad/<int:pk>.png", shared, name="shared_picture"),
    path("czy-pomoglo/<int:pk>/", helped, name="faq_helped"),
]
