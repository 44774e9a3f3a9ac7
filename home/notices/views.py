"""How many customers the conditions that are being filled in would reach."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from home.notices.editing import reach_in_words
from home.notices.models import NoticePage
from portal.audiences import queries as audiences


@require_POST
def reach(request: HttpRequest) -> JsonResponse:
    """For whoever may write notices; what is filled in wrongly is said at its field when the draft is saved."""
    if not NoticePage.may_be_written_by(request.user):
        raise PermissionDenied
    block: Any = NoticePage._meta.get_field("conditions").stream_block
    filled_in = block.value_from_datadict(request.POST, request.FILES, "conditions")
    try:
        chosen = audiences.audience(block.clean(filled_in))
    except ValidationError:
        return JsonResponse({"words": _("A condition is not filled in rightly. Save the draft to see which.")})
    return JsonResponse({"words": reach_in_words(chosen, request.user)})
