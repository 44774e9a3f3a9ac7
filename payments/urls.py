"""Addresses of this room."""

from django.urls import path

from payments import guest_views, views

app_name = "payments"

urlpatterns = [
    path("", views.history, name="history"),
    path("zaplac/", views.choose, name="choose"),
    path("przejmij/", views.take_over, name="take_over"),
    path("faktura/", guest_views.invoice, name="guest"),
    path("faktura/zaplac/", guest_views.pay, name="guest_pay"),
    path("faktura/<uuid:public_id>/", guest_views.payment, name="guest_payment"),
    path("faktura/<uuid:public_id>/potwierdzenie.pdf", guest_views.confirmation_pdf, name="guest_confirmation"),
    path("faktura/<uuid:public_id>/wznow/", guest_views.resume, name="guest_resume"),
    path("faktura/<uuid:public_id>/anuluj/", guest_views.cancel, name="guest_cancel"),
    path("piaskownica/<str:session_id>/", views.sandbox_page, name="sandbox"),
    path("<uuid:public_id>/", views.payment, name="payment"),
    path("<uuid:public_id>/potwierdzenie.pdf", views.confirmation_pdf, name="confirmation"),
    path("<uuid:public_id>/wznow/", views.resume, name="resume"),
    path("<uuid:public_id>/anuluj/", views.cancel, name="cancel"),
]
