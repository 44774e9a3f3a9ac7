"""Addresses of this room, under /konto/."""

from django.urls import path

from forms.managers import views

app_name = "managers"

urlpatterns = [
    path("zarzadca/", views.ask_for_access, name="ask"),
    path("zarzadca/wyslane/", views.sent, name="sent"),
    path("zarzadca/sprzeciw/<str:token>/", views.object_to_manager, name="object"),
]
