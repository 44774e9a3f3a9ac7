"""Changing the dated rules: a record is planned until its day, from that day on it is only superseded."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.utility.models import RuleRecord
from portal.utility.rules import RuleSet


class RuleInForce(Exception):
    """This record is in force, or was. It stays as it is: plan a new one from a later day."""

    def __str__(self) -> str:
        return str(_("This record is in force, or was. It stays as it is: plan a new one from a later day."))


class DayNotAhead(Exception):
    """A rule begins tomorrow at the earliest: what held until now must not change afterwards."""

    def __str__(self) -> str:
        return str(_("A rule begins tomorrow at the earliest: what held until now must not change afterwards."))


class DayTaken(Exception):
    """Another record of this rule set begins on that day. Change that one instead."""

    def __str__(self) -> str:
        return str(_("Another record of this rule set begins on that day. Change that one instead."))


def plan_rule(values: RuleSet, *, effective_from: date, note: str = "") -> RuleRecord:
    """Let these values hold from a day to come. Raises DayNotAhead, DayTaken."""
    return _write(RuleRecord(rule_set=values.code), values, effective_from, note)


def change_planned_rule(record: RuleRecord, values: RuleSet, *, effective_from: date, note: str = "") -> RuleRecord:
    """Raises RuleInForce, DayNotAhead, DayTaken."""
    _must_be_planned(record)
    return _write(record, values, effective_from, note)


def withdraw_planned_rule(record: RuleRecord) -> None:
    """Raises RuleInForce."""
    _must_be_planned(record)
    record.delete()


def _must_be_planned(record: RuleRecord) -> None:
    # As the database has it: a form may have changed the day in hand already.
    kept: Any = RuleRecord.objects.filter(pk=record.pk).first()
    if kept is None or not kept.is_planned:
        raise RuleInForce


def _write(record: RuleRecord, values: RuleSet, effective_from: date, note: str) -> RuleRecord:
    if effective_from <= clock.today():
        raise DayNotAhead
    if RuleRecord.objects.filter(rule_set=values.code, effective_from=effective_from).exclude(pk=record.pk).exists():
        raise DayTaken
    record.effective_from, record.values, record.note = effective_from, values.to_stored(), note
    record.save()
    return record
