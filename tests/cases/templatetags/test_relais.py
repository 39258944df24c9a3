from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template

from cases.templatetags import relais

TUESDAY = date(2026, 11, 24)


def plain(text):
    """As typed on a keyboard: which spaces may break is asserted once, apart."""
    return text.replace(relais.NARROW, " ").replace(relais.NO_BREAK, " ")


@pytest.mark.parametrize(
    ("value", "short", "long", "weekday"),
    [
        (date(2026, 11, 24), "24/11/2026", "24 novembre 2026", "mar. 24/11/2026"),
        (date(2026, 11, 1), "01/11/2026", "1er novembre 2026", "dim. 01/11/2026"),
        (date(2027, 2, 28), "28/02/2027", "28 février 2027", "dim. 28/02/2027"),
    ],
)
def test_a_date_is_short_in_tables_and_long_in_prose(value, short, long, weekday):
    assert (relais.short_date(value), plain(relais.long_date(value))) == (short, long)
    assert relais.weekday_date(value) == weekday


def test_a_missing_date_leaves_nothing():
    assert [relais.short_date(None), relais.long_date(None), relais.weekday_date(None), relais.month(None)] == [""] * 4


def test_a_moment_is_told_on_the_readers_clock():
    moment = datetime(2026, 11, 24, 23, 5, tzinfo=UTC)
    assert plain(relais.short_datetime(moment)) == "25/11/2026 à 0 h 05"
    assert relais.short_date(moment) == "25/11/2026"


def test_a_month_is_written_in_full():
    assert relais.month(date(2026, 8, 31)) == "août 2026"


@pytest.mark.parametrize(
    ("stored", "shown"), [("1984-03-12", "12/03/1984"), ("1984-03", "03/1984"), ("1984", "1984"), ("", "")]
)
def test_a_birth_date_may_be_partial(stored, shown):
    assert relais.birth_date(stored) == shown


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 21), "il y a 3 jours"),
        (date(2026, 11, 23), "hier"),
        (date(2026, 11, 24), "aujourd’hui"),
        (date(2026, 11, 25), "demain"),
        (date(2026, 11, 27), "dans 3 jours"),
    ],
)
def test_a_distance_is_told_in_days(day, words):
    assert plain(relais.days_until(day, TUESDAY)) == words


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Decimal("1234.56"), "1 234,56 €"),
        (Decimal(0), "0,00 €"),
        (Decimal("-75.5"), "−75,50 €"),
        (1000000, "1 000 000,00 €"),
        (None, ""),
    ],
)
def test_a_sum_is_in_euros_and_cents(amount, shown):
    assert plain(relais.euros(amount)) == shown


def test_a_sum_is_never_cut_at_the_end_of_a_line():
    assert relais.euros(Decimal("1234.56")) == "1\u202f234,56\u202f€"


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+33169025353", "01 69 02 53 53"),
        ("0612345678", "06 12 34 56 78"),
        ("+351912345678", "+351 912 345 678"),
        ("voir gardien", "voir gardien"),
        ("", ""),
    ],
)
def test_a_phone_number_is_grouped_as_people_read_it(stored, shown):
    assert plain(relais.phone(stored)) == shown


@pytest.mark.parametrize(
    ("name", "shown"), [("Ferreira Nogueira", "F. N."), ("SISSOKO-LAMBERT awa", "S. L. A."), ("", "")]
)
def test_a_masked_name_keeps_its_initials(name, shown):
    assert plain(relais.masked(name)) == shown


@pytest.mark.parametrize(
    ("on", "state", "words"),
    [
        (date(2026, 11, 20), "late", "en retard de 2 j ouvrés"),
        (date(2026, 11, 23), "late", "en retard de 1 j ouvré"),
        (date(2026, 11, 24), "today", "aujourd’hui"),
        (date(2026, 11, 25), "soon", "demain"),
        (date(2026, 11, 27), "soon", "dans 3 jours"),
        (date(2026, 11, 28), "ok", "dans 4 jours"),
        (date(2026, 12, 25), "ok", "dans 31 jours"),
        (date(2027, 1, 4), "ok", "dans 5 semaines"),
    ],
)
def test_a_deadline_says_how_much_time_is_left(on, state, words):
    due = relais.due_of(on, today=TUESDAY)
    assert (due.state, plain(due.words)) == (state, words)


def test_a_deadline_of_saturday_is_late_on_sunday_without_a_lost_working_day():
    due = relais.due_of(date(2026, 11, 21), today=date(2026, 11, 22))
    assert (due.state, due.words) == ("late", "en retard")


@pytest.mark.parametrize(
    ("last", "state", "words", "shown"),
    [
        (date(2026, 11, 23), "late", "en retard de 4 j ouvrés", date(2026, 11, 18)),
        (date(2026, 11, 24), "today", "marge dépassée, dernier jour aujourd’hui", date(2026, 11, 24)),
        (date(2026, 11, 25), "soon", "marge dépassée, dernier jour demain", date(2026, 11, 25)),
        (date(2026, 12, 1), "soon", "marge dépassée, dernier jour dans 7 jours", date(2026, 12, 1)),
        (date(2026, 11, 30), "soon", "marge dépassée, dernier jour lundi", date(2026, 11, 30)),
    ],
)
def test_nobody_is_late_before_the_last_day_is_over(last, state, words, shown):
    due = relais.due_of(date(2026, 11, 18), today=TUESDAY, last=last)
    assert (due.state, plain(due.words), due.on) == (state, words, shown)


def test_a_margin_that_is_not_used_up_shows_the_day_to_aim_at():
    due = relais.due_of(date(2026, 11, 25), today=TUESDAY, last=date(2026, 12, 1))
    assert (due.state, due.words, due.on) == ("soon", "demain", date(2026, 11, 25))


def test_the_deadline_tag_writes_words_and_date():
    html = Template("{% load relais %}{% due on today %}").render(
        Context({"on": date(2026, 11, 20), "today": TUESDAY})
    )
    assert "due-late" in html
    assert "en retard de 2 j ouvrés" in plain(html)
    assert '<time class="due-date" datetime="2026-11-20">ven. 20/11/2026</time>' in html


def test_an_icon_is_hidden_from_screen_readers():
    assert 'aria-hidden="true"' in relais.icon("bell")
    assert "icons.svg#bell" in relais.icon("bell")


def test_a_counter_of_the_menu_says_two_digits_at_most():
    assert [relais.at_a_glance(number) for number in (0, 99, 100, 1000)] == ["0", "99", "99+", "99+"]
