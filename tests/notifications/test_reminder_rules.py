"""Rules of reminders: the days on which they speak, typed from a calendar, and what is refused of a file."""

from datetime import date
from typing import Any

import pytest

from cases.rules.catalogue_reading import load_catalogue
from cases.rules.reading import FaultyRules
from notifications.reference_data import human_steps
from notifications.reminder_checks import read_rules
from notifications.reminder_rules import (
    FollowedDates,
    Moment,
    plan_moments,
    read_rule,
    rules_of_delay,
    rules_of_step,
)

DELAYS = {rule.code: rule for rule in load_catalogue().rules}


def row(**fields: Any) -> dict[str, Any]:
    return {
        "code": "R-TRY", "delays": ["C01"], "from": "legal", "days": [-3], "unit": "day", "to": ["responsible"],
    } | fields  # fmt: skip


def spoken(
    rule: dict[str, Any], dates: FollowedDates, first: date, last: date, **more: Any
) -> list[tuple[date, date, int]]:
    """Looked at every day from the first to the last: when it spoke, of which of its days."""
    found = []
    said: set[Moment] = set()
    for number in range(first.toordinal(), last.toordinal() + 1):
        today = date.fromordinal(number)
        for moment in plan_moments(read_rule(rule), dates, today=today, **more).due:
            if moment not in said:
                found.append((today, moment.day, -1 if moment.escalates else moment.rank))
                said.add(moment)
    return found


def days_of(rule: dict[str, Any], dates: FollowedDates, first: date, last: date, **more: Any) -> list[date]:
    found = spoken(rule, dates, first, last, **more)
    assert all(today == day for today, day, _ in found)
    return [day for _, day, _ in found]


# The days


def test_calendar_days_before_the_last_day():
    dates = FollowedDates(start=date(2026, 11, 2), safe=date(2026, 12, 7), legal=date(2026, 12, 14))
    assert days_of(row(days=[-21, -10, -3]), dates, date(2026, 11, 2), date(2026, 12, 31)) == [
        date(2026, 11, 23),
        date(2026, 12, 4),
        date(2026, 12, 11),
    ]


def test_working_days_before_the_last_day_leave_out_two_holidays_in_a_row():
    """Wednesday 8 May 2024, then Thursday 9 May, Ascension."""
    dates = FollowedDates(start=date(2024, 4, 15), safe=date(2024, 5, 13), legal=date(2024, 5, 13))
    rule = row(unit="working_day", days=[-3, -2, -1])
    assert days_of(rule, dates, date(2024, 4, 15), date(2024, 5, 31)) == [
        date(2024, 5, 6),
        date(2024, 5, 7),
        date(2024, 5, 10),
    ]


def test_working_days_leave_out_the_closures_of_the_structure():
    dates = FollowedDates(start=date(2026, 12, 1), safe=None, legal=date(2026, 12, 18))
    closed = [(date(2026, 12, 16), date(2026, 12, 17))]
    rule = row(unit="working_day", days=[-1])
    assert days_of(rule, dates, date(2026, 12, 1), date(2026, 12, 31), closures=closed) == [date(2026, 12, 15)]


def test_days_after_the_start():
    dates = FollowedDates(start=date(2026, 12, 23), safe=date(2027, 1, 6))
    rule = row(**{"delays": [], "steps": ["contact"], "from": "start", "unit": "working_day", "days": [1, 5]})
    assert days_of(rule, dates, date(2026, 12, 23), date(2027, 1, 31)) == [date(2026, 12, 24), date(2026, 12, 31)]


def test_a_leap_day_is_a_day_like_another():
    rule = row(days=[-3])
    before = FollowedDates(start=date(2028, 1, 18), safe=None, legal=date(2028, 2, 29))
    after = FollowedDates(start=date(2028, 1, 18), safe=None, legal=date(2028, 3, 3))
    assert days_of(rule, before, date(2028, 2, 1), date(2028, 3, 31)) == [date(2028, 2, 25)], (
        "26 February is a Saturday"
    )
    assert days_of(rule, after, date(2028, 2, 1), date(2028, 3, 31)) == [date(2028, 2, 29)]


def test_from_the_safe_date_or_not_at_all_when_there_is_none():
    rule = row(**{"delays": [], "steps": ["plan"], "from": "safe", "days": [2]})
    dated = FollowedDates(start=date(2026, 11, 2), safe=date(2026, 11, 12))
    assert days_of(rule, dated, date(2026, 11, 2), date(2026, 12, 31)) == [date(2026, 11, 14)]
    dateless = FollowedDates(start=date(2026, 11, 2), safe=None)
    assert plan_moments(read_rule(rule), dateless, today=date(2026, 11, 14)).due == ()


