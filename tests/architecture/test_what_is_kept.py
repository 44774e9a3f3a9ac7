"""Of every model is stated how long its rows are kept and whether they are in a person's download, or why not."""

import pytest
from django.apps import apps

from portal import clock
from portal.retention import registry
from portal.retention.policies import over_before
from portal.retention.rules import RetentionRules

MODELS = [model._meta.label for model in apps.get_models()]


@pytest.mark.parametrize("label", MODELS)
def test_it_is_stated_how_long_the_rows_of_every_model_are_kept(label):
    stated = registry.kept(label)

    assert stated, f"{label}: say in the retention.py of its room how long it is kept (portal.retention.registry.keep)."
    assert str(stated.how_long)
    assert stated.own or str(stated.download)


def test_what_is_stated_is_of_models_that_there_are():
    labels, rooms = set(MODELS), {label.partition(".")[0] for label in MODELS}
    stated = {entry.model for entry in registry.everything_kept()}
    assert {model for model in stated if not model.endswith(".*")} <= labels
    assert {model.removesuffix(".*") for model in stated if model.endswith(".*")} <= rooms


def test_every_ending_has_a_term_among_the_rules_that_says_its_unit():
    for ending in registry.endings():
        assert over_before(ending.term, getattr(RetentionRules(), ending.term), clock.today()), ending.code


def test_no_two_parts_of_a_download_have_one_name():
    names = [entry.own.name for entry in registry.everything_kept() if entry.own]
    assert len(names) == len(set(names))
