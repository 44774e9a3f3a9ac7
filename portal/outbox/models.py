"""Facts for the billing system, written in the deed's own transaction, and how far each of its readers has come."""

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
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "about"], name="an_outbox_fact_once")]
        indexes = [models.Index(fields=["id"], condition=models.Q(position=None), name="facts_to_publish")]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class OutboxCounter(models.Model):
    """The last position given. Its row is the lock by which there is one publisher."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"


class OutboxReader(models.Model):
    """Somebody who takes the facts: how far they have acknowledged, and the end of a file being written for them."""

    name = models.CharField(max_length=60, primary_key=True)
    acknowledged = models.BigIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True)
    writing_until = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.acknowledged}"
