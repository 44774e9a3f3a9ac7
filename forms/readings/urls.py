"""Addresses of this room, under /konto/."""

from django.urls import path

from forms.readings import views

app_name = "readings"

urlpatterns = [
    path("odczyt/", views.guest, name="guest"),
    path("odczyt/przyjety/", views.receipt, name="receipt"),
]
