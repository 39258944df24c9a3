"""Hours of a structure, as people type them and as they are said again."""

import pytest

from cases.rules.opening_hours import Day, UnreadableHours, day_in_words, read_day, week_in_words

MORNING: Day = {"ranges": [["09:00", "12:00"]], "by_appointment": False}
BOTH: Day = {"ranges": [["09:00", "12:00"], ["14:00", "17:30"]], "by_appointment": False}
ASKED: Day = {"ranges": [], "by_appointment": True}


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("9h-12h", MORNING),
        ("de 9 h à 12 h", MORNING),
        ("09:00–12:00", MORNING),
        ("9h-12h, 14h-17h30", BOTH),
        ("9H-12H et 14h00 - 17h30", BOTH),
        ("sur rendez-vous", ASKED),
        ("RDV", ASKED),
        ("9h-12h sur rendez-vous", MORNING | {"by_appointment": True}),
        ("", None),
        ("  ", None),
        ("fermé", None),
        ("Fermee", None),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, day: Day | None):
    assert read_day(typed) == day


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("le matin", "9h-12h, 14h-17h30"),
        ("9-12", "9h-12h, 14h-17h30"),
        ("9h", "9h-12h, 14h-17h30"),
        ("9h-12h fermé", "9h-12h, 14h-17h30"),
        ("12h-9h", "la plus tôt d’abord"),
        ("9h-12h, 11h-17h", "la plus tôt d’abord"),
        ("9h-12h75", "n’est pas une heure"),
        ("9h-25h", "n’est pas une heure"),
        ("8h-9h, 10h-11h, 14h-15h", "Deux plages au plus"),
    ],
)
def test_what_says_no_hours_is_refused_with_what_to_write(typed: str, said: str):
    with pytest.raises(UnreadableHours, match=said):
        read_day(typed)


@pytest.mark.parametrize("day", [MORNING, BOTH, ASKED, BOTH | {"by_appointment": True}])
def test_what_is_said_is_read_again_as_it_was(day: Day):
    assert read_day(day_in_words(day)) == day


def test_days_that_are_alike_are_said_together_and_closed_ones_are_not():
    week = {"0": BOTH, "1": BOTH, "2": BOTH, "3": ASKED, "4": MORNING, "5": MORNING}
    assert week_in_words(week) == [
        "lundi à mercredi : 9\u00a0h – 12\u00a0h et 14\u00a0h – 17\u00a0h\u00a030",
        "jeudi : sur rendez-vous",
        "vendredi et samedi : 9\u00a0h – 12\u00a0h",
    ]
    assert week_in_words({}) == []
