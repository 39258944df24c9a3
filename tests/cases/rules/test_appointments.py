"""What is asked before an appointment is made. Days of 2026: 24 November is a Tuesday."""

from datetime import date, datetime

import pytest

from cases.rules.appointments import AppointmentQuestion, Closed, TakenSlot, appointment_questions, clock
from tests.factories import PARIS

TODAY = date(2026, 11, 24)


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS)  # type: ignore[misc, arg-type]


def asked(
    starts: datetime, *, minutes: int = 45, taken: list[TakenSlot] | None = None, closed: list[Closed] | None = None
):
    found = appointment_questions(
        starts, minutes=minutes, today=TODAY, who="Claire Montel", taken=taken or [], closed=closed or []
    )
    return [question.text for question in found]


def test_nothing_is_asked_about_an_ordinary_moment():
    assert asked(moment(2026, 12, 1, 14, 30)) == []


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (moment(2026, 11, 28, 10), "Le 28/11/2026 est un samedi. Fixer le rendez-vous ce jour-là ?"),
        (moment(2026, 11, 29, 10), "Le 29/11/2026 est un dimanche. Fixer le rendez-vous ce jour-là ?"),
        (moment(2026, 12, 25, 10), "Le 25/12/2026 est férié (Noël). Fixer le rendez-vous ce jour-là ?"),
    ],
)
def test_a_day_on_which_nobody_works_is_asked_about(day, words):
    assert asked(day) == [words]


def test_a_day_on_which_the_service_is_closed_is_asked_about():
    closed = [Closed(date(2026, 12, 1), date(2026, 12, 2), "inventaire")]
    assert asked(moment(2026, 12, 2, 10), closed=closed) == [
        "Votre service est fermé le 02/12/2026 (inventaire). Fixer le rendez-vous ce jour-là ?"
    ]
    assert asked(moment(2026, 12, 3, 10), closed=closed) == []


@pytest.mark.parametrize(("hour", "is_asked"), [(6, True), (7, False), (19, False), (20, True)])
def test_an_hour_at_which_nobody_works_is_asked_about(hour, is_asked):
    found = asked(moment(2026, 12, 1, hour, 30))
    assert found == ([f"Le rendez-vous est à {hour}\u00a0h\u00a030. Est-ce bien l’heure ?"] if is_asked else [])


def test_a_day_more_than_six_months_away_is_asked_about():
    assert asked(moment(2027, 5, 26, 10)) == []
    assert asked(moment(2027, 12, 1, 10)) == ["Le 01/12/2027 est dans plus de six mois. Est-ce bien l’année ?"]


@pytest.mark.parametrize(
    ("starts", "minutes", "is_asked"),
    [
        ((13, 15), 45, False),  # ends as the other begins
        ((13, 30), 45, True),
        ((14, 0), 45, True),
        ((14, 10), 10, True),  # within the other
        ((13, 0), 180, True),  # around the other
        ((14, 45), 45, False),  # begins as the other ends
    ],
)
def test_a_moment_that_is_taken_is_asked_about(starts, minutes, is_asked):
    other = TakenSlot(7, moment(2026, 12, 1, 14, 0), moment(2026, 12, 1, 14, 45))
    found = asked(moment(2026, 12, 1, *starts), minutes=minutes, taken=[other])
    words = "Claire Montel a déjà un rendez-vous de 14\u00a0h à 14\u00a0h\u00a045. Fixer celui-ci quand même ?"
    assert found == ([words] if is_asked else [])


def test_the_answer_to_a_question_is_none_to_another():
    """Another moment, or another appointment in its way, is asked about again."""

    def keys(hour: int, key: int) -> set[str]:
        other = TakenSlot(key, moment(2026, 11, 29, 14, 0), moment(2026, 11, 29, 14, 45))
        found: list[AppointmentQuestion] = appointment_questions(
            moment(2026, 11, 29, hour, 15), minutes=60, today=TODAY, who="", taken=[other], closed=[]
        )
        return {question.key for question in found}

    assert len(keys(14, 1)) == 2
    assert keys(14, 1) & keys(14, 2) == {"closed-2026-11-29"}
    assert keys(14, 1) & keys(13, 1) == {"closed-2026-11-29"}


def test_an_hour_is_said_as_people_say_it():
    assert clock(moment(2026, 12, 1, 9, 0)) == "9\u00a0h"
    assert clock(moment(2026, 12, 1, 14, 5)) == "14\u00a0h\u00a005"
