"""Addresses of this room."""

from django.urls import path

from payments import views

app_name = "payments"

urlpatterns = [
    path("", views.history, name="history"),
    path("zaplac/", views.choose, name="choose"),
    path("piaskownica/<str:session_id>/", views.sandbox_page, name="sandbox"),
    path("<uuid:public_id>/", views.payment, name="payment"),
    path("<uuid:public_id>/wznow/", views.resume, name="resume"),
    path("<uuid:public_id>/anuluj/", views.cancel, name="cancel"),
]
