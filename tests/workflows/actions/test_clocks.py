"""Delays of one debt, paused and resumed, and the decisions that silence makes; every date is typed from a calendar.

The vectors are the jurist’s: what a body received on 15 January 2027 is rejected by its silence on 15 February (one
month) or 15 March (two).
"""

import threading
from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest

from cases import invariants as of_cases
from cases.actions import deadlines
from cases.models import Case, Deadline, Debt, JournalEntry, Milestone, Participation
from cases.refusals import Refusal
from config.ticking import tick
from notifications import reminders
from notifications.models import Notice, Reminder
from tests import factories
from tests.factories import FAMILY, NOON, PARIS, member, reported, structure, tenancy
from tests.workflows.test_sweep import in_threads
from tests.workflows.walk import Walk
from workflows import invariants
from workflows.actions import milestones
from workflows.actions.tasks import close_now
from workflows.sweep import sweep_deadlines

pytestmark = pytest.mark.django_db

FAMILY_BENEFIT: dict[str, Any] = {"benefit": "prestations_familiales", "operator": "caf"}
RSA: dict[str, Any] = {"benefit": "rsa", "operator": "caf"}
HOUSING: dict[str, Any] = {"benefit": "apl", "operator": "caf"}


def at(month: int, day: int, hour: int = 12, *, year: int = 2027) -> datetime:
    return datetime(year, month, day, hour, 5, tzinfo=PARIS)


class Scene:
    """A case that the CAF follows, without the delays of its own procedure, and a debt of benefits."""

    def __init__(self) -> None:
        self.worker = member("caf-91")
        self.walk = Walk(reported(tenancy(housing="private", aid_kind="ALF"), **FAMILY))
        self.walk.take("answer", by=self.worker, accept=True, professional=self.worker)
        deadlines.cancel(Deadline.objects.filter(case=self.case), at=NOON)
        self.debt = self.line()

    @property
    def case(self) -> Case:
        return self.walk.case

    def line(self) -> Debt:
        return Debt.objects.create(kind="benefit", household=self.case.household, creditor=structure("caf-91"))

    def record(self, kind: str, day: date, *, when: datetime | None = None, **more: Any) -> Milestone:
        return milestones.record(
            case=self.case,
            kind=kind,
            happened_on=day,
            known="proved",
            by=self.worker,
            at=when or datetime(day.year, day.month, day.day, 12, tzinfo=PARIS),
            **{"debt": self.debt, **more},
        )

    def withdraw(self, kind: str, *, when: datetime) -> None:
        milestones.withdraw(case=self.case, kind=kind, debt=self.debt, by=self.worker, at=when)

    def deadline(self, code: str) -> Deadline:
        """The last one."""
        return Deadline.objects.filter(case=self.case, rule__code=code).order_by("-pk")[0]

    def states(self, debt: Debt | None = None) -> dict[str, tuple[str, date]]:
        found = Deadline.objects.filter(case=self.case, debt=debt or self.debt).exclude(state="cancelled")
        return {each.rule.code: (each.state, each.legal_date) for each in found.select_related("rule").order_by("pk")}

    def facts(self) -> dict[str, tuple[date, str]]:
        found = Milestone.objects.filter(case=self.case, debt=self.debt, replaced_by=None)
        return {each.kind: (each.happened_on, each.known) for each in found}

    def lines(self, *kinds: str) -> list[str]:
        found = JournalEntry.objects.filter(case=self.case, kind__in=kinds).order_by("pk")
        return list(found.values_list("kind", flat=True))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_fact_of_one_debt_starts_moves_and_meets_its_delays_alone(scene: Scene):
    other = scene.line()
    for debt in (scene.debt, other):
        scene.record("notice_received", date(2027, 1, 15), debt=debt, context=FAMILY_BENEFIT)
    expected = ("running", date(2027, 3, 15))
    assert (scene.states()["IND-05"], scene.states(other)["IND-05"]) == (expected, expected)
    scene.record("notice_received", date(2027, 1, 18), when=at(1, 20))
    # 18 March is a Thursday. What was said of the debt is not asked again.
    assert (scene.states()["IND-05"], scene.states(other)["IND-05"]) == (("running", date(2027, 3, 18)), expected)
    scene.record("recourse_sent", date(2027, 1, 20))
    assert (scene.states()["IND-05"][0], scene.states(other)["IND-05"][0]) == ("met", "running")
    assert Milestone.objects.filter(case=scene.case, kind="notice_received", replaced_by=None).count() == 2


