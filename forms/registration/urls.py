"""Addresses of registering that are no page's: included under /konto/."""

from django.urls import path

from forms.registration import views

urlpatterns = [
    path("rejestracja/sprawdzenie/", views.challenge, name="registration_challenge"),
    path("rejestracja/<str:token>/", views.confirm_registration, name="registration_confirm"),
]
