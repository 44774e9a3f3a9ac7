"""The one API of the portal; rooms add their routers here."""

from ninja import NinjaAPI

api = NinjaAPI(title="eBOK", version="1", docs_url=None, urls_namespace="api")