def test_it_goes_on_until_an_answer_and_tells_another_once():
    rule = row(
        **{"delays": [], "steps": ["close"], "from": "start", "unit": "working_day", "days": [5], "every": 10},
        escalation={"after": 5, "to": ["manager"]},
    )
    dates = FollowedDates(start=date(2026, 11, 24), safe=None)
    assert [(day, rank) for _, day, rank in spoken(rule, dates, date(2026, 11, 24), date(2027, 1, 15))] == [
        (date(2026, 12, 1), 0),
        (date(2026, 12, 8), -1),
        (date(2026, 12, 15), 1),
        (date(2026, 12, 30), 2),
        (date(2027, 1, 14), 3),
    ]


def test_before_an_event_days_are_counted_from_the_event_until_the_last_day():
    """The hearing of 2 February: its delay ends on the eve."""
    rule = row(**{"delays": ["C05"], "from": "start", "days": [-30, -7, -1, 0]})
    dates = FollowedDates(start=date(2027, 2, 2), safe=None, legal=date(2027, 2, 1))
    assert days_of(rule, dates, date(2026, 12, 1), date(2027, 3, 1)) == [
        date(2026, 12, 31),  # thirty days before is Sunday 3 January
        date(2027, 1, 26),
        date(2027, 2, 1),
    ]


def test_what_is_known_late_is_said_at_once_and_once():
    dates = FollowedDates(start=date(2026, 11, 2), safe=None, legal=date(2026, 12, 14))
    assert spoken(row(days=[-21, -10, -3]), dates, date(2026, 12, 6), date(2026, 12, 31)) == [
        (date(2026, 12, 6), date(2026, 12, 4), 1),
        (date(2026, 12, 11), date(2026, 12, 11), 2),
    ]


def test_nothing_is_said_before_a_delay_begins_nor_the_day_it_does_nor_once_it_is_over():
    dates = FollowedDates(start=date(2026, 12, 7), safe=None, legal=date(2026, 12, 14))
    assert days_of(row(days=[-21, -7, -3]), dates, date(2026, 12, 1), date(2026, 12, 31)) == [date(2026, 12, 11)]
    assert plan_moments(read_rule(row()), dates, today=date(2026, 12, 15)).due == ()


def test_the_next_look_is_the_next_day_on_which_it_speaks():
    dates = FollowedDates(start=date(2026, 11, 2), safe=None, legal=date(2026, 12, 14))
    rule = read_rule(row(days=[-21, -3]))
    assert plan_moments(rule, dates, today=date(2026, 11, 2)).next_on == date(2026, 11, 23)
    assert plan_moments(rule, dates, today=date(2026, 11, 23)).next_on == date(2026, 12, 11)
    assert plan_moments(rule, dates, today=date(2026, 12, 11)).next_on is None


# What a rule follows


def test_a_delay_is_followed_by_the_rules_that_name_it_else_by_those_of_the_rest():
    named, pattern = read_rule(row()), read_rule(row(code="R-FSL", delays=["I0*"]))
    rest, step = read_rule(row(code="R-ANY", delays=["*"])), read_rule(row(delays=[], steps=["contact"]))
    rules = [named, pattern, rest, step]
    assert rules_of_delay("C01", rules) == (named,)
    assert rules_of_delay("I05", rules) == (pattern,)
    assert rules_of_delay("C07", rules) == (rest,)
    assert rules_of_step("contact", rules) == (step,)


# What is refused


