"""Addresses of this room, under /konto/."""

from django.urls import path

from portal.customers import views

app_name = "customers"

urlpatterns = [
    path("klienci/", views.customers, name="customers"),
    path("umowy/<uuid:public_id>/okres/", views.billing_period, name="billing_period"),
]
