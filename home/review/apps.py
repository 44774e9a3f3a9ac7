"""Makes the review of the site known to Django."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "home.review"
