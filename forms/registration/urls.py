"""Addresses of registering that are no page's: included under /konto/."""

from django.urls import path

from forms.registration import views

urlpatterns = [
    path("rejestracja/sprawdzenie/", views.challenge, name="registration_challenge"),
    path("rejestracja/list-z-kodem/", views.ask_for_letter, name="registration_letter"),
    path("rejestracja/formularz/<str:token>/", views.form_pdf, name="registration_form_pdf"),
    path("rejestracja/odpowiedz/<str:token>/", views.answer_question, name="registration_answer"),
    path("rejestracja/<str:token>/", views.confirm_registration, name="registration_confirm"),
    path("wniosek/", views.own_application, name="registration_own"),
    path("wniosek/formularz/", views.own_form_pdf, name="registration_own_form"),
]