def faults(*rows: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(FaultyRules) as refusal:
        read_rules(rows, delays=DELAYS, steps=human_steps())
    return refusal.value.faults


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"to": ["mayor"]}, "« mayor » est inconnu, choisir parmi responsible, inbox, manager, pilot, referent, landlord, correspondent."),
        ({"to": []}, "« to » liste au moins un destinataire."),
        ({"delays": ["C99"]}, "« C99 » n’est le code d’aucune règle de délai."),
        ({"delays": ["Z*"]}, "« Z* » n’est le code d’aucune règle de délai."),
        ({"delays": []}, "il suit des délais ou des étapes : remplir « delays » ou « steps », et un seul des deux."),
        (
            {"steps": ["contact"]},
            "il suit des délais ou des étapes : remplir « delays » ou « steps », et un seul des deux.",
        ),
        ({"delays": ["*", "C01"]}, "« * » vaut pour tous les délais qu’aucun autre rappel ne suit : il reste seul."),
        (
            {"delays": [], "steps": ["contact"]},
            "une étape n’a pas de dernier jour : compter depuis « start » ou « safe ».",
        ),
        ({"from": "hearing"}, "« hearing » est inconnu, choisir parmi start, safe, legal, expected."),
        (
            {"from": "expected"},
            "« expected » est le jour qu’une étape annonce : suivre une étape, et non un délai.",
        ),
        ({"to": ["landlord"], "delays": ["C03"]}, "un rappel au bailleur dit ce qu’il a à faire, sans rien du ménage : remplir « title »."),
        (
            {"to": ["landlord"], "title": "Agir"},
            "le bailleur n’est prévenu que des délais qui sont les siens : C01.",
        ),
        (
            {"to": ["correspondent"]},
            "le correspondant d’un organisme n’est prévenu que des délais qui sont les siens : C01.",
        ),
        ({"unit": "fortnight"}, "« fortnight » est inconnu, choisir parmi day, week, month, working_day."),
        ({"unit": "month"}, "l’unité « month » ne vaut pas ici, choisir parmi day, working_day."),
        (
            {"days": [], "every": 10},
            "sans « days », il se tait : seulement pour des délais nommés, sans « every » ni « escalation ».",
        ),
        ({"days": [-3, -10]}, "« days » liste des nombres entiers de jours, du plus tôt au plus tard, sans doublon."),
        ({"days": [-3, -3]}, "« days » liste des nombres entiers de jours, du plus tôt au plus tard, sans doublon."),
        ({"days": [1.5]}, "« days » liste des nombres entiers de jours, du plus tôt au plus tard, sans doublon."),
        ({"even_when_met": "yes"}, "« even_when_met » est vrai ou faux."),
        (
            {"even_when_met": True},
            "« even_when_met » parle de l’événement, non de ce que le délai demande : remplir « title ».",
        ),
        (
            {"even_when_met": True, "title": "Appeler", "delays": ["P-CONTACT-10"]},
            "« even_when_met » suit un fait daté, or une étape fait partir le délai P-CONTACT-10.",
        ),
        (
            {"even_when_met": True, "every": 10},
            "« even_when_met » vaut pour des délais, sans « every » ni « escalation », qui attendent que ce soit fait.",
        ),
        ({"every": -1}, "« every » est un nombre de jours, zéro ou plus."),
        ({"floor": "loud"}, "« loud » est inconnu, choisir parmi urgent, ordinary."),
        ({"colour": "red"}, "champ inconnu « colour »."),
        ({"days": [1]}, "il ne viendrait jamais : aucun de ses jours ne tombe dans le délai C01."),
        ({"days": [-90]}, "il ne viendrait jamais : aucun de ses jours ne tombe dans le délai C01."),
        ({"days": [-90, -3]}, "le jour -90 ne viendrait jamais : il ne tombe pas dans le délai C01."),
        (
            {"delays": ["P-ANSWER"], "from": "start", "unit": "working_day", "days": [6]},
            "il ne viendrait jamais : aucun de ses jours ne tombe dans le délai P-ANSWER.",
        ),
        (
            {"delays": ["C05"], "from": "start", "days": [3]},
            "il ne viendrait jamais : aucun de ses jours ne tombe dans le délai C05.",
        ),
        (
            {"escalation": {"after": 5}},
            "« escalation » réunit « after », en jours ouvrés, et « to ».",
        ),
        (
            {"escalation": {"after": 5, "to": ["manager"]}},
            "« escalation » viendrait après le dernier jour : la rapprocher, ou rappeler plus tôt.",
        ),
        (
            {
                "delays": ["P-ANSWER"], "from": "start", "unit": "working_day", "days": [2],
                "escalation": {"after": 2, "to": ["manager"]},
            },
            "le délai P-ANSWER alerte déjà le responsable à son terme : retirer « escalation ».",
        ),
    ],
)  # fmt: skip
def test_what_is_faulty_is_refused_in_french(fields: dict[str, Any], fault: str):
    assert faults(row(**fields)) == (f"Rappel R-TRY : {fault}",)


