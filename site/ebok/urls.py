"""Every address of the portal. Pages come last: what no room claims is asked of Wagtail."""

from allauth.account.views import logout as sign_out
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.http import Http404
from django.urls import include, path, re_path
from django.views.defaults import page_not_found
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog
from django.views.static import serve
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from ebok import health
from ebok.api import api

handler500 = "ebok.errors.server_error"

to_sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)

urlpatterns = [
    # Wagtail's own doors lead to ours, where the second factor is asked for.
    path("panel/login/", to_sign_in),
    path("panel/logout/", sign_out),  # a link asks first, as everywhere; only a press signs out
    re_path(r"^panel/password_reset/", to_sign_in),
    re_path(r"^panel/bulk/accounts/user/", page_not_found, {"exception": Http404()}),  # reaches past the list of staff
    re_path(r"^panel/failwhale/", page_not_found, {"exception": Http404()}),  # breaks on purpose, for Wagtail's makers
    path("panel/", include(wagtailadmin_urls)),
    path("pliki/", include(wagtaildocs_urls)),
    path("jsi18n/", JavaScriptCatalog.as_view(), name="javascript-catalog"),
    path("api/v1/", api.urls),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", health.metrics, name="metrics"),
    path("platnosci/webhook/", include("payments.webhook_urls")),
    path("poczta/zdarzenia/", include("portal.notifications.webhook_urls")),
    path("", include("home.urls")),
]

if settings.EBOK_DEMO:
    urlpatterns += [path("demo/", include("portal.notifications.demo_urls"))]
    # Editors' pictures. An installation has its web server or object storage hand them out (docs/deploy.md).
    urlpatterns += [path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT})]

urlpatterns += i18n_patterns(
    path("konto/", include("portal.accounts.urls")),
    path("konto/", include("portal.notifications.urls")),
    path("konto/", include("portal.billing.urls")),
    path("konto/", include("portal.metering.urls")),
    path("konto/", include("portal.waste.urls")),
    path("konto/", include("portal.cases.urls")),
    path("konto/", include("forms.registration.urls")),
    path("konto/", include("forms.managers.urls")),
    path("konto/", include("forms.moving.urls")),
    path("konto/", include("forms.readings.urls")),
    path("konto/", include("portal.customers.urls")),
    path("platnosci/", include("payments.urls")),
    path("", include("home.page_urls")),
    prefix_default_language=False,
)
