"""The house's own way of writing links into rich text."""

from typing import Any

from wagtail import hooks

from portal.content.links import QuickPageLinkHandler


@hooks.register("register_rich_text_features", order=10)
def quick_page_links(features: Any) -> None:
    features.register_link_type(QuickPageLinkHandler)
