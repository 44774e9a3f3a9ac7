"""What strangers may find: the words of public pages, questions and files, folded. Nothing of a customer is ever in it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from home.downloads.models import Download
from home.faq.entries import FaqEntry


class Findable(models.Model):
    class Kind(models.TextChoices):
        """In the order in which the groups of results stand."""

        QUESTION = "question", _("Questions and answers")
        INSTRUCTION = "instruction", _("Instructions")
        NOTICE = "notice", _("Notices")
        DOWNLOAD = "download", _("Forms to download")
        REGULATION = "regulation", _("Regulations")
        PAGE = "page", _("Pages")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    language = models.CharField(max_length=5)
    title = models.CharField(max_length=255)
    text = models.TextField(blank=True)
    folded_title = models.CharField(max_length=300)
    folded = models.TextField()
    page = models.OneToOneField(Page, models.CASCADE, null=True, related_name="+")
    question = models.OneToOneField(FaqEntry, models.CASCADE, null=True, related_name="+")
    download = models.OneToOneField(Download, models.CASCADE, null=True, related_name="+")

    class Meta:
        app_label = "search"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(page__isnull=False)
                | models.Q(question__isnull=False)
                | models.Q(download__isnull=False),
                name="findable_is_something",
            )
        ]

    def __str__(self) -> str:
        return self.title
