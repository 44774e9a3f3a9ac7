"""Addresses of this room, under /konto/."""

from django.urls import path

from portal.customers import views

app_name = "customers"

urlpatterns = [path("klienci/", views.customers, name="customers")]
