"""Addresses of this room."""

from django.urls import path

from portal.notifications import views

urlpatterns = [
    path("powiadomienia/", views.choices, name="notification_choices"),
    path("powiadomienia/otworz/<uuid:key>/", views.open_target, name="notification_open"),
    path("powiadomienia/wypisz/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
