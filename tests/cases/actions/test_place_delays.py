"""The delays of places: each vacancy has its own, and a référent who does nothing is alerted once."""

from datetime import date, timedelta
from typing import Any

import pytest

from cases import journal
from cases.actions import coordination, place_delays, referents
from cases.models import Case, Deadline, DeadlineRule, Edition, JournalEntry, Referent, User, Vacancy
from config.ticking import tick
from tests.cases.actions.test_referents import TODAY, coordinated, followed, nothing_broken, propose, somebody
from tests.factories import NOON, member, structure

pytestmark = pytest.mark.django_db


def delays(code: str) -> list[tuple[str, date, str]]:
    """The state, the last day and the structure of each, in order."""
    found = Deadline.objects.filter(rule__code=code).order_by("pk")
    return [(each.state, each.legal_date, each.structure.code) for each in found.select_related("structure")]


def write(case: Case, by: User, *, days: int) -> None:
    """An act of whatever kind, and the daily check that follows."""
    at = NOON + timedelta(days=days)
    journal.record("note.written", at=at, case=case, by=by, structure=structure("mds-grigny"))
    tick(at=at)
    place_delays.follow_acts(at=at)


# A vacancy


def test_a_vacancy_keeps_its_delay_while_others_are_asked_until_one_accepts():
    someone, manager = somebody(), member("mds-grigny", "manager")
    referents.decline(referent=propose(someone, manager), reason="load", by=manager, at=NOON)
    assert delays("REF-VACANCY") == [("running", date(2026, 12, 8), "mds-grigny")]
    following = propose(someone, manager)
    assert delays("REF-VACANCY") == [("running", date(2026, 12, 8), "mds-grigny")]
    referents.accept(referent=following, by=manager, at=NOON)
    assert delays("REF-VACANCY") == [("met", date(2026, 12, 8), "mds-grigny")]


def test_a_place_given_up_has_no_delay_any_more():
    manager = member("mds-grigny", "manager")
    referents.decline(referent=propose(somebody(), manager), reason="other_service", by=manager, at=NOON)
    referents.give_up_place(vacancy=Vacancy.objects.get(), because="Suivie par l’UDAF.", by=manager, at=NOON)
    assert delays("REF-VACANCY") == [("cancelled", date(2026, 12, 8), "mds-grigny")]


def test_a_coordination_to_fill_waits_at_the_desk_that_answers_for_the_case():
    someone, mds, ccas = somebody(), member("mds-grigny"), member("ccas-grigny")
    first = followed(someone, mds)
    followed(someone, ccas, "ccas-grigny")
    followed(someone, member("caf-91"), "caf-91")
    assert delays("REF-VACANCY-COORDINATOR") == [("running", date(2026, 12, 8), "mds-grigny")]
    referents.end(referent=first, reason="support_ended", stays_vacant=False, because="Fini.", by=mds, at=NOON)
    assert delays("REF-VACANCY-COORDINATOR") == [("running", date(2026, 12, 8), "ccas-grigny")]
    coordinated(someone, ccas)
    assert delays("REF-VACANCY-COORDINATOR") == [("met", date(2026, 12, 8), "ccas-grigny")]
    assert nothing_broken()


def test_an_objection_ends_the_delay_of_the_coordination():
    someone, mds, ccas = somebody(), member("mds-grigny"), member("ccas-grigny")
    case = followed(someone, mds).case
    followed(someone, ccas, "ccas-grigny")
    coordination.object_to(case=case, structure=structure("mds-grigny"), on=TODAY, by=mds, at=NOON)
    assert delays("REF-VACANCY-COORDINATOR") == [("cancelled", date(2026, 12, 8), "mds-grigny")]


def test_a_vacancy_that_lasts_is_an_alarm_told_to_the_managers_of_its_structure():
    manager, agent = member("mds-grigny", "manager"), member("mds-grigny")
    referents.decline(referent=propose(somebody(), agent, by=manager), reason="load", by=agent, at=NOON)
    tick(at=NOON + timedelta(days=7))  # five working days before the last one, it is reminded of
    assert told(manager) == ["referent.declined", "place.vacant", "reminder.due"]
    tick(at=NOON + timedelta(days=15))
    assert told(manager)[3:] == ["deadline.missed"]
    assert told(agent) == ["referent.proposed"]
    assert delays("REF-VACANCY") == [("missed", date(2026, 12, 8), "mds-grigny")]
    assert nothing_broken()


def told(user: User) -> list[str]:
    return list(user.notices.order_by("pk").values_list("entry__kind", flat=True))


# A référent who does nothing


@pytest.fixture
def agent() -> User:
    return member("mds-grigny")


@pytest.fixture
def referent(agent: User) -> Referent:
    return followed(somebody(), agent)


