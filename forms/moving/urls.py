"""Addresses of this room, under /konto/."""

from django.urls import path

from forms.moving import views

app_name = "moving"

urlpatterns = [
    path("przejscie/<str:token>/", views.move_account, name="move"),
]
