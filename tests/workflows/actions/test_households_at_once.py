"""Two who act on one household at the same moment, each on a connection of its own."""

import threading
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections, transaction

from cases.actions import case as cases
from cases.actions.notices import NoticeReception
from cases.actions.restrictions import put_restriction
from cases.locks import lock_case
from cases.models import Case, Household, Milestone, ProcessingRestriction
from cases.refusals import Busy
from cases.rules.notices import TypedLine
from tests import factories
from tests.cases.actions.test_administrators_at_once import _somebody_waits, second_of
from tests.factories import NOON
from tests.journeys import scene
from tests.workflows.actions.test_completions import followed, reported_again
from tests.workflows.actions.test_objections import shared
from workflows.actions import milestones, overpayment, restrictions, subject_acts
from workflows.actions.completions import CannotComplete
from workflows.actions.objections import object_to_sharing
from workflows.actions.tasks import close_now
from workflows.models import CaseProcess, CaseTask, ReportDraft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("at_noon"), pytest.mark.slow]


def test_a_household_that_somebody_holds_is_said_to_be_busy_to_who_restricts_it():
    case, officer = scene.reported(), factories.member("caf-91-pilotage", "dpo")
    asked = scene.subject_request(case, by=officer, kind="restriction")
    desk = factories.structure("caf-91-pilotage")
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Household.objects.select_for_update().get(pk=case.household_id)
            held.set()
            over.wait()
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    try:
        with pytest.raises(Busy):
            put_restriction(case=case, request=asked, ground="accuracy", structure=desk, by=officer, at=NOON)
    finally:
        over.set()
        holder.join()
    assert not ProcessingRestriction.objects.exists()


def test_who_opens_with_a_notice_waits_for_the_case_that_he_does_not_see_before_he_takes_the_household():
    case, stranger = followed(factories.member("caf-91")), factories.member("ccas-grigny")
    opened: list[Any] = []

    def open_with_notice() -> None:
        try:
            opened.append(
                overpayment.open_with_notice(
                    household=case.household,
                    operator="caf",
                    letter_date=date(2026, 11, 9),
                    received=NoticeReception(on=date(2026, 11, 12), how="post"),
                    lines=[TypedLine(benefit="apl", amount=Decimal("412.00"))],
                    facts={"rsa": True},
                    structure=factories.structure("ccas-grigny"),
                    by=stranger,
                    at=NOON,
                )
            )
        except Exception as error:  # noqa: BLE001 - it is the result
            opened.append(error)
        finally:
            connections.close_all()

    opener = threading.Thread(target=open_with_notice)
    with transaction.atomic():
        lock_case(case.pk)
        opener.start()
        while not opened and not _somebody_waits():
            time.sleep(0.01)
        Household.objects.select_for_update(nowait=True).get(pk=case.household_id)
    opener.join()
    assert isinstance(opened[0], Case), opened


ACTS: dict[str, Callable[..., Any]] = {
    "oppose": object_to_sharing,
    "erase": subject_acts.erase,
    "restrict": restrictions.restrict,
}
WHAT_FOLLOWS: dict[str, tuple[str, dict[str, Any]]] = {
    "oppose": ("objection", {"basis": "SH-4"}),
    "erase": ("erasure", {"for_all_adults": True}),
    "restrict": ("restriction", {"ground": "accuracy"}),
}


@pytest.mark.parametrize("act", sorted(ACTS))
def test_an_officer_waits_for_a_case_before_he_takes_its_household(act: str):
    """Whoever acts on the case takes the household after it: in another order each would wait for the other."""
    case = shared(factories.member("caf-91")) if act == "oppose" else scene.reported()
    officer = factories.member("caf-91-pilotage", "dpo")
    if act == "erase":
        cases.close_case(case=case, outcome="no_debt", by=None, at=NOON)
    kind, more = WHAT_FOLLOWS[act]
    asked = scene.subject_request(case, by=officer, kind=kind)
    desk = factories.structure("caf-91-pilotage")
    done: list[Any] = []

    def decide() -> None:
        try:
            done.append(ACTS[act](request=asked, structure=desk, channel="email", by=officer, at=NOON, **more))
        except Exception as error:  # noqa: BLE001 - it is the result
            done.append(error)
        finally:
            connections.close_all()

    officer_at_work = threading.Thread(target=decide)
    with transaction.atomic():
        lock_case(case.pk)
        officer_at_work.start()
        while not done and not _somebody_waits():
            time.sleep(0.01)
        Household.objects.select_for_update(nowait=True).get(pk=case.household_id)
    officer_at_work.join()
    assert not isinstance(done[0], Exception), done
    asked.refresh_from_db()
    assert asked.state == "answered"


SUMMONED: dict[str, Any] = {
    "balance": None, "person": {}, "lease": {}, "facts": {}, "details": {},
    "milestones": {"summons_served": date(2026, 11, 20)},
}  # fmt: skip


def test_an_act_told_by_who_does_not_see_the_case_follows_one_that_is_withdrawn_at_that_moment():
    """What the eviction procedure makes of the case is read once the other has said his: it still comes first."""
    worker, stranger = factories.member("caf-91"), factories.member("ccas-grigny")
    case, order = followed(worker), "order_to_pay_served"
    milestones.record(case=case, kind=order, happened_on=date(2026, 11, 2), known="declared", by=worker, at=NOON)
    sent = second_of(
        lambda: milestones.withdraw(case=case, kind=order, by=worker, at=NOON),
        lambda: reported_again(case, by=stranger, **SUMMONED),
    )
    assert isinstance(sent, ReportDraft), sent
    assert CaseTask.objects.open().get(case=case).comes_first
    assert CaseProcess.objects.get(case=case).answer("comes_first")


def test_an_act_told_of_a_case_that_closes_at_that_moment_is_not_kept():
    worker, stranger = factories.member("caf-91"), factories.member("ccas-grigny")
    case = followed(worker)
    refused = second_of(
        lambda: close_now(case=case, by=worker, at=NOON, data={"outcome": "no_debt"}),
        lambda: reported_again(case, by=stranger, **SUMMONED),
    )
    assert isinstance(refused, CannotComplete), refused
    assert str(refused) == "Ce dossier vient d’être clos : signaler l’impayé de nouveau."
    assert not Milestone.objects.filter(case=case).exists()
