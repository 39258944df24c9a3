"""Limitation du traitement: what is known stays and is read by who follows the household, and goes no further."""

from datetime import date, timedelta
from typing import Any

import pytest

from cases import permissions
from cases.actions import case as cases, debts, partners, referents
from cases.actions.merging.unmerge import describe_what_stays
from cases.actions.new_places import is_restricted
from cases.actions.referents import CannotFollow
from cases.actions.restrictions import CannotRestrict, end_restriction
from cases.actions.retention import ages, ledger
from cases.actions.retention.due import find_due
from cases.actions.sharing import CannotShare
from cases.actions.subject_requests import CannotChangeSubjectRequest
from cases.models import (
    Case,
    Household,
    JournalEntry,
    Participation,
    ProcessingRestriction,
    Referent,
    SubjectRequest,
    User,
)
from notifications.audience import landlord_correspondents
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests import factories
from tests.cases.actions.merging.test_merge import apart, homes_together
from tests.factories import NOON, reported
from tests.journeys import scene
from tests.workflows.actions.test_objections import shared
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.walk import Walk
from workflows.actions import restrictions, subject_acts

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
FAR = date(2034, 1, 1)


@pytest.fixture
def worker() -> User:
    return factories.member("caf-91")


@pytest.fixture
def officer() -> User:
    return factories.member("caf-91-pilotage", "dpo")


def restricted(case: Case, *, by: User, reference: str = "DPO-1") -> SubjectRequest:
    asked = scene.subject_request(case, by=by, reference=reference, kind="restriction")
    desk = factories.structure("caf-91-pilotage")
    return restrictions.restrict(request=asked, ground="accuracy", structure=desk, channel="email", by=by, at=NOON)


def resumed(case: Case, *, by: User, told_on: date = TODAY) -> ProcessingRestriction:
    return end_restriction(
        restriction=ProcessingRestriction.objects.standing().get(),
        case=case,
        reason="checked",
        told_on=told_on,
        structure=factories.structure("caf-91-pilotage"),
        by=by,
        at=NOON,
    )


def test_who_follows_it_still_reads_it_and_nobody_is_let_in_until_it_ends(worker, officer):
    case, ccas = shared(worker), factories.structure("ccas-grigny")
    helper = factories.member("ccas-grigny", "manager")
    part = Participation.objects.get(case=case, structure=ccas, until=None)
    request = restricted(case, by=officer)
    assert (request.state, request.outcome) == ("answered", "granted")
    assert permissions.can_view(worker, case, at=TODAY)
    assert permissions.can_view(helper, case, at=TODAY)
    new = {
        "structure": factories.structure("epfif-social"),
        "level": "card",
        "basis": "SH-1",
        "by": worker,
        "at": NOON,
    }
    with pytest.raises(CannotShare, match="limité"):
        partners.add(case=case, **new)
    with pytest.raises(CannotShare, match="limité"):
        partners.change(participation=part, level="card", basis="SH-3", by=worker, at=NOON)

    resumed(case, by=officer)

    assert partners.add(case=case, **new).level == "card"


def test_no_other_structure_is_asked_to_follow_her(worker, officer):
    case = scene.coordinated(worker=worker, helper=factories.member("mds-grigny"))
    restricted(case, by=officer)
    rose = factories.member("ccas-grigny", "manager")
    assert case.beneficiary
    with pytest.raises(CannotFollow, match="limité"):
        referents.propose(
            beneficiary=case.beneficiary, structure=factories.structure("ccas-grigny"), user=rose, by=rose, at=NOON
        )


def test_the_landlord_reads_and_is_told_nothing_of_it(worker, officer):
    case, landlord = followed_by(worker), factories.member("bailleur-a", "correspondent")
    entry = JournalEntry.objects.filter(case=case).first()
    assert entry
    debts.watch(tenancy=case.tenancy, structure=factories.structure("bailleur-a"), on=TODAY)
    assert permissions.visible_reports(landlord, at=TODAY).filter(case=case).exists()
    assert permissions.visible_watches(landlord, at=TODAY).exists()
    assert landlord in landlord_correspondents(entry, TODAY)
    restricted(case, by=officer)
    assert not permissions.visible_reports(landlord, at=TODAY).exists()
    assert not permissions.visible_watches(landlord, at=TODAY).exists()
    assert not landlord_correspondents(entry, TODAY).exists()
    assert not permissions.landlords_of(case, at=TODAY).exists()
    resumed(case, by=officer)
    assert permissions.visible_reports(landlord, at=TODAY).filter(case=case).exists()


def test_nothing_of_it_is_archived_or_erased_even_of_one_that_became_it(worker, officer):
    case = scene.closed(worker=worker)
    assert [due.household for due in find_due("grigny", on=FAR)] == [case.household]
    restricted(case, by=officer)
    assert find_due("grigny", on=FAR) == []
    desk = factories.structure("caf-91-pilotage")
    erasure = scene.subject_request(case, by=officer, reference="DPO-2", kind="erasure")
    with pytest.raises(CannotChangeSubjectRequest, match="article 18"):
        subject_acts.erase(request=erasure, structure=desk, channel="email", by=officer, at=NOON, for_all_adults=True)
    absorbed = factories.household()
    Household.objects.filter(pk=absorbed.pk).update(merged_into=case.household)
    ProcessingRestriction.objects.update(household=absorbed)
    SubjectRequest.objects.all().delete()
    assert find_due("grigny", on=FAR) == []
    before = factories.household()
    Household.objects.filter(pk=before.pk).update(merged_into=absorbed)
    ProcessingRestriction.objects.update(household=before)
    assert find_due("grigny", on=FAR) == []