def test_a_fact_of_the_whole_case_meets_the_delays_of_its_debts(scene: Scene):
    scene.record("notice_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    scene.record("debt_settled", date(2027, 1, 20), debt=None)
    assert {state for state, _ in scene.states().values()} == {"met"}
    milestones.withdraw(case=scene.case, kind="debt_settled", by=scene.worker, at=at(1, 21))
    assert scene.states()["IND-05"] == ("running", date(2027, 3, 15))


def test_each_debt_has_its_own_rules(scene: Scene):
    other, third = scene.line(), scene.line()
    scene.record("notice_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    scene.record("notice_received", date(2027, 1, 15), debt=other, context=RSA)
    assert "IND-05" in scene.states()
    assert "IND-05b" in scene.states(other)
    assert not scene.states().keys() & {"IND-05b"}
    unemployed = {"benefit": "ass", "operator": "france_travail"}
    scene.record("mediation_ended", date(2027, 1, 15), debt=third, context=unemployed)
    assert scene.states(third) == {"IND-16b": ("running", date(2027, 3, 15))}


def test_a_delay_stands_still_while_papers_are_awaited_and_then_runs_by_as_many_days(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=HOUSING)
    scene.record("completion_asked", date(2027, 2, 3), term=date(2027, 2, 20))
    waiting = scene.deadline("IND-06b")
    # Seventeen days after 15 March.
    assert (waiting.state, waiting.legal_date) == ("running", date(2027, 4, 1))
    assert sweep_deadlines(at=at(3, 17)) == Counter()
    scene.record("request_completed", date(2027, 2, 17), when=at(3, 17))
    running = scene.deadline("IND-06b")
    assert (running.pk, running.state, running.paused_on) == (waiting.pk, "running", None)
    assert running.legal_date == date(2027, 3, 29)
    assert running.steps == [
        "15/01/2027 + 2 mois → 15/03/2027 (lundi)",
        "Suspendu du 03/02/2027 au 17/02/2027 : 14 jours → 29/03/2027 (lundi)",
        "Lundi de Pâques : cette règle ne prévoit pas de report",
    ]
    assert running.remind_on == date.min


def test_papers_pause_nothing_until_their_day_is_known_and_after_it_the_delay_runs_on_without_them(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=HOUSING)
    scene.record("completion_asked", date(2027, 2, 3))
    assert scene.states()["IND-06b"] == ("running", date(2027, 3, 15))
    scene.record("completion_asked", date(2027, 2, 3), term=date(2027, 2, 20), when=at(2, 5))
    assert scene.states()["IND-06b"] == ("running", date(2027, 4, 1))
    assert sweep_deadlines(at=at(4, 1)) == Counter()
    assert sweep_deadlines(at=at(4, 2)) == Counter(silence=1)
    assert scene.facts()["recourse_rejected_silently"] == (date(2027, 4, 1), "implied")
    # Franc: 1 June, one day more.
    assert scene.states()["IND-09b"] == ("running", date(2027, 6, 2))


@pytest.mark.parametrize(
    ("code", "fact", "context", "last"),
    [
        ("IND-02", "rectification_received", {"benefit": "aah", "operator": "caf"}, date(2027, 3, 4)),
        ("IND-06b", "recourse_received", {"benefit": "rsa", "operator": "caf"}, date(2027, 4, 1)),
        ("IND-07", "recourse_received", {"benefit": "rsa", "operator": "caf"}, date(2027, 3, 4)),
        ("IND-15", "recourse_received", {"benefit": "are", "operator": "france_travail"}, date(2027, 4, 1)),
    ],
)
def test_no_answer_is_awaited_for_ever_when_papers_are_asked(
    scene: Scene, code: str, fact: str, context: dict[str, Any], last: date
):
    scene.record(fact, date(2027, 1, 15), context=context)
    scene.record("completion_asked", date(2027, 2, 3), term=date(2027, 2, 20))
    assert scene.states()[code] == ("running", last)


def test_before_a_commission_papers_pause_nothing_and_the_two_months_begin_again_when_they_arrive(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    scene.record("completion_asked", date(2027, 2, 3), term=date(2027, 2, 20))
    assert scene.states()["IND-06"] == ("running", date(2027, 3, 15))
    scene.record("request_completed", date(2027, 2, 17))
    assert scene.states()["IND-06"] == ("running", date(2027, 4, 17))
    scene.record("request_completed", date(2027, 2, 18), when=at(2, 19))
    assert scene.states()["IND-06"] == ("running", date(2027, 4, 18))
    scene.withdraw("request_completed", when=at(2, 19))
    assert scene.states()["IND-06"] == ("running", date(2027, 3, 15))


@pytest.mark.parametrize(
    ("first", "runs_until", "second", "said"),
    [
        (date(2027, 3, 10), date(2027, 5, 10), date(2027, 4, 20), at(4, 20)),
        (date(2027, 4, 20), date(2027, 3, 15), date(2027, 3, 10), at(4, 20, 15)),
    ],
    ids=["later", "earlier"],
)
def test_papers_given_to_a_commission_another_day_too_make_its_two_months_begin_once_more(
    scene: Scene, first: date, runs_until: date, second: date, said: datetime
):
    scene.record("recourse_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    scene.record("request_completed", first)
    assert scene.states()["IND-06"] == ("running", runs_until)
    scene.record("request_completed", second, when=said, is_another=True)
    assert scene.states()["IND-06"] == ("running", date(2027, 6, 20))
    assert sweep_deadlines(at=at(6, 20)) == Counter()


def test_papers_asked_again_after_the_day_of_the_first_letter_stop_the_delay_once_more(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=HOUSING)
    scene.record("completion_asked", date(2027, 2, 3), term=date(2027, 2, 20))
    scene.record("completion_asked", date(2027, 3, 18), term=date(2027, 4, 5))
    # Seventeen days after 15 March, then eighteen.
    assert scene.states()["IND-06b"] == ("running", date(2027, 4, 19))
    # The second letter is corrected, not asked for a third time.
    scene.record("completion_asked", date(2027, 3, 19), term=date(2027, 4, 5), when=at(3, 20))
    assert scene.states()["IND-06b"] == ("running", date(2027, 4, 18))


def test_papers_that_a_commission_had_before_its_silence_undo_it_when_they_become_known(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    assert sweep_deadlines(at=at(3, 16)) == Counter(silence=1)
    scene.record("request_completed", date(2027, 3, 10), when=at(3, 18))
    assert scene.states() == {"IND-06": ("running", date(2027, 5, 10))}
    assert scene.facts().keys() == {"recourse_received", "request_completed"}


def test_papers_given_after_the_silence_of_a_commission_change_nothing(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    assert sweep_deadlines(at=at(3, 16)) == Counter(silence=1)
    scene.record("request_completed", date(2027, 3, 17))
    assert scene.states() == {"IND-06": ("missed", date(2027, 3, 15)), "IND-08b": ("running", date(2027, 5, 18))}


def test_the_extension_is_applied_again_after_a_mediation(scene: Scene):
    scene.record("recourse_rejected", date(2027, 1, 15), context=FAMILY_BENEFIT)
    scene.record("mediation_admitted", date(2027, 3, 1))
    scene.record("mediation_concluded", date(2027, 3, 13))
    assert scene.states()["IND-08"] == ("running", date(2027, 3, 30))


def test_pauses_in_a_row_add_up_and_the_last_one_may_be_corrected(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=HOUSING)
    scene.record("completion_asked", date(2027, 2, 3), term=date(2027, 2, 28))
    scene.record("request_completed", date(2027, 2, 17))
    scene.record("completion_asked", date(2027, 2, 22), term=date(2027, 3, 10))
    # Fourteen days, then sixteen.
    assert scene.states()["IND-06b"] == ("running", date(2027, 4, 14))
    scene.record("request_completed", date(2027, 2, 26))
    assert scene.states()["IND-06b"] == ("running", date(2027, 4, 2))
    assert scene.deadline("IND-06b").pauses == [["2027-02-03", "2027-02-17"], ["2027-02-22", "2027-02-26"]]
    scene.record("request_completed", date(2027, 3, 1))
    assert scene.states()["IND-06b"] == ("running", date(2027, 4, 5))
    scene.withdraw("request_completed", when=at(3, 2))
    assert scene.states()["IND-06b"] == ("running", date(2027, 4, 14))
    scene.withdraw("completion_asked", when=at(3, 2))
    assert scene.states()["IND-06b"] == ("running", date(2027, 3, 29))


def test_a_pause_taken_back_never_was(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=HOUSING)
    scene.record("completion_asked", date(2027, 2, 3), term=date(2027, 2, 20))
    scene.withdraw("completion_asked", when=at(2, 4))
    assert scene.states()["IND-06b"] == ("running", date(2027, 3, 15))
    assert scene.deadline("IND-06b").steps == ["15/01/2027 + 2 mois → 15/03/2027 (lundi)", "Lundi : pas de report"]


def test_a_delay_counted_anew_keeps_the_pauses_that_are_known(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=HOUSING)
    scene.record("completion_asked", date(2027, 2, 3), term=date(2027, 2, 20))
    scene.record("recourse_received", date(2027, 1, 18), when=at(2, 5))
    assert scene.states()["IND-06b"] == ("running", date(2027, 4, 4))
    scene.record("request_completed", date(2027, 2, 17))
    assert scene.states()["IND-06b"] == ("running", date(2027, 4, 1))


def test_a_paused_delay_is_met_like_one_that_runs(scene: Scene):
    scene.record("recourse_rejected", date(2027, 1, 15), context=FAMILY_BENEFIT)
    scene.record("mediation_admitted", date(2027, 2, 3))
    assert scene.states()["IND-08"][0] == "paused"
    assert set(Participation.objects.filter(case=scene.case).values_list("next_due_on", flat=True)) == {None}
    scene.record("court_seized", date(2027, 2, 10))
    assert scene.states()["IND-08"][0] == "met"


def test_the_order_to_leave_stands_still_as_long_as_the_prefect_was_not_told(scene: Scene):
    scene.record("order_to_leave_served", date(2027, 1, 15), debt=None)
    scene.record("order_to_leave_not_sent", date(2027, 1, 15), debt=None, when=at(1, 20))
    assert scene.deadline("C08").paused_on == date(2027, 1, 15)
    scene.record("order_to_leave_sent", date(2027, 1, 25), debt=None)
    assert (scene.deadline("C08").state, scene.deadline("C08").legal_date) == ("running", date(2027, 3, 25))


def test_a_pause_known_late_brings_back_what_was_missed(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=HOUSING)
    assert sweep_deadlines(at=at(3, 16)) == Counter(silence=1)
    scene.record("completion_asked", date(2027, 3, 10), term=date(2027, 3, 24), when=at(3, 18))
    assert scene.states() == {"IND-06b": ("running", date(2027, 3, 29))}
    assert scene.facts().keys() == {"recourse_received", "completion_asked"}
    scene.record("request_completed", date(2027, 3, 20))
    assert sweep_deadlines(at=at(3, 26)) == Counter(silence=1)
    assert scene.facts()["recourse_rejected_silently"] == (date(2027, 3, 25), "implied")


def test_a_paused_delay_reminds_nobody_and_then_does_by_its_new_days(scene: Scene):
    scene.record("recourse_rejected", date(2027, 1, 15), context=FAMILY_BENEFIT)
    scene.record("mediation_admitted", date(2027, 3, 1))

    def said() -> list[date]:
        found = Reminder.objects.filter(deadline=scene.deadline("IND-08")).order_by("day")
        return list(found.values_list("day", flat=True))

    # Its last day was Monday 15 March: five working days before, Monday 8; the eve that is worked, Friday 12.
    for day in (8, 12, 15, 22):
        reminders.scan(at=at(3, day))
    assert said() == []
    scene.record("mediation_concluded", date(2027, 3, 13), when=at(3, 22, 13))
    # It is Tuesday 30 now, after Easter Monday: Monday 22, then Friday 26.
    for day in (22, 25, 26):
        reminders.scan(at=at(3, day, 14))
    assert said() == [date(2027, 3, 22), date(2027, 3, 26)]


def test_the_silence_of_two_months_rejects_the_recourse_and_opens_the_court_in_sixty_queries_at_most(
    scene: Scene, django_assert_max_num_queries: Any
):
    scene.record("recourse_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    assert sweep_deadlines(at=at(3, 15, 23)) == Counter()
    with django_assert_max_num_queries(60):
        assert sweep_deadlines(at=at(3, 16, 0)) == Counter(silence=1)
    assert scene.facts()["recourse_rejected_silently"] == (date(2027, 3, 15), "implied")
    # Saturday 15 May, then a Sunday, then Whit Monday.
    assert scene.states() == {"IND-06": ("missed", date(2027, 3, 15)), "IND-08b": ("running", date(2027, 5, 18))}
    assert scene.deadline("IND-08b").structure == structure("caf-91")
    assert scene.lines("deadline.missed", "deadline.unanswered") == ["deadline.unanswered"]
    told = JournalEntry.objects.filter(case=scene.case).latest("pk")
    assert (told.kind, told.actor, told.structure) == ("milestone.recorded", None, None)
    assert told.cause
    assert told.cause.kind == "deadline.unanswered"


def test_sweeping_twice_says_it_once(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    for _ in range(2):
        tick(at=at(3, 16))
    assert scene.lines("deadline.unanswered") == ["deadline.unanswered"]
    assert Deadline.objects.filter(case=scene.case, rule__code="IND-08b").count() == 1
    assert Notice.objects.filter(user=scene.worker, entry__kind="deadline.unanswered").count() == 1


@pytest.mark.parametrize(
    ("received", "rejected", "barred"),
    [
        (date(2026, 12, 31), date(2027, 1, 31), date(2027, 3, 31)),
        (date(2027, 1, 15), date(2027, 2, 15), date(2027, 4, 15)),
        (date(2027, 3, 1), date(2027, 4, 1), date(2027, 6, 1)),
        (date(2027, 4, 30), date(2027, 5, 30), date(2027, 7, 30)),
        (date(2027, 6, 14), date(2027, 7, 14), date(2027, 9, 14)),
    ],
)
def test_the_silence_on_a_rectification_bars_recovery_for_two_months(
    scene: Scene, received: date, rejected: date, barred: date
):
    scene.record("rectification_received", received, context=FAMILY_BENEFIT)
    sweep_deadlines(at=at(10, 1))
    assert scene.facts()["rectification_rejected_silently"] == (rejected, "implied")
    assert scene.states()["IND-03"][1] == barred


@pytest.mark.parametrize(("context", "opened"), [(HOUSING, "IND-23b"), (RSA, "IND-23b"), (FAMILY_BENEFIT, "IND-24b")])
def test_two_months_of_silence_refuse_a_waiver_and_open_the_court_or_the_commission(
    scene: Scene, context: dict[str, Any], opened: str
):
    scene.record("waiver_received", date(2027, 1, 15), context=context)
    assert scene.states() == {"IND-22": ("running", date(2027, 3, 15))}
    assert sweep_deadlines(at=at(3, 15, 23)) == Counter()
    assert sweep_deadlines(at=at(3, 16)) == Counter(silence=1)
    assert scene.facts()["waiver_refused_silently"] == (date(2027, 3, 15), "implied")
    # Saturday 15 May, then a Sunday, then Whit Monday.
    assert scene.states()[opened] == ("running", date(2027, 5, 18))


def test_a_waiver_of_the_c2s_is_refused_by_no_silence(scene: Scene):
    scene.record("waiver_received", date(2027, 1, 15), context={"benefit": "c2s", "operator": "cpam"})
    sweep_deadlines(at=at(3, 16))
    assert "waiver_refused_silently" not in scene.facts()


def test_a_month_after_the_opinion_the_silence_of_the_departement_decides_nothing(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=RSA)
    scene.record("commission_opinion", date(2027, 1, 25), context=RSA)
    sweep_deadlines(at=at(2, 26))
    assert "recourse_rejected_silently" not in scene.facts()
    sweep_deadlines(at=at(3, 16))
    assert scene.facts()["recourse_rejected_silently"] == (date(2027, 3, 15), "implied")


def test_reasons_that_were_asked_in_time_make_the_delay_of_the_court_begin_with_them(scene: Scene):
    scene.record("recourse_rejected_silently", date(2027, 1, 15), context=RSA)
    assert scene.states()["IND-09b"] == ("running", date(2027, 3, 16))
    scene.record("reasons_asked", date(2027, 2, 1), context=RSA)
    assert scene.states()["IND-29"] == ("running", date(2027, 3, 1))
    scene.record("reasons_given", date(2027, 2, 20), context=RSA)
    assert scene.states()["IND-09b"][0] == "met"
    assert scene.states()["IND-30"] == ("running", date(2027, 4, 20))


def test_legal_aid_makes_the_delay_of_the_court_begin_at_its_decision_never_at_its_request(scene: Scene):
    scene.record("recourse_rejected", date(2027, 1, 15), context=RSA)
    scene.record("legal_aid_asked", date(2027, 2, 1), context=RSA)
    assert scene.states() == {"IND-09": ("met", date(2027, 3, 16))}
    scene.record("legal_aid_decided", date(2027, 4, 12), context=RSA)
    # 12 June is a Saturday.
    assert scene.states()["IND-31"] == ("running", date(2027, 6, 14))
    scene.record("counsel_appointed", date(2027, 4, 30), context=RSA)
    assert scene.states()["IND-31"][0] == "met"
    assert scene.states()["IND-31b"] == ("running", date(2027, 6, 30))


def test_a_pension_has_its_rectification_and_its_silence(scene: Scene):
    scene.record("notice_received", date(2027, 1, 15), context={"benefit": "retraite", "operator": "cnav"})
    assert scene.states() == {"IND-01": ("running", date(2027, 2, 4)), "IND-05": ("running", date(2027, 3, 15))}
    scene.record("rectification_received", date(2027, 1, 31))
    sweep_deadlines(at=at(3, 1))
    assert scene.facts()["rectification_rejected_silently"] == (date(2027, 2, 28), "implied")
    assert scene.states()["IND-03"] == ("running", date(2027, 4, 28))


def test_the_opinion_on_an_rsa_recourse_is_deemed_given_and_two_months_of_silence_alone_reject_it(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 31), context=RSA)
    assert scene.states() == {"IND-06b": ("running", date(2027, 3, 31)), "IND-07": ("running", date(2027, 2, 28))}
    sweep_deadlines(at=at(3, 1))
    assert scene.facts()["commission_opinion"] == (date(2027, 2, 28), "implied")
    assert scene.states()["IND-07b"] == ("running", date(2027, 3, 28))
    sweep_deadlines(at=at(3, 29))
    assert "recourse_rejected_silently" not in scene.facts()
    assert scene.states()["IND-06b"][0] == "running"
    sweep_deadlines(at=at(4, 1))
    assert scene.facts()["recourse_rejected_silently"] == (date(2027, 3, 31), "implied")
    # Two months, one day more: a Tuesday.
    assert scene.states()["IND-09b"] == ("running", date(2027, 6, 1))
    assert sweep_deadlines(at=at(4, 2)) == Counter()


def test_an_opinion_known_late_takes_the_place_of_the_deemed_one(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 31), context=RSA)
    sweep_deadlines(at=at(3, 1))
    scene.record("commission_opinion", date(2027, 2, 10), when=at(3, 2))
    assert scene.facts()["commission_opinion"] == (date(2027, 2, 10), "proved")
    assert scene.states()["IND-07b"] == ("running", date(2027, 3, 10))
    assert scene.states()["IND-07"][0] == "met"


def test_an_answer_known_late_undoes_the_silence_and_its_history_stays(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    sweep_deadlines(at=at(3, 16))
    scene.record("recourse_rejected", date(2027, 3, 10), when=at(4, 1))
    assert scene.facts().keys() == {"recourse_received", "recourse_rejected"}
    assert scene.states() == {"IND-06": ("met", date(2027, 3, 15)), "IND-08": ("running", date(2027, 5, 10))}
    assert scene.deadline("IND-08b").state == "cancelled"
    assert scene.lines("deadline.unanswered", "milestone.withdrawn") == ["deadline.unanswered", "milestone.withdrawn"]
    scene.withdraw("recourse_rejected", when=at(4, 2))
    sweep_deadlines(at=at(4, 2))
    assert scene.facts()["recourse_rejected_silently"] == (date(2027, 3, 15), "implied")


def test_an_answer_that_came_after_the_silence_leaves_it(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    sweep_deadlines(at=at(3, 16))
    scene.record("recourse_rejected", date(2027, 3, 22))
    assert scene.facts()["recourse_rejected_silently"] == (date(2027, 3, 15), "implied")
    assert scene.states()["IND-06"][0] == "missed"
    assert scene.states()["IND-08"] == ("running", date(2027, 5, 24))


def test_another_day_of_the_recourse_moves_the_silence_with_it(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    sweep_deadlines(at=at(3, 16))
    scene.record("recourse_received", date(2027, 1, 20), when=at(3, 17))
    assert scene.states() == {"IND-06": ("running", date(2027, 3, 20))}
    assert scene.facts().keys() == {"recourse_received"}
    sweep_deadlines(at=at(3, 21))
    assert scene.facts()["recourse_rejected_silently"] == (date(2027, 3, 20), "implied")
    assert scene.states()["IND-08b"] == ("running", date(2027, 5, 20))


def test_the_silence_of_the_prefect_is_a_refusal(scene: Scene):
    scene.record("police_requested", date(2027, 1, 15), debt=None)
    sweep_deadlines(at=at(3, 16))
    [refused] = Milestone.objects.filter(case=scene.case, kind="police_refused_silently")
    assert (refused.happened_on, refused.known, refused.debt) == (date(2027, 3, 15), "implied", None)


def test_a_person_who_stays_silent_is_alarmed_too(scene: Scene):
    report = scene.case.reports.get()
    assert report.reported_on < date(2027, 1, 1)
    scene.record("simplified_proposed", date(2026, 11, 24), debt=None, when=NOON)
    sweep_deadlines(at=at(12, 25, year=2026))
    assert scene.lines("deadline.missed", "deadline.unanswered") == ["deadline.missed"]
    assert Milestone.objects.filter(case=scene.case, kind="simplified_refused_silently").exists()


def test_a_delay_missed_then_known_to_have_been_kept_is_kept(scene: Scene):
    scene.record("notice_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    sweep_deadlines(at=at(3, 16))
    assert scene.states()["IND-05"][0] == "missed"
    scene.record("recourse_sent", date(2027, 3, 12), when=at(3, 18))
    assert scene.states()["IND-05"][0] == "met"


def test_a_closed_case_is_answered_by_no_silence(scene: Scene):
    scene.record("recourse_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    close_now(case=scene.case, by=scene.worker, at=at(2, 1), data={"outcome": "cleared", "turn": None})
    assert sweep_deadlines(at=at(3, 16)) == Counter()
    assert "recourse_rejected_silently" not in scene.facts()


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_say_a_silence_once():
    scenes = [Scene() for _ in range(3)]
    for each in scenes:
        each.record("recourse_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    together = threading.Barrier(2)

    def one() -> Counter[str]:
        together.wait(timeout=60)
        return sweep_deadlines(at=at(3, 16))

    first, second = in_threads(one, one)
    assert first + second == Counter(silence=3)
    assert [each.lines("deadline.unanswered") for each in scenes] == [["deadline.unanswered"]] * 3
    assert [each.states()["IND-08b"] for each in scenes] == [("running", date(2027, 5, 18))] * 3


@pytest.mark.parametrize(
    ("kind", "day", "refusal"),
    [
        ("notice_received", date(2027, 4, 2), "Cette date est à venir"),
        ("notice_received", date(2016, 1, 1), "à plus de dix ans"),
        ("recourse_rejected", date(2027, 1, 14), "ne peut pas précéder « Recours préalable reçu par l’organisme »"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_nothing_is_written(scene: Scene, kind: str, day: date, refusal: str):
    scene.record("recourse_received", date(2027, 1, 15), context=FAMILY_BENEFIT)
    before = (scene.facts(), scene.states(), JournalEntry.objects.count())
    with pytest.raises(Refusal, match=refusal):
        scene.record(kind, day, when=at(4, 1))
    assert (scene.facts(), scene.states(), JournalEntry.objects.count()) == before


def test_a_correction_does_not_go_past_what_answered_it(scene: Scene):
    scene.record("constraint_served", date(2027, 1, 15))
    scene.record("constraint_opposed", date(2027, 1, 20))
    with pytest.raises(Refusal, match=r"« Opposition à la contrainte formée » \(20/01/2027\)"):
        scene.record("constraint_served", date(2027, 1, 25))
    assert scene.facts()["constraint_served"] == (date(2027, 1, 15), "proved")


def test_what_is_said_of_the_lease_does_not_precede_it_unless_it_was_renewed():
    worker = member("caf-91")
    walk = Walk(reported(tenancy(housing="private", aid_kind="ALF", lease_date=date(2026, 6, 1)), **FAMILY))
    walk.take("answer", by=worker, accept=True, professional=worker)

    def record(**more: Any) -> Milestone:
        day = date(2026, 5, 4)
        return milestones.record(
            case=walk.case, kind="order_to_pay_served", happened_on=day, known="proved", by=worker, at=NOON, **more
        )

    with pytest.raises(Refusal, match="précède le bail, conclu ou renouvelé le 01/06/2026"):
        record()
    assert record(is_before_lease=True).happened_on == date(2026, 5, 4)


def test_nothing_contradicts_the_rest(scene: Scene):
    other = scene.line()
    scene.record("recourse_received", date(2027, 1, 15), debt=other, context=FAMILY_BENEFIT)
    scene.record("completion_asked", date(2027, 2, 3), debt=other)
    scene.record("rectification_received", date(2027, 1, 4), when=at(2, 5), context=FAMILY_BENEFIT)
    sweep_deadlines(at=at(2, 6))
    assert scene.facts()["rectification_rejected_silently"] == (date(2027, 2, 4), "implied")
    every = (*invariants.INVARIANTS, *of_cases.INVARIANTS)
    assert not [each.code for each in every if list(each.broken(date(2027, 2, 6)))]
    Deadline.objects.filter(case=scene.case, state="missed").update(legal_date=date(2027, 2, 5))
    assert [each.code for each in every if list(each.broken(date(2027, 2, 6)))] == ["silence_comes_from_a_delay"]
    deadlines.cancel(Deadline.objects.waiting().filter(case=scene.case), at=at(2, 7))
    assert not Deadline.objects.waiting().filter(case=scene.case).exists()


def test_a_debt_of_another_household_has_no_fact_here(scene: Scene):
    stranger = Debt.objects.create(kind="benefit", household=factories.household(), creditor=structure("caf-91"))
    with pytest.raises(ValueError, match="another household"):
        scene.record("notice_received", date(2027, 1, 15), debt=stranger)
