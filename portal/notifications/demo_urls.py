"""Addresses of the demo mail box."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
