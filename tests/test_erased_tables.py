"""Every column that may hold words is erased with its household, or somebody has said why it stays."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Field, Model

from cases.actions.retention.register import ERASED

WORDS = (models.CharField, models.TextField, models.JSONField, models.FileField, models.BinaryField, ArrayField)
OF_TESTS = {"demo", "benchmarks", "tests"}


def may_hold_words(column: Field[Any, Any]) -> bool:
    return isinstance(column, (*WORDS, models.GenericIPAddressField)) and not column.choices


def every_model() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.app_label not in OF_TESTS]


def test_every_table_says_what_becomes_of_it():
    assert {model._meta.label for model in every_model()} ^ ERASED.keys() == set()


def test_every_column_of_words_is_erased_or_stays_for_a_reason():
    forgotten = [
        f"{model._meta.label}.{column.name}"
        for model in every_model()
        for table in [ERASED[model._meta.label]]
        if not table.because and not (table.is_deleted and table.only is None)
        for column in model._meta.concrete_fields
        if may_hold_words(column) and column.name not in {*table.blank, *table.reduced, *table.kept}
    ]
    assert forgotten == []


def test_what_is_said_of_a_table_is_about_its_own_columns():
    for table in ERASED.values():
        columns = {column.name for column in table.table._meta.concrete_fields}
        assert {*table.blank, *table.reduced, *table.kept} <= columns, table.model
        assert bool(table.because) or bool(table.paths), table.model


@pytest.mark.django_db
def test_every_path_leads_to_households():
    for table in ERASED.values():
        assert list(table.find_rows([0])) == []