def test_sixty_days_without_any_act_alert_the_referent_once(referent: Referent, agent: User):
    assert delays("REF-INACTIVE") == [("running", date(2027, 1, 23), "mds-grigny")]
    for days in (30, 60, 61, 62, 90):
        tick(at=NOON + timedelta(days=days))
    assert delays("REF-INACTIVE") == [("missed", date(2027, 1, 23), "mds-grigny")]
    missed = JournalEntry.objects.filter(kind="deadline.missed", data__rule="REF-INACTIVE")
    assert [line.happened_at for line in missed] == [NOON + timedelta(days=61)]
    assert told(agent).count("deadline.missed") == 1


def test_an_act_begins_the_delay_anew_on_its_day(referent: Referent, agent: User):
    write(referent.case, agent, days=30)  # 24 December
    assert delays("REF-INACTIVE") == [
        ("met", date(2027, 1, 23), "mds-grigny"),
        ("running", date(2027, 2, 22), "mds-grigny"),
    ]
    write(referent.case, agent, days=30)  # twice on a day changes nothing
    assert len(delays("REF-INACTIVE")) == 2
    assert nothing_broken()


def test_an_act_after_the_alert_begins_another_delay(referent: Referent, agent: User):
    tick(at=NOON + timedelta(days=61))
    write(referent.case, agent, days=70)  # 2 February
    assert [state for state, _, _ in delays("REF-INACTIVE")] == ["missed", "running"]
    assert delays("REF-INACTIVE")[1][1] == date(2027, 4, 3)


def test_whoever_acts_on_the_last_day_is_not_late(referent: Referent, agent: User):
    at = NOON + timedelta(days=60)
    journal.record("note.written", at=at, case=referent.case, by=agent)
    tick(at=NOON + timedelta(days=61))
    assert [state for state, _, _ in delays("REF-INACTIVE")] == ["met", "running"]


def test_an_act_on_another_case_of_the_home_counts_and_one_of_a_colleague_does_not(referent: Referent, agent: User):
    arrears = Case.objects.create(
        kind="overpayment",
        household=referent.case.household,
        responsible_structure=structure("ccas-grigny"),
        opened_by_structure=structure("ccas-grigny"),
        opened_on=TODAY,
        territory="grigny",
    )
    write(referent.case, member("mds-grigny"), days=10)
    assert len(delays("REF-INACTIVE")) == 1
    write(arrears, agent, days=20)
    assert delays("REF-INACTIVE")[1][1] == date(2027, 2, 12)


def test_following_somebody_else_of_the_home_is_no_act_for_her(referent: Referent, agent: User):
    other = somebody("Autre")
    home = referent.case.household
    other.memberships.update(household=home)
    followed(other, agent)
    write(Case.objects.get(beneficiary=other), agent, days=20)
    assert len(delays("REF-INACTIVE")) == 3
    met = Deadline.objects.get(rule__code="REF-INACTIVE", state="met")
    assert met.case.beneficiary == other


def test_a_successor_has_a_delay_of_his_own_and_whoever_ended_none(referent: Referent):
    following = member("mds-grigny")
    referents.accept(referent=propose(referent.beneficiary, following), by=following, at=NOON + timedelta(days=3))
    assert delays("REF-INACTIVE") == [
        ("cancelled", date(2027, 1, 23), "mds-grigny"),
        ("running", date(2027, 1, 26), "mds-grigny"),
    ]
    held = Referent.objects.current().get()
    referents.end(referent=held, reason="moved", stays_vacant=True, by=following, at=NOON + timedelta(days=4))
    assert delays("REF-INACTIVE")[1][0] == "cancelled"


def test_acts_of_before_the_rule_was_in_force_are_looked_at_once(referent: Referent, agent: User, monkeypatch: Any):
    monkeypatch.setattr(place_delays, "LIMIT", 1)
    journal.record("note.written", at=NOON + timedelta(days=1), case=referent.case, by=agent)
    with_rule = Edition.objects.get(deadline_rules__code="REF-INACTIVE")
    Edition.objects.filter(pk=with_rule.pk).update(effective_on=date(2026, 11, 27))
    before = {"territory": with_rule.territory, "catalogue": with_rule.catalogue, "state": "published"}
    Edition.objects.create(number=90, effective_on=date(2026, 11, 1), parameters=with_rule.parameters, **before)
    assert place_delays.follow_acts(at=NOON + timedelta(days=4)) == 1
    assert [state for state, _, _ in delays("REF-INACTIVE")] == ["met"]


def test_without_a_rule_nothing_is_counted(referent: Referent, agent: User):
    Deadline.objects.filter(rule__code="REF-INACTIVE").delete()
    DeadlineRule.objects.filter(code="REF-INACTIVE").delete()
    journal.record("note.written", at=NOON + timedelta(days=1), case=referent.case, by=agent)
    assert place_delays.follow_acts(at=NOON + timedelta(days=1)) == 0
