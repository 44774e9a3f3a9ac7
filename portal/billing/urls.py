"""Addresses of this room, under /konto/."""

from django.urls import path

from portal.billing import views

app_name = "billing"

urlpatterns = [
    path("faktury/<uuid:public_id>/", views.invoice, name="invoice"),
    path("faktury/<uuid:public_id>/pdf/", views.invoice_pdf, name="invoice_pdf"),
    path("faktury/<uuid:public_id>/xml/", views.invoice_xml, name="invoice_xml"),
    path("pisma/<uuid:public_id>/", views.document_file, name="document_file"),
]
