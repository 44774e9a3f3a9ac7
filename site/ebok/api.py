"""The one API of the portal; rooms add their routers here."""

from ninja import NinjaAPI

from portal.exchange.api import router as exchange

api = NinjaAPI(title="eBOK", version="1", docs_url=None, urls_namespace="api")
api.add_router("", exchange)
