"""An opposition ends what rests on the ground that is opposed, for good, and destroys what was shown so."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cases import permissions
from cases.actions import case as cases, partners, subject_requests, support
from cases.actions.merging.unmerge import describe_what_stays
from cases.actions.purges import PURGES
from cases.actions.retention import ages, ledger
from cases.actions.retention.anonymise import forget_past_rows
from cases.actions.retention.holds import put_hold
from cases.actions.sharing import CannotShare
from cases.actions.subject_requests import CannotChangeSubjectRequest
from cases.invariants import INVARIANTS
from cases.models import (
    Assignment,
    Case,
    Coordination,
    Household,
    JournalEntry,
    Note,
    Participation,
    PastRow,
    Referent,
    SharingObjection,
    SubjectRequest,
    User,
    Vacancy,
)
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests import factories
from tests.cases.actions.merging.test_merge import apart, homes_together
from tests.factories import NOON
from tests.journeys import scene
from tests.workflows.views.case.test_case import followed_by
from workflows.actions import objections, restrictions
from workflows.invariants import INVARIANTS as OF_WORKFLOWS
from workflows.models import CaseTask, Export

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def worker() -> User:
    return factories.member("caf-91")


@pytest.fixture
def officer() -> User:
    return factories.member("caf-91-pilotage", "dpo")


@pytest.fixture
def helper() -> User:
    """Who sees the cases of the CCAS."""
    return factories.member("ccas-grigny", "manager")


def shared(worker: User, *, basis: str = "SH-4") -> Case:
    """With the CCAS, which wrote about it, was told of it and took lists away; and with the MDS on another ground."""
    case = followed_by(worker)
    for code, ground in (("ccas-grigny", basis), ("mds-grigny", "SH-1")):
        partners.add(case=case, structure=factories.structure(code), level="card", basis=ground, by=worker, at=NOON)
    return case


def asked(case: Case, *, by: User, reference: str = "DPO-1") -> SubjectRequest:
    desk = factories.structure("caf-91-pilotage")
    return subject_requests.record(
        organisation=desk.organisation, structure=desk, reference=reference, kind="objection", channel="email",
        received_on=TODAY, case=case, by=by, at=NOON,
    )  # fmt: skip


def oppose(request: SubjectRequest, *, by: User, basis: str = "SH-4") -> None:
    desk = factories.structure("caf-91-pilotage")
    objections.object_to_sharing(request=request, basis=basis, structure=desk, channel="email", by=by, at=NOON)


def wrote(case: Case, author: User, code: str, text: str, **more: Any) -> Note:
    structure = factories.structure(code)
    return support.write_note(
        case=case, structure=structure, author=author, text=text, visibility="internal", at=NOON, **more
    )


def took_a_list(by: User, *, days_ago: int = 0) -> Export:
    made = Export(by=by, list_code="situations", format="csv", state="done", asked_at=NOON - timedelta(days=days_ago))
    made.file.save("liste.csv", ContentFile(b"nom;dette"), save=False)
    made.save()
    return made


def test_who_saw_by_the_ground_that_is_opposed_sees_no_more_and_the_others_still_do(worker, officer, helper):
    case, manager = shared(worker), factories.member("mds-grigny", "manager")
    request = asked(case, by=officer)
    assert permissions.can_view(helper, case, at=TODAY)

    oppose(request, by=officer)

    assert not permissions.can_view(helper, case, at=TODAY)
    assert permissions.can_view(manager, case, at=TODAY)
    assert permissions.can_view(worker, case, at=TODAY)
    assert not Assignment.objects.active(TODAY).filter(case=case, structure__code="ccas-grigny").exists()
    request.refresh_from_db()
    assert (request.state, request.outcome, request.ended_on) == ("answered", "granted", TODAY)
    kept = SharingObjection.objects.get()
    assert (kept.household, kept.basis, kept.request, kept.objected_on) == (case.household, "SH-4", request, TODAY)


def test_what_was_shown_so_is_destroyed_with_its_files_and_its_past(
    worker, officer, helper, django_capture_on_commit_callbacks
):
    case = shared(worker)
    wrote(case, helper, "ccas-grigny", "Madame relève peut-être de l’aide au chauffage.")
    kept = wrote(case, worker, "caf-91", "Rendez-vous tenu.")
    drain_outbox(at=NOON)
    assert Notice.objects.filter(user=helper, entry__case=case).exists()
    taken, before = took_a_list(helper), took_a_list(helper, days_ago=3)
    paper = str(taken.file.name)
    assert default_storage.exists(paper)

    with django_capture_on_commit_callbacks(execute=True):
        oppose(asked(case, by=officer), by=officer)

    assert list(Note.objects.values_list("pk", flat=True)) == [kept.pk]
    assert not Notice.objects.filter(user=helper, entry__case=case).exists()
    assert not default_storage.exists(paper)
    assert list(Export.objects.values_list("pk", flat=True)) == [before.pk]
    line = JournalEntry.objects.get(kind="sharing.objected")
    assert (line.case, line.actor, line.structure) == (case, officer, factories.structure("ccas-grigny"))
    assert line.data == {"basis": "SH-4", "destroyed": {"notes": 1, "exports": 1, "notices": 1}}
    assert PastRow.objects.filter(table_name="cases_note").exists()
    forget_past_rows()
    assert not PastRow.objects.filter(table_name="cases_note").exists()


def test_it_is_told_to_who_answers_for_the_case_and_to_who_saw_it(worker, officer, helper):
    case = shared(worker)
    drain_outbox(at=NOON)

    oppose(asked(case, by=officer), by=officer)

    drain_outbox(at=NOON)
    told = Notice.objects.values_list("user", "entry__kind")
    assert (worker.pk, "sharing.objected") in told
    assert (helper.pk, "sharing.ended") in told


def test_nobody_shares_any_more_on_a_ground_that_was_opposed(worker, officer):
    case, ccas = shared(worker), factories.structure("ccas-grigny")
    oppose(asked(case, by=officer), by=officer)
    with pytest.raises(CannotShare, match="s’est opposée"):
        partners.add(case=case, structure=ccas, level="card", basis="SH-4", by=worker, at=NOON)
    mds = Participation.objects.get(case=case, structure__code="mds-grigny", until=None)
    with pytest.raises(CannotShare, match="s’est opposée"):
        partners.change(participation=mds, level="card", basis="SH-4", by=worker, at=NOON)
    partners.add(case=case, structure=ccas, level="card", basis="SH-7", by=worker, at=NOON)


def test_another_ground_may_be_opposed_and_what_a_procedure_opened_stays(worker, officer, helper):
    case = shared(worker, basis="SH-8")
    assert [each.value for each in objections.opposable_bases(asked(case, by=officer))] == ["SH-1", "SH-4", "SH-8"]

    oppose(asked(case, by=officer, reference="DPO-2"), by=officer, basis="SH-8")

    standing = Participation.objects.filter(case=case, until=None).values_list("structure__code", "basis")
    assert sorted(standing) == [("caf-91", "SH-8"), ("mds-grigny", "SH-1")]


def test_an_opposition_that_nothing_rests_on_is_refused_and_leaves_the_request(worker, officer):
    case = followed_by(worker)
    request = asked(case, by=officer)
    with pytest.raises(CannotChangeSubjectRequest, match="article 21, 1"):
        oppose(request, by=officer, basis="SH-8")
    request.refresh_from_db()
    assert request.is_waiting
    assert not SharingObjection.objects.exists()


def test_possible_rights_may_be_opposed_before_anybody_sees_the_case_by_them(worker, officer):
    case = followed_by(worker)
    request = asked(case, by=officer)

    oppose(request, by=officer)

    request.refresh_from_db()
    assert not request.is_waiting
    with pytest.raises(CannotShare, match="s’est opposée"):
        partners.add(
            case=case, structure=factories.structure("ccas-grigny"), level="card", basis="SH-4", by=worker, at=NOON
        )


def test_who_answers_for_the_case_keeps_it_whatever_it_was_shown_by_before(worker, officer, helper):
    case = shared(worker)
    kept = wrote(case, helper, "ccas-grigny", "Visite faite.")
    cases.make_responsible(case=case, structure=factories.structure("ccas-grigny"), at=NOON, by=worker)
    part = Participation.objects.get(case=case, structure__code="ccas-grigny", until=None)
    assert (part.part, part.basis) == ("lead", "SH-8")
    Participation.objects.filter(pk=part.pk).update(basis="SH-4")

    oppose(asked(case, by=officer), by=officer)

    assert permissions.can_view(helper, case, at=TODAY)
    assert list(Note.objects.all()) == [kept]


def test_a_hold_keeps_what_an_opposition_would_destroy(worker, officer, helper):
    case, desk = shared(worker), factories.structure("caf-91-pilotage")
    wrote(case, helper, "ccas-grigny", "Visite faite.")
    put_hold(case=case, reason="litigation", structure=desk, by=officer, at=NOON)
    with pytest.raises(CannotChangeSubjectRequest, match="Ce dossier est gelé"):
        oppose(asked(case, by=officer), by=officer)
    assert Note.objects.count() == 1
    assert permissions.can_view(helper, case, at=TODAY)


def test_what_was_made_on_another_ground_before_stays(worker, officer, helper):
    case, later = shared(worker, basis="SH-1"), NOON + timedelta(hours=1)
    kept = wrote(case, helper, "ccas-grigny", "Sur un autre fondement.")
    part = Participation.objects.get(case=case, structure__code="ccas-grigny", until=None)
    partners.change(participation=part, level="card", basis="SH-4", by=worker, at=later)
    support.write_note(
        case=case, structure=part.structure, author=helper, text="Sur celui-ci.", visibility="internal", at=later
    )

    oppose(asked(case, by=officer), by=officer)

    assert list(Note.objects.all()) == [kept]


def test_a_list_that_is_not_written_yet_is_not_delivered_later(worker, officer, helper):
    case = shared(worker)
    for state in ("waiting", "running"):
        Export.objects.create(by=helper, list_code="situations", format="csv", state=state, asked_at=NOON)
    oppose(asked(case, by=officer), by=officer)
    assert not Export.objects.exists()


@pytest.mark.parametrize("ground", ["accuracy", "unlawful", "claims"])
def test_nothing_is_destroyed_while_she_asked_that_it_be_kept(worker, officer, helper, ground):
    case, desk = shared(worker), factories.structure("caf-91-pilotage")
    wrote(case, helper, "ccas-grigny", "Madame relève peut-être de l’aide au chauffage.")
    to_keep = scene.subject_request(case, by=officer, reference="DPO-2", kind="restriction")
    restrictions.restrict(request=to_keep, ground=ground, structure=desk, channel="email", by=officer, at=NOON)
    with pytest.raises(CannotChangeSubjectRequest, match="la lever d’abord"):
        oppose(asked(case, by=officer), by=officer)
    assert Note.objects.count() == 1
    assert not SharingObjection.objects.exists()


def test_what_is_restricted_until_her_opposition_is_answered_does_not_prevent_the_answer(worker, officer):
    case, desk = shared(worker), factories.structure("caf-91-pilotage")
    to_wait = scene.subject_request(case, by=officer, reference="DPO-2", kind="restriction")
    restrictions.restrict(request=to_wait, ground="objection", structure=desk, channel="email", by=officer, at=NOON)
    oppose(asked(case, by=officer), by=officer)
    assert SharingObjection.objects.get().basis == "SH-4"


def test_a_file_stays_until_the_opposition_is_committed(worker, officer, helper):
    case = shared(worker)
    paper = str(took_a_list(helper).file.name)
    oppose(asked(case, by=officer), by=officer)
    assert default_storage.exists(paper)


def test_the_register_forgets_the_request_at_its_age_and_the_ground_stays_opposed(worker, officer):
    case = shared(worker)
    oppose(asked(case, by=officer), by=officer)
    assert ages.forget_subject_requests(at=NOON + timedelta(days=5000)) == 1
    kept = SharingObjection.objects.get()
    assert (kept.basis, kept.request) == ("SH-4", None)


def test_after_an_older_backup_what_was_shown_is_destroyed_again_whatever_is_kept_since(worker, officer, helper):
    """She opposed, then asked for a restriction; of a restored backup, the restriction comes first."""
    case, desk = shared(worker), factories.structure("caf-91-pilotage")
    wrote(case, helper, "ccas-grigny", "Madame relève peut-être de l’aide au chauffage.")
    to_keep = scene.subject_request(case, by=officer, reference="DPO-2", kind="restriction")
    restrictions.restrict(request=to_keep, ground="accuracy", structure=desk, channel="email", by=officer, at=NOON)
    ledger._apply(f"oppose {case.household.public_id} 2026-10-01 SH-4", at=NOON)
    assert not Note.objects.exists()


def test_what_two_households_that_became_one_opposed_is_opposed_again_once(worker, officer):
    case = shared(worker)
    absorbed = factories.household()
    Household.objects.filter(pk=absorbed.pk).update(merged_into=case.household)
    for home in (absorbed, case.household):
        ledger._apply(f"oppose {home.public_id} 2026-10-01 SH-4", at=NOON)
    assert list(SharingObjection.objects.values_list("household", "basis", "objected_on")) == [
        (case.household_id, "SH-4", date(2026, 10, 1))
    ]
    assert JournalEntry.objects.filter(kind="sharing.objected").count() == 1


def test_whoever_follows_her_in_a_coordination_ends_with_the_access_that_is_opposed(worker, officer):
    hugo, rose = factories.member("mds-grigny"), factories.member("mds-grigny", "manager")
    case, mds = scene.coordinated(worker=worker, helper=hugo), factories.structure("mds-grigny")
    assert Participation.objects.get(case=case, structure=mds, until=None).part == "support"
    drain_outbox(at=NOON)

    oppose(asked(case, by=officer), by=officer, basis="SH-1")

    ended = Referent.objects.get(case=case, structure=mds)
    assert (ended.state, ended.end_reason, ended.until) == ("ended", "refusal", TODAY)
    assert not Vacancy.objects.open().filter(case=case).exists()
    assert not permissions.can_view(hugo, case, at=TODAY)
    assert permissions.can_view(worker, case, at=TODAY)
    assert not Coordination.objects.current().filter(case=case).exists()
    waiting = CaseTask.objects.open().of_case(case).values_list("node", "structure__code")
    assert list(waiting) == [("follow_up", "caf-91")]
    kinds = set(JournalEntry.objects.filter(case=case, structure=mds, actor=officer).values_list("kind", flat=True))
    assert {"sharing.ended", "place.opposed", "referent.ended", "sharing.objected"} <= kinds
    drain_outbox(at=NOON)
    told = set(Notice.objects.values_list("user", "entry__kind"))
    assert {
        (rose.pk, "sharing.ended"),
        (worker.pk, "sharing.objected"),
        (hugo.pk, "place.opposed"),
    } <= told
    assert [each.code for each in [*INVARIANTS, *OF_WORKFLOWS] if each.broken(TODAY)] == []


def test_every_application_says_what_it_destroys():
    assert sorted(PURGES) == ["completions", "documents", "exports", "notes", "notices", "requests", "steps"]


def test_it_goes_back_with_the_case_of_the_household_that_is_another_again(worker, officer):
    case, other = followed_by(worker), factories.reported()
    merge = homes_together(other.household, case.household, worker)
    home = case.household
    case.refresh_from_db()
    oppose(asked(case, by=officer), by=officer)
    assert SharingObjection.objects.get().household == other.household
    assert not any("opposition" in line for line in describe_what_stays(merge))
    apart(merge, worker)
    assert SharingObjection.objects.get().household == home


def test_what_the_other_household_asked_since_stays_with_it(worker, officer):
    case, other = followed_by(worker), factories.reported()
    merge = homes_together(other.household, case.household, worker)
    oppose(asked(other, by=officer), by=officer)
    apart(merge, worker)
    assert SharingObjection.objects.get().household == other.household


@pytest.mark.parametrize("first", ["kept", "absorbed"])
def test_what_both_opposed_while_they_were_one_household_each_still_opposes(worker, officer, first):
    case, other = followed_by(worker), factories.reported()
    homes = {other.household, case.household}
    merge = homes_together(other.household, case.household, worker)
    case.refresh_from_db()
    for number, each in enumerate((other, case) if first == "kept" else (case, other)):
        oppose(asked(each, by=officer, reference=f"DPO-{number}"), by=officer)
    apart(merge, worker)
    assert {each.household for each in SharingObjection.objects.filter(basis="SH-4")} == homes


@pytest.mark.parametrize("before", ["kept", "absorbed"])
def test_what_one_had_opposed_and_the_other_opposed_while_they_were_one_each_still_opposes(worker, officer, before):
    case, other = followed_by(worker), factories.reported()
    homes = {other.household, case.household}
    already, later = (other, case) if before == "kept" else (case, other)
    oppose(asked(already, by=officer, reference="DPO-1"), by=officer)
    merge = homes_together(other.household, case.household, worker)
    for each in (already, later):
        each.refresh_from_db()
    oppose(asked(later, by=officer, reference="DPO-2"), by=officer)
    apart(merge, worker)
    assert {each.household for each in SharingObjection.objects.filter(basis="SH-4")} == homes


def test_an_opposition_of_which_the_register_forgot_whose_it_was_is_of_each(worker, officer):
    case, other = followed_by(worker), factories.reported()
    homes = {other.household, case.household}
    merge = homes_together(other.household, case.household, worker)
    case.refresh_from_db()
    oppose(asked(case, by=officer), by=officer)
    assert ages.forget_subject_requests(at=NOON + timedelta(days=5000)) == 1
    apart(merge, worker)
    assert {each.household for each in SharingObjection.objects.filter(basis="SH-4")} == homes