def test_it_is_put_once_ended_once_and_after_the_person_was_told(worker, officer):
    case = followed_by(worker)
    restricted(case, by=officer)
    with pytest.raises(CannotRestrict, match="déjà limité"):
        restricted(case, by=officer, reference="DPO-2")
    with pytest.raises(CannotRestrict, match="article 18, 3"):
        resumed(case, by=officer, told_on=TODAY + timedelta(days=1))
    ended = resumed(case, by=officer)
    assert (ended.ended_by, ended.end_reason, ended.told_on) == (officer, "checked", TODAY)
    with pytest.raises(CannotRestrict, match="déjà levée"):
        end_restriction(
            restriction=ended, case=case, reason="checked", told_on=TODAY, by=officer, at=NOON,
            structure=factories.structure("caf-91-pilotage"),
        )  # fmt: skip
    lines = JournalEntry.objects.filter(kind__startswith="processing.").order_by("pk")
    assert [(line.kind, line.case, line.actor) for line in lines] == [
        ("processing.restricted", case, officer),
        ("processing.resumed", case, officer),
    ]
    drain_outbox(at=NOON)
    told = Notice.objects.filter(user=worker).values_list("entry__kind", flat=True)
    assert {"processing.restricted", "processing.resumed"} <= set(told)


def test_a_structure_that_is_routed_the_case_takes_it_without_becoming_her_referent(worker, officer):
    lease = factories.tenancy(housing="private", aid_kind="ALF")
    case = factories.reported(lease, **factories.FAMILY)
    restricted(case, by=officer)
    manager = factories.member("caf-91", "manager")
    Walk(case).take("answer", by=manager, accept=True, professional=worker, reason="")
    assert permissions.can_view(worker, case, at=TODAY)
    assert not Referent.objects.exists()
    resumed(case, by=officer)
    cases.close_case(case=case, outcome="no_debt", by=worker, at=NOON)


def test_the_register_keeps_the_request_of_a_restriction_until_it_has_ended(worker, officer):
    case, late = followed_by(worker), NOON + timedelta(days=5000)
    asked = restricted(case, by=officer)
    assert ages.forget_subject_requests(at=late) == 0
    assert ProcessingRestriction.objects.get().request == asked
    resumed(case, by=officer)
    assert ages.forget_subject_requests(at=late) == 1
    assert ProcessingRestriction.objects.get().request is None


def test_the_person_is_not_told_of_the_end_before_it_is_put(worker, officer):
    case = followed_by(worker)
    restricted(case, by=officer)
    with pytest.raises(CannotRestrict, match="posée le 24/11/2026") as refused:
        resumed(case, by=officer, told_on=TODAY - timedelta(days=1))
    assert refused.value.field == "told_on"
    assert ProcessingRestriction.objects.standing().exists()


def test_it_counts_through_two_merges(worker, officer):
    first, second, last = followed_by(worker), reported(), reported()
    for number, case in enumerate((first, second), start=1):
        restricted(case, by=officer, reference=f"DPO-{number}")
    homes_together(second.household, first.household, worker)
    homes_together(last.household, second.household, worker)
    for one in ProcessingRestriction.objects.filter(household=last.household):
        ended: dict[str, Any] = {
            "reason": "checked",
            "told_on": TODAY,
            "structure": factories.structure("caf-91-pilotage"),
        }
        end_restriction(restriction=one, case=last, by=officer, at=NOON, **ended)
    assert ProcessingRestriction.objects.standing().get().household == first.household
    assert permissions.restrictions_of(last.household_id).exists()
    assert last.household.members.filter(is_restricted("pk")).exists()


def test_it_goes_back_with_the_case_of_the_household_that_is_another_again(worker, officer):
    case, other = followed_by(worker), reported()
    merge = homes_together(other.household, case.household, worker)
    home = case.household
    case.refresh_from_db()
    restricted(case, by=officer)
    assert ProcessingRestriction.objects.get().household == other.household
    assert not any("limitation" in line for line in describe_what_stays(merge))
    apart(merge, worker)
    assert ProcessingRestriction.objects.get().household == home
    assert not permissions.restrictions_of(other.household_id).exists()


def test_one_that_no_request_holds_any_more_becomes_that_of_a_new_request_and_may_end(worker, officer):
    """The register forgot the request, or an older backup was restored: nobody else could end it."""
    case = followed_by(worker)
    ledger._apply(f"restrict {case.household.public_id} 2026-10-01 accuracy -", at=NOON)
    ledger._apply(f"restrict {case.household.public_id} 2026-10-01 accuracy -", at=NOON)
    kept = ProcessingRestriction.objects.get()
    assert (kept.request, kept.put_by, kept.put_at.date()) == (None, None, date(2026, 9, 30))  # midnight in Paris
    asked = restricted(case, by=officer)
    kept = ProcessingRestriction.objects.get()
    assert (kept.request, kept.put_by) == (asked, None)


def test_what_ended_since_is_not_put_again(worker):
    home = followed_by(worker).household
    line = f"restrict {home.public_id} 2026-10-01 accuracy -"
    lifted = {ledger._which(f"lift {home.public_id} 2026-10-01 accuracy -")}
    assert ledger._apply(line, at=NOON, lifted=lifted) == 0
    assert not ProcessingRestriction.objects.exists()
