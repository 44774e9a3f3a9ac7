"""Addresses of this room, under /konto/."""

from django.urls import path

from portal.billing import (
    card_views,
    e_invoice_views,
    forecast_views,
    genuine_views,
    history_views,
    paper_views,
    portfolio_views,
    views,
)

app_name = "billing"

urlpatterns = [
    path("nieruchomosci/", portfolio_views.portfolio, name="portfolio"),
    path("nieruchomosci/lista.csv", portfolio_views.as_csv, name="portfolio_csv"),
    path("nieruchomosci/lista.xlsx", portfolio_views.as_xlsx, name="portfolio_xlsx"),
    path("faktury/<uuid:public_id>/", views.invoice, name="invoice"),
    path("faktury/<uuid:public_id>/pdf/", views.invoice_pdf, name="invoice_pdf"),
    path("faktury/<uuid:public_id>/duplikat/", views.invoice_duplicate, name="invoice_duplicate"),
    path("faktury/<uuid:public_id>/xml/", views.invoice_xml, name="invoice_xml"),
    path("pisma/<uuid:public_id>/", views.document_file, name="document_file"),
    path("e-faktura/", e_invoice_views.e_invoice, name="e_invoice"),
    path("e-faktura/adres/<uuid:public_id>/", e_invoice_views.address, name="e_invoice_address"),
    path("e-faktura/rezygnacja/", e_invoice_views.withdraw, name="e_invoice_withdraw"),
    path("sprawdz-fakture/", genuine_views.check, name="check"),
    path("dokumenty/", paper_views.show, name="papers"),
    path("dokumenty/paczka/", paper_views.package, name="package"),
    path("karta/", card_views.show, name="card"),
    path("umowy/<uuid:public_id>/", card_views.contract, name="contract"),
    path("umowy/<uuid:public_id>/pdf/", card_views.contract_as_pdf, name="contract_pdf"),
    path("historia/", history_views.show, name="history"),
    path("historia/historia.csv", history_views.as_csv, name="history_csv"),
    path("historia/historia.xlsx", history_views.as_xlsx, name="history_xlsx"),
    path("prognoza/", forecast_views.forecast, name="forecast"),
    path("prognoza/pdf/", forecast_views.paper, name="forecast_pdf"),
    path("prognoza/koszt/", forecast_views.simulate, name="simulate"),
    path("symulacja-wplat/", forecast_views.pay_simulation, name="pay_simulation"),
]
