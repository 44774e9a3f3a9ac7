"""Facts for the billing system, written in the deed's own transaction."""

import uuid

from django.db import models


class OutboxFact(models.Model):
    """One thing that the billing system must learn. Positions are given after commit by one publisher."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=80)
    values = models.JSONField(default=dict)
    happened_at = models.DateTimeField()
    position = models.BigIntegerField(null=True, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "about"], name="an_outbox_fact_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
