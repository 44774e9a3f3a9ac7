"""Addresses of this room, under /konto/."""

from django.urls import path

from portal.customers import right_views, views

app_name = "customers"

urlpatterns = [
    path("klienci/", views.customers, name="customers"),
    path("umowy/<uuid:public_id>/okres/", views.billing_period, name="billing_period"),
    path("upowaznienia/", right_views.delegations, name="delegations"),
    path("upowaznienia/zapros/", right_views.invite_somebody, name="invite"),
    path("upowaznienia/zakoncz/<uuid:public_id>/", right_views.end, name="end_right"),
    path("upowaznienia/cofnij/<uuid:public_id>/", right_views.take_back, name="withdraw_invitation"),
    path("zaproszenie/<str:token>/", right_views.invitation, name="invitation"),
    path("wglady/", right_views.visits, name="visits"),
]
