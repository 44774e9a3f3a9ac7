"""What editors write beside each step of registering."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from forms.registration.steps import CHOICES
from portal.content.blocks import SHORT_TEXT_FEATURES, FoldBlock

FIELDS = [
    ("number", _("Invoice number")),
    ("amount", _("Amount")),
    ("email", _("E-mail")),
    ("phone", _("Phone number")),
    ("password", _("Password")),
    ("code", _("Code from our letter")),
    ("first_name", _("First name")),
    ("last_name", _("Surname")),
    ("street", _("Street and number")),
    ("postcode", _("Postcode")),
    ("city", _("Town")),
    ("customer_number", _("Customer number")),
    ("contract_number", _("Contract number")),
    ("meter_number", _("Meter number")),
]


class HintBlock(blocks.StructBlock):
    field = blocks.ChoiceBlock(label=_("field"), choices=FIELDS)
    text = blocks.CharBlock(label=_("hint"), max_length=250)


class StepWordsBlock(blocks.StructBlock):
    """Words of one step; what is left empty stays as the portal says it."""

    step = blocks.ChoiceBlock(label=_("step"), choices=CHOICES)
    heading = blocks.CharBlock(label=_("question or heading"), required=False, max_length=120)
    text = blocks.RichTextBlock(label=_("text"), required=False, features=SHORT_TEXT_FEATURES)
    hints = blocks.ListBlock(HintBlock(), label=_("hints beside fields"), required=False, default=[])
    button = blocks.CharBlock(label=_("words of the button"), required=False, max_length=40)
    folds = blocks.ListBlock(FoldBlock(), label=_("parts to unfold"), required=False, default=[])

    class Meta:
        icon = "form"
        label = _("Words of a step")