def test_an_unknown_step_is_refused_with_those_that_exist():
    [fault] = faults(row(**{"delays": [], "steps": ["wait_turn"], "from": "start", "days": [3]}))
    assert fault == (
        "Rappel R-TRY : « wait_turn » n’est pas une étape, choisir parmi agree, answer, arbitrate, ask_agreement, "
        "await_answer, check_notice, choose_coordinator, choose_way, close, close_line, contact, coordinate, "
        "decide_next, diagnose, fill_place, follow_up, inform_person, lines, monitor, oppose, plan, prepare, qualify, respond, send, send_dsf, take_over."
    )


def test_a_missing_field_is_named():
    incomplete = row()
    del incomplete["to"]
    assert faults(incomplete) == ("Rappel R-TRY : le champ « to » manque.",)


def test_every_fault_is_said_at_once():
    assert faults(row(to=["mayor"]), row(code="R-OTHER", delays=["C99"])) == (
        "Rappel R-TRY : « mayor » est inconnu, choisir parmi responsible, inbox, manager, pilot, referent, landlord, correspondent.",
        "Rappel R-OTHER : « C99 » n’est le code d’aucune règle de délai.",
    )


def test_a_code_stands_once():
    assert faults(row(), row(delays=["C08"])) == ("Rappel R-TRY : il figure deux fois.",)


def test_two_rules_that_would_say_the_same_twice_are_refused():
    assert faults(
        row(days=[-10, -3]), row(code="R-OTHER", delays=["C01", "C08"], days=[-3], to=["responsible", "manager"])
    ) == ("Rappels R-TRY et R-OTHER : ils diraient deux fois la même chose le même jour aux mêmes personnes (C01).",)


def test_the_same_day_for_others_is_not_the_same():
    read_rules([row(), row(code="R-OTHER", to=["manager"])], delays=DELAYS, steps=human_steps())


def test_an_empty_file_is_refused():
    assert faults() == ("Le fichier ne contient aucun rappel.",)


@pytest.mark.parametrize(
    ("days", "legal", "said_on"),
    [
        ([0], date(2026, 11, 8), date(2026, 11, 6)),  # a Sunday: on Friday, while something can still be done
        ([0], date(2026, 11, 9), date(2026, 11, 9)),
        ([-2], date(2027, 2, 1), date(2027, 1, 29)),  # of a hearing on Monday: not on Saturday
        ([0], date(2026, 11, 11), date(2026, 11, 10)),  # Armistice
    ],
)
def test_what_is_counted_back_in_calendar_days_is_said_while_somebody_is_there(days, legal, said_on):
    rule = row(days=days)
    dates = FollowedDates(start=date(2026, 11, 2), safe=None, legal=legal)
    assert days_of(rule, dates, date(2026, 11, 2), legal) == [said_on]


def test_a_delay_that_begins_on_the_working_day_before_keeps_its_day():
    """From Friday 6 to Tuesday 10 November, two days before: on Friday it would say that the delay begins."""
    rule = row(days=[-2])
    dates = FollowedDates(start=date(2026, 11, 6), safe=None, legal=date(2026, 11, 10))
    assert days_of(rule, dates, date(2026, 11, 2), date(2026, 11, 10)) == [date(2026, 11, 8)]


def test_a_closure_counts_as_a_day_when_nobody_is_there():
    rule = row(days=[-7])
    dates = FollowedDates(start=date(2026, 12, 1), safe=None, legal=date(2027, 1, 4))
    closed = [(date(2026, 12, 24), date(2026, 12, 31))]
    assert days_of(rule, dates, date(2026, 12, 1), date(2027, 1, 4), closures=closed) == [date(2026, 12, 23)]


def test_what_is_counted_back_from_a_hearing_on_monday_is_said_on_friday():
    rule = row(**{"from": "start", "days": [-2]})
    hearing = date(2027, 2, 1)
    dates = FollowedDates(start=hearing, safe=date(2027, 1, 25), legal=date(2027, 1, 31))
    assert days_of(rule, dates, date(2027, 1, 4), hearing) == [date(2027, 1, 29)]


def test_two_days_that_come_to_the_same_one_are_said_once():
    """On the eve and on the last day, Sunday 8 November: both on Friday, as the second."""
    dates = FollowedDates(start=date(2026, 11, 2), safe=None, legal=date(2026, 11, 8))
    said = spoken(row(days=[-1, 0]), dates, date(2026, 11, 2), date(2026, 11, 9))
    assert [(day, rank) for _, day, rank in said] == [(date(2026, 11, 6), 1)]
