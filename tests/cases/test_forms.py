"""Fields that read what French people type."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError

from cases.forms import DayField, MoneyField, PartialDateField, PastDayField, say_today, show_refusal
from cases.refusals import Refusal


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56 €", "1234.56"),
        ("1\u202f234,56\u00a0€", "1234.56"),
        ("1.234,56", "1234.56"),
        ("0", "0"),
    ],
)
def test_an_amount_is_read_as_it_is_written(typed, amount):
    assert MoneyField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["mille deux cents", "12,345", "-5", "1e3x", "99999999999"])
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(ValidationError):
        MoneyField().clean(typed)


@pytest.mark.parametrize("typed", ["2026-11-24", "24/11/2026"])
def test_a_day_is_read_in_both_forms(typed):
    assert DayField().clean(typed) == date(2026, 11, 24)


def test_an_impossible_day_says_how_to_write_one():
    with pytest.raises(ValidationError, match="jour/mois/année"):
        DayField().clean("31/02/2026")


def test_a_known_day_fills_the_browsers_calendar():
    class Form(forms.Form):
        day = DayField(initial=date(2026, 11, 4))

    assert 'value="2026-11-04"' in str(Form())


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("12/03/2026", "2026-03-12"),
        ("1er mars 2026", "2026-03-01"),
        ("03/2026", "2026-03"),
        ("Mars 2026", "2026-03"),
        ("août 2025", "2025-08"),
        ("06/26", "2026-06"),
        ("6/84", "1984-06"),
        ("sept 2026", "2026-09"),
        ("Sept. 26", "2026-09"),
        ("févr. 2025", "2025-02"),
        ("2026", "2026"),
        ("2026-03-12", "2026-03-12"),
        ("", ""),
    ],
)
def test_a_partial_date_is_read_as_people_write_it(typed, kept):
    assert PartialDateField(required=False).clean(typed) == kept


@pytest.mark.parametrize("typed", ["31/02/2026", "13/2026", "hier", "26", "1066", "12/03/26", "05/12", "mar 2026"])
def test_a_date_that_is_none_says_how_to_write_it(typed):
    with pytest.raises(ValidationError, match="l’écrire JJ/MM/AAAA, MM/AAAA ou AAAA"):
        PartialDateField().clean(typed)


def test_a_partial_date_may_be_refused_when_it_is_to_come():
    field = PartialDateField(latest=date(2026, 11, 24))
    assert field.clean("11/2026") == "2026-11"
    with pytest.raises(ValidationError, match="à venir"):
        field.clean("12/2026")


def test_a_kept_partial_date_is_shown_in_french():
    assert [PartialDateField().prepare_value(value) for value in ("2026-03", "2026-03-12", "n’importe")] == [
        "03/2026",
        "12/03/2026",
        "n’importe",
    ]


class SentOn(forms.Form):
    sent_on = PastDayField(label="Envoyé le", future="Cette date est à venir : enregistrer l’envoi quand il est fait.")


def test_a_day_to_come_is_refused_in_the_words_of_its_form():
    form = SentOn({"sent_on": "25/11/2026"})
    say_today(form, date(2026, 11, 24))
    assert form.errors == {"sent_on": ["Cette date est à venir : enregistrer l’envoi quand il est fait."]}


def test_the_day_itself_has_come():
    form = SentOn({"sent_on": "24/11/2026"})
    say_today(form, date(2026, 11, 24))
    assert form.is_valid()


def test_each_form_has_its_own_today():
    first, second = SentOn({"sent_on": "25/11/2026"}), SentOn({"sent_on": "25/11/2026"})
    say_today(first, date(2026, 11, 24))
    say_today(second, date(2026, 11, 25))
    assert (first.is_valid(), second.is_valid()) == (False, True)


def test_a_calendar_ends_at_the_day_that_was_known_when_its_field_was_made():
    field = PastDayField(future="À venir.", today=date(2026, 11, 24))
    assert field.widget.attrs["max"] == "2026-11-24"


@pytest.mark.parametrize(("field", "beside"), [("sent_on", "sent_on"), ("another", "__all__"), (None, "__all__")])
def test_a_refusal_is_said_beside_its_field_when_the_form_has_it(field, beside):
    form = SentOn({"sent_on": "24/11/2026"})
    form.full_clean()
    show_refusal(form, Refusal("Ce courrier est déjà parti.", field=field))
    assert form.errors == {beside: ["Ce courrier est déjà parti."]}
