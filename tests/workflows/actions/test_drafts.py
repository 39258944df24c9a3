"""Sending a draft: one effect whatever the clicks, and nothing written when it is refused."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from cases.models import Beneficiary, Case, JournalEntry, Tenancy
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests import factories
from tests.factories import NOON
from tests.workflows.test_engine import at_once
from tests.workflows.walk import Walk
from workflows.actions import drafts
from workflows.actions.drafts import Intake
from workflows.actions.known_tenancy import CannotReport
from workflows.models import CaseTask, ReportDraft


def begun(by: Any, code: str = "ccas-grigny") -> ReportDraft:
    return drafts.begin(author=by, structure=factories.structure(code), answers={"search": {}}, at=NOON)


def intake(**changes: Any) -> Intake:
    person = {"usual_name": "Belhadj", "first_names": "Nadia", "birth_date": "1984-03-12"}
    lease = {"landlord": factories.structure("gestionnaire-b"), "address": "4 rue de la Plaine"}
    return Intake(
        **({"balance": Decimal(900), "as_of": NOON.date(), "person": person, "lease": lease} | changes)  # type: ignore[arg-type]
    )


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_open_one_case():
    worker = factories.member("ccas-grigny")
    draft = begun(worker)

    def send() -> Any:
        return drafts.send(draft=draft, intake=intake(), by=worker, at=NOON).case_id

    first, second = at_once(send, send)

    assert first == second == Case.objects.get().pk
    assert Beneficiary.objects.count() == 1
    assert JournalEntry.objects.filter(kind="report.made").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_who_send_one_reference_at_once_record_one_lease():
    lease = {"landlord": factories.structure("gestionnaire-b"), "address": "4 rue de la Plaine", "reference": "B-1"}
    people = [factories.member("ccas-grigny"), factories.member("caf-91")]
    waiting = [(begun(person, code), person) for person, code in zip(people, ("ccas-grigny", "caf-91"), strict=True)]

    def send(draft: ReportDraft, person: Any) -> Any:
        try:
            return drafts.send(draft=draft, intake=intake(lease=lease), by=person, at=NOON).case_id
        except CannotReport as refusal:
            return str(refusal)

    results = at_once(*(partial(send, *each) for each in waiting))

    case = Case.objects.get()
    assert case.pk in results
    assert [words for words in results if "recharger la page" in str(words)]
    assert Tenancy.objects.get(reference="B-1") == case.tenancy
    assert ReportDraft.objects.filter(sent_at=None).count() == 1


@pytest.mark.django_db
def test_a_refused_report_writes_nothing_and_stays_a_draft():
    worker = factories.member("ccas-grigny")
    factories.tenancy(landlord="gestionnaire-b", reference="B-1")
    draft, people = begun(worker), Beneficiary.objects.count()
    lease = {"landlord": factories.structure("gestionnaire-b"), "address": "4 rue de la Plaine", "reference": "B-1"}

    with pytest.raises(CannotReport, match="autre locataire"):
        drafts.send(draft=draft, intake=intake(lease=lease), by=worker, at=NOON)

    draft.refresh_from_db()
    assert draft.sent_at is None
    assert Beneficiary.objects.count() == people


@pytest.mark.django_db
def test_a_lease_already_known_is_completed_and_never_overwritten():
    worker = factories.member("ccas-grigny")
    known = factories.tenancy(landlord="gestionnaire-b", reference="", aid_kind="", address="4 rue de la Plaine")
    lease = {"landlord": known.landlord, "address": "9 rue Fausse", "aid_kind": "ALF", "reference": "B-2"}

    drafts.send(draft=begun(worker), intake=intake(household=known.household, lease=lease), by=worker, at=NOON)

    found = Tenancy.objects.get()
    assert (found.address, found.aid_kind, found.reference) == ("4 rue de la Plaine", "ALF", "B-2")


@pytest.mark.django_db
def test_what_a_second_window_types_of_another_step_is_kept_too():
    worker = factories.member("ccas-grigny")
    draft = begun(worker)
    stale = ReportDraft.objects.get(pk=draft.pk)
    drafts.keep_parts(draft=draft, at=NOON, person={"usual_name": "Belhadj"})
    drafts.keep_parts(draft=stale, at=NOON, lease={"balance": "900"})

    draft.refresh_from_db()
    assert draft.answers == {"search": {}, "person": {"usual_name": "Belhadj"}, "lease": {"balance": "900"}}


def urgent(case: Case, *, by: Any) -> None:
    known = intake(tenancy=case.tenancy, is_urgent=True)
    drafts.send(draft=begun(by), intake=known, by=by, at=NOON)
    case.refresh_from_db()


@pytest.mark.django_db
def test_an_urgency_told_of_an_open_case_is_kept_once_and_told_to_whoever_has_it():
    agent, worker = factories.member("caf-91"), factories.member("ccas-grigny")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    case = factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)

    urgent(case, by=worker)
    urgent(case, by=worker)

    assert case.is_urgent
    drain_outbox(at=NOON)
    assert list(Notice.objects.filter(entry__kind="case.made_urgent").values_list("user_id", flat=True)) == [agent.pk]


@pytest.mark.django_db
def test_an_urgency_routes_at_once_a_case_that_waits_for_its_qualification():
    case = factories.reported(factories.tenancy(landlord="gestionnaire-b"), code="gestionnaire-b")
    assert CaseTask.objects.open().of_case(case).get().node == "qualify"

    urgent(case, by=factories.member("ccas-grigny"))

    assert CaseTask.objects.open().of_case(case).get().structure.code == "mds-grigny"


@pytest.mark.django_db
def test_a_landlord_who_has_a_plan_to_answer_is_not_told_of_an_urgency():
    worker, landlord = factories.member("caf-91"), factories.member("gestionnaire-b", "correspondent")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    walk = Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    walk.take("contact", by=worker, result="reached", channel="phone", made_on=NOON.date(), informed_by="phone")
    walk.take("diagnose", by=worker, completeness="default")
    plan = {"amount": Decimal(1060), "monthly": Decimal(100), "first_due_on": date(2026, 12, 5)}
    walk.take("plan", by=worker, kinds=["repayment"], **plan)
    assert CaseTask.objects.open().get().structure == lease.landlord

    urgent(walk.case, by=factories.member("ccas-grigny"))

    drain_outbox(at=NOON)
    told = Notice.objects.filter(entry__kind="case.made_urgent").values_list("user_id", flat=True)
    assert set(told) == {worker.pk}
    assert landlord.pk not in told


@pytest.mark.django_db
def test_a_small_debt_told_with_a_summons_opens_a_case_and_is_not_only_watched():
    """Rent known, 100 € owed: below one due."""
    owner = factories.member("gestionnaire-b", "correspondent")
    known = factories.tenancy(landlord="gestionnaire-b", rent=Decimal(600))
    said = {
        "balance": Decimal(100),
        "household": known.household,
        "tenancy": known,
        "person": {},
        "lease": {},
        "milestones": {"summons_served": date(2026, 11, 20)},
    }
    draft = drafts.send(draft=begun(owner, "gestionnaire-b"), intake=intake(**said), by=owner, at=NOON)
    assert draft.case is not None
    assert draft.case.milestones.get().kind == "summons_served"


def opened_without_landlord() -> Case:
    by = factories.member("ccas-grigny")
    said = {"landlord": None, "address": "4 rue de la Plaine"}
    drafts.send(draft=begun(by), intake=intake(lease=said, balance=None), by=by, at=NOON)
    return Case.objects.get()


@pytest.mark.django_db
def test_a_landlord_who_reports_whom_nobody_knew_to_be_his_tenant_completes_the_case_that_is_open():
    case = opened_without_landlord()
    his, by = factories.structure("bailleur-a"), factories.member("bailleur-a", "correspondent")
    lease = {"landlord": his, "reference": "L7001", "address": "4, rue de la Plaine"}
    said = intake(lease=lease, household=case.household)
    sent = drafts.send(draft=begun(by, "bailleur-a"), intake=said, by=by, at=NOON)
    tenancy = Tenancy.objects.get()
    assert (sent.case, Case.objects.count()) == (case, 1)
    assert (tenancy.landlord, tenancy.reference, tenancy.debt.creditor) == (his, "L7001", his)


@pytest.mark.django_db
def test_another_dwelling_of_the_household_is_another_lease():
    case = opened_without_landlord()
    his, by = factories.structure("bailleur-a"), factories.member("bailleur-a", "correspondent")
    said = intake(lease={"landlord": his, "address": "12 avenue des Lilas"}, household=case.household)
    drafts.send(draft=begun(by, "bailleur-a"), intake=said, by=by, at=NOON)
    assert Tenancy.objects.count() == 2
    assert case.tenancy is not None
    assert case.tenancy.landlord_is_unknown
