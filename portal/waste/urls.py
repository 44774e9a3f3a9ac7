"""Addresses of this room."""

from django.urls import path

from portal.waste import views

app_name = "waste"

urlpatterns = [
    path("odpady/", views.calendar, name="calendar"),
    path("odpady/przypomnienie/", views.remind, name="remind"),
    path("odpady/zgloszenie/", views.report, name="report"),
    path("odpady/kalendarz/<str:token>.ics", views.feed, name="feed"),
]
