"""Where the e-mail provider tells what became of a letter: one address, of the provider that this installation uses."""

from anymail.urls import urlpatterns as of_every_provider
from django.conf import settings

urlpatterns = [
    pattern for pattern in of_every_provider if pattern.name == f"{settings.EBOK_EMAIL_PROVIDER}_tracking_webhook"
]
