"""Overpayments of the demonstration: six benefits at least, and a line in each state of the procedure."""

from datetime import date
from typing import Any

import pytest
from django.utils.timezone import localdate

from cases.actions.lines import LawOfTheDay, facts_of
from cases.invariants import INVARIANTS as OF_CASES
from cases.models import CauseAlert, Deadline, DebtLine, Question
from cases.queries import holders_by_household
from demo import overpayments
from demo.cast import engage
from demo.life import live, nobody_woken
from tests.factories import NOON
from workflows.invariants import INVARIANTS as OF_WORKFLOWS


@pytest.fixture(scope="module")
def lived(django_db_setup: Any, django_db_blocker: Any) -> Any:
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic(), nobody_woken():
        cast = engage(at=NOON)
        stories = [story(cast, localdate(NOON)) for story in overpayments.STORIES]
        live(stories, until=NOON, evening=lambda _: None)
        yield
        transaction.set_rollback(True)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lived"), pytest.mark.timeout(240), pytest.mark.slow]


def standings() -> dict[str, list[str]]:
    """Family name → the states in which her lines stand, one in each track."""
    law = LawOfTheDay(on=localdate(NOON), territory="grigny")
    lines = list(DebtLine.objects.select_related("notice__case", "debt"))
    facts, people = facts_of(lines), holders_by_household({line.notice.case.household_id for line in lines})
    found: dict[str, list[str]] = {}
    for line in lines:
        name = people[line.notice.case.household_id].usual_name
        codes = sorted(reached.state.code for reached in law.standing_of_line(line, facts[line.debt_id]).reached)
        found[f"{name} {line.benefit}"] = codes
    return found


def test_six_benefits_stand_in_the_states_that_their_story_says():
    assert standings() == {
        "Arnoux rsa": ["notified"],
        "Bakayoko aah": ["rectification_missed"],
        "Chevallier prime_activite": ["rectification_pending"],
        "Delaunay-Traoré rsa": ["rectification_pending"],
        "Delaunay-Traoré prime_activite": ["rectification_pending", "withheld"],
        "Delaunay-Traoré apl": ["rectification_pending"],
        "Dupuy-Mendes apl": ["rectified", "settled"],
        "Essomba rsa": ["rectification_rejected"],
        "Fofana prestations_familiales": ["rectification_rejected_silently"],
        "Garnier als": ["foreclosed"],
        "Haïdara rsa": ["recourse_pending"],
        "Ilunga ass": ["mediation_pending"],
        "Jacquot are": ["recourse_rejected"],
        "Kouyaté ij": ["recourse_rejected_silently"],
        "Lemoine retraite": ["court_pending"],
        "Marques prime_activite": ["rectification_missed", "withholding_stopped"],
        "Nlend apl": ["rectification_missed", "schedule_agreed"],
        "Ouedraogo rsa": ["recourse_pending", "waiver_pending"],
        "Petrescu are": ["constraint"],
        "Pinson prestations_familiales": ["recourse_pending", "settled", "waiver_granted"],
        "Quéré aah": ["foreclosed", "formal_notice"],
        "Rahmani rsa": ["foreclosed", "revenue_order"],
        "Simonet are": ["foreclosed", "penalty_notified"],
        "Tavares prime_activite": ["rectification_missed", "settled"],
        "Ung als": ["foreclosed", "seizure"],
        "Vasseur are": ["constraint_opposed"],
        "Wagner prime_activite": ["recourse_won", "settled"],
        "Ximenes apl": ["foreclosed", "schedule_running"],
        "Yildiz rsa": ["recourse_pending", "waiver_refused"],
        "Zinsou rsa": ["legal_aid_answered", "recourse_rejected"],
    }


def test_the_withholding_of_delaunay_traore_is_an_alarm_with_its_letter():
    law = LawOfTheDay(on=localdate(NOON), territory="grigny")
    [line] = DebtLine.objects.filter(
        benefit="prime_activite", debt__ledger__kind="withheld", notice__lines__benefit="rsa"
    )
    [alarm] = law.standing_of_line(line, facts_of([line])[line.debt_id]).alarms
    assert (alarm.is_certain, alarm.letter) == (True, "L7")


def test_legal_aid_asked_in_time_gives_zinsou_two_months_from_its_decision():
    """Decided on Friday 6 November 2026, eighteen days before."""
    [running] = Deadline.objects.running().filter(rule__code="IND-31")
    assert (running.started_on, running.legal_date) == (date(2026, 11, 6), date(2027, 1, 6))


def test_what_must_always_hold_holds():
    broken = {check.code: list(check.broken(localdate(NOON))) for check in (*OF_CASES, *OF_WORKFLOWS)}
    assert {code: ids for code, ids in broken.items() if ids} == {}


def test_operators_were_asked_and_each_state_of_a_question_is_there():
    found = Question.objects.values_list("structure__code", "kind", "state", "answer")
    assert sorted(found) == [
        ("caf-91-recouvrement", "appointment", "asked", ""),
        ("caf-91-recouvrement", "breakdown", "answered", "breakdown_given"),
        ("caf-91-recouvrement", "breakdown", "asked", ""),
        ("caf-91-recouvrement", "document", "answered", "documents_asked"),
        ("caf-91-recouvrement", "reason", "answered", "reduced"),
        ("caf-91-recouvrement", "reason", "asked", ""),
        ("caf-91-recouvrement", "suspension", "asked", ""),
        ("france-travail-91", "breakdown", "asked", ""),
    ]
    late = Question.objects.filter(state="asked", deadlines__state="missed").values_list("kind", flat=True)
    assert set(late) == {"appointment", "breakdown"}
    assert CauseAlert.objects.filter(structure__code="caf-91-recouvrement", cause="late_change").exists()
