"""The journal of the machine says what failed and where, and quotes nobody."""

import logging

import pytest
from django.db import IntegrityError, connection

from config.logs import WithoutWords


def journal_of(error: BaseException) -> str:
    told = (type(error), error, error.__traceback__)
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Échec", None, told)
    return WithoutWords(fmt="{levelname} {message}", style="{").format(record)


def test_an_error_is_told_by_its_kind_and_its_place():
    typed = "Mme " + "Belk" + "acem"
    with pytest.raises(ValueError, match="Belkacem") as raised:
        int(typed)
    written = journal_of(raised.value)
    assert "Belkacem" not in written
    assert written.splitlines()[-1] == "builtins.ValueError"
    assert f'File "{__file__}"' in written


def test_what_caused_it_is_told_alike():
    cause = KeyError("Belkacem")
    error = RuntimeError("de Belkacem")
    error.__cause__ = cause
    written = journal_of(error)
    assert "Belkacem" not in written
    assert written.index("builtins.KeyError") < written.index("builtins.RuntimeError")


@pytest.mark.django_db
def test_a_refusal_of_the_database_names_its_constraint_and_not_the_row():
    typed = "Chez belk" + "acem"
    with pytest.raises(IntegrityError, match="belkacem") as refused, connection.cursor() as cursor:
        cursor.execute("INSERT INTO cases_structure (name) VALUES (%s)", [typed])
    written = journal_of(refused.value)
    assert "belkacem" not in written
    assert "psycopg.errors." in written
