"""Addresses of this room."""

from django.urls import path

from portal.metering import sheet_views, views

app_name = "metering"

urlpatterns = [
    path("odczyty/podaj/", views.submit, name="submit"),
    path("odczyty/arkusz/", sheet_views.sheet, name="sheet"),
    path("odczyty/podane/", views.given, name="given"),
    path("odczyty/podane/<uuid:public_id>/cofnij/", views.withdraw, name="withdraw"),
    path("odczyty/podane/<uuid:public_id>/zdjecie/", views.photo, name="photo"),
    path("wodomierze/ostrzezenia/", views.alerts, name="alerts"),
    path("wodomierze/<uuid:public_id>/", views.meter, name="meter"),
    path("wodomierze/<uuid:public_id>/odczyty.csv", views.meter_csv, name="meter_csv"),
]
