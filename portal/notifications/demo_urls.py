"""Addresses of the demo mail box."""

from django.urls import path

from portal.notifications import demo_views

urlpatterns = [
    path("poczta/", demo_views.demo_mail_list, name="demo_mail_list"),
    path("poczta/<int:pk>/", demo_views.demo_mail, name="demo_mail"),
    path("poczta/<int:pk>/list/", demo_views.demo_mail_letter, name="demo_mail_letter"),
]
