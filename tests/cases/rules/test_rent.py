from datetime import date

import pytest

from cases.rules.rent import SaidResumption, assess_resumption, months_shown

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
TODAY = date(2026, 11, 24)
HEARING = date(2026, 12, 15)


@pytest.mark.parametrize(
    ("answers", "words", "tone"),
    [
        ({}, "Reprise du loyer courant non connue", "info"),
        ({SEPTEMBER: "yes"}, "Reprise du loyer courant non connue depuis septembre 2026", "info"),
        ({NOVEMBER: "yes"}, "Loyer courant repris depuis 1 mois", "ok"),
        ({OCTOBER: "yes"}, "Loyer courant repris depuis 1 mois", "ok"),
        ({SEPTEMBER: "yes", OCTOBER: "yes", NOVEMBER: "yes"}, "Loyer courant repris depuis 3 mois", "ok"),
        ({SEPTEMBER: "yes", OCTOBER: "yes", NOVEMBER: "unknown"}, "Loyer courant repris depuis 2 mois", "ok"),
        ({SEPTEMBER: "yes", OCTOBER: "no", NOVEMBER: "yes"}, "Loyer courant repris depuis 1 mois", "ok"),
        ({SEPTEMBER: "yes", NOVEMBER: "yes"}, "Loyer courant repris depuis 1 mois", "ok"),
        ({OCTOBER: "yes", NOVEMBER: "no"}, "Loyer courant non repris en novembre 2026", "warn"),
        ({OCTOBER: "partly"}, "Loyer courant payé en partie en octobre 2026", "warn"),
    ],
)
def test_what_is_known_of_the_last_months_says_whether_the_rent_is_resumed(answers, words, tone):
    found = assess_resumption(answers, on=TODAY)
    assert (found.words, found.tone) == (words, tone)


@pytest.mark.parametrize(
    ("answers", "words", "tone"),
    [
        ({OCTOBER: "no"}, "Loyer courant non repris en octobre 2026 : l’audience est dans 21 jours", "danger"),
        ({NOVEMBER: "yes"}, "Loyer courant repris depuis 1 mois : l’audience est dans 21 jours", "ok"),
        ({}, "Reprise du loyer courant non connue : l’audience est dans 21 jours", "warn"),
    ],
)
def test_a_hearing_to_come_is_said_beside(answers, words, tone):
    found = assess_resumption(answers, on=TODAY, hearing_on=HEARING)
    assert (found.words, found.tone) == (words, tone)


def test_a_hearing_that_is_over_says_nothing_more():
    assert "audience" not in assess_resumption({}, on=TODAY, hearing_on=date(2026, 11, 23)).words
    assert assess_resumption({}, on=HEARING, hearing_on=HEARING).words.endswith("l’audience est aujourd’hui")


def test_the_months_shown_end_with_the_present_one():
    assert months_shown(date(2027, 1, 31), count=3) == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]


@pytest.mark.parametrize(
    ("answers", "state", "day", "words", "tone"),
    [
        ({}, "yes", TODAY, "Loyer courant repris, d’après le diagnostic du 24/11/2026", "ok"),
        ({}, "no", date(2026, 10, 2), "Loyer courant non repris, d’après le diagnostic du 02/10/2026", "warn"),
        ({}, "yes", date(2026, 9, 30), "Reprise du loyer courant non connue", "info"),
        ({}, "unknown", TODAY, "Reprise du loyer courant non connue", "info"),
        ({NOVEMBER: "no"}, "yes", TODAY, "Loyer courant non repris en novembre 2026", "warn"),
    ],
)
def test_what_a_recent_diagnosis_says_is_said_where_the_months_say_nothing(answers, state, day, words, tone):
    found = assess_resumption(answers, on=TODAY, said=SaidResumption(state=state, on=day))
    assert (found.words, found.tone) == (words, tone)
