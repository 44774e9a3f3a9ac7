"""Addresses of this room, under /konto/."""

from django.urls import path

from portal.billing import e_invoice_views, views

app_name = "billing"

urlpatterns = [
    path("faktury/<uuid:public_id>/", views.invoice, name="invoice"),
    path("faktury/<uuid:public_id>/pdf/", views.invoice_pdf, name="invoice_pdf"),
    path("faktury/<uuid:public_id>/xml/", views.invoice_xml, name="invoice_xml"),
    path("pisma/<uuid:public_id>/", views.document_file, name="document_file"),
    path("e-faktura/", e_invoice_views.e_invoice, name="e_invoice"),
    path("e-faktura/adres/<uuid:public_id>/", e_invoice_views.address, name="e_invoice_address"),
    path("e-faktura/rezygnacja/", e_invoice_views.withdraw, name="e_invoice_withdraw"),
]
