"""A case of another structure is not completed before it agrees; what may not wait does not."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases.actions import case as cases
from cases.actions.notices import NoticeReception
from cases.models import (
    Case,
    DebtStatement,
    HouseholdFact,
    JournalEntry,
    Milestone,
    Note,
    Report,
    Tenancy,
    User,
)
from cases.refusals import NotAllowed
from cases.rules.notices import TypedLine
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests import factories
from tests.factories import NOON
from tests.workflows.walk import Walk
from workflows.actions import completions, drafts, overpayment
from workflows.actions.completions import CannotComplete
from workflows.actions.drafts import Intake
from workflows.models import ProposedCompletion, ReportDraft

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> User:
    return factories.member("caf-91")


@pytest.fixture
def stranger() -> User:
    """Of the CCAS, which has no part in the case."""
    return factories.member("ccas-grigny")


def followed(worker: User, **person: Any) -> Case:
    home = factories.household(usual_name="Belhadj", first_names="Nadia", **person)
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=home, reference="")
    case = factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)
    Walk(case).take("answer", by=worker, accept=True, professional=worker, reason="")
    case.refresh_from_db()
    return case


def reported_again(case: Case, *, by: User, code: str = "ccas-grigny", **more: Any) -> ReportDraft:
    said: dict[str, Any] = {
        "balance": Decimal("1480.00"),
        "as_of": NOON.date(),
        "tenancy": case.tenancy,
        "person": {
            "usual_name": "Belhadj", "first_names": "Nadia", "phone": "+33612345678", "caf_number": "1234567",
        },
        "lease": {"reference": "B-99", "address": "11 allée des Érables"},
        "facts": {"rsa": True, "msa": True},
        "details": {"months_unpaid": Decimal(3)},
    }  # fmt: skip
    draft = drafts.begin(author=by, structure=factories.structure(code), answers={}, at=NOON)
    return drafts.send(draft=draft, intake=Intake(**said | more), by=by, at=NOON)


def written(case: Case) -> dict[str, Any]:
    """What a stranger would add."""
    person = case.household.members.get()
    assert case.tenancy
    case.tenancy.refresh_from_db()
    return {
        "phone": person.phone,
        "caf_number": person.caf_number,
        "reference": case.tenancy.reference,
        "facts": {fact.name: fact.value for fact in HouseholdFact.objects.filter(household=case.household)},
        "balances": sorted(DebtStatement.objects.values_list("balance", flat=True)),
        "reports": set(Report.objects.filter(case=case).values_list("structure__code", flat=True)),
        "notes": Note.objects.count(),
    }


def told(kind: str) -> set[int]:
    drain_outbox(at=NOON)
    return set(Notice.objects.filter(entry__kind=kind).values_list("user_id", flat=True))


BEFORE = {
    "phone": "",
    "caf_number": "",
    "reference": "",
    "facts": factories.FAMILY,
    "balances": [Decimal("1060.00")],
    "reports": {"gestionnaire-b"},
    "notes": 0,
}


def test_nothing_is_written_in_the_case_of_another_structure_before_it_agrees(worker, stranger):
    case = followed(worker)

    sent = reported_again(case, by=stranger)

    assert sent.case == case
    assert sent.told["proposed"] is True
    assert written(case) == BEFORE
    waiting = ProposedCompletion.objects.get()
    assert (waiting.state, waiting.by, waiting.structure.code) == ("asked", stranger, "ccas-grigny")
    assert waiting.said == {
        "person": {
            "usual_name": "Belhadj", "first_names": "Nadia", "phone": "+33612345678", "caf_number": "1234567",
        },
        "lease": {"reference": "B-99", "address": "11 allée des Érables"},
        "facts": {"rsa": True, "msa": True},
        "debt": {"balance": "1480.00", "as_of": "2026-11-24", "months_unpaid": "3"},
    }  # fmt: skip
    assert told("completion.proposed") == {worker.pk}


def test_the_household_that_a_stranger_names_without_its_lease_is_not_completed_either(worker, stranger):
    case = followed(worker)
    lease = {"landlord": factories.structure("gestionnaire-b"), "reference": "B-99", "rent": Decimal(700)}

    reported_again(case, by=stranger, tenancy=None, household=case.household, lease=lease)

    assert written(case) == BEFORE
    assert ProposedCompletion.objects.get().said["lease"] == {"reference": "B-99", "rent": "700"}


def test_an_act_that_was_received_and_an_urgency_do_not_wait(worker, stranger):
    case = followed(worker)

    reported_again(case, by=stranger, is_urgent=True, milestones={"summons_served": date(2026, 11, 20)})

    case.refresh_from_db()
    assert case.is_urgent
    assert Milestone.objects.get(kind="summons_served").happened_on == date(2026, 11, 20)
    assert worker.pk in told("case.made_urgent")
    assert written(case) == BEFORE


def test_what_is_agreed_to_is_written_and_overwrites_no_identity(worker, stranger):
    case = followed(worker, phone="+33100000000")
    reported_again(case, by=stranger)
    waiting = ProposedCompletion.objects.get()
    kept = ["person.phone", "person.caf_number", "lease.reference", "facts.rsa", "debt"]

    completions.accept(proposed=waiting, kept=kept, by=worker, at=NOON)

    assert written(case) == {
        "phone": "+33100000000",
        "caf_number": "1234567",
        "reference": "B-99",
        "facts": factories.FAMILY | {"rsa": True},
        "balances": [Decimal("1060.00"), Decimal("1480.00")],
        "reports": {"gestionnaire-b", "ccas-grigny"},
        "notes": 1,
    }
    assert Note.objects.get().text.replace("\u00a0", " ") == (
        "Téléphone de BELHADJ Nadia, selon CCAS de Grigny : 06 12 34 56 78."
    )
    waiting.refresh_from_db()
    assert (waiting.state, waiting.said, waiting.answered_by) == ("accepted", {}, worker)
    line = JournalEntry.objects.get(kind="completion.accepted")
    assert (line.actor, line.data["to"], sorted(line.data["fields"])) == (
        worker, stranger.pk, ["debt", "facts.rsa", "lease.reference", "person.caf_number", "person.phone"],
    )  # fmt: skip
    assert JournalEntry.objects.get(kind="person.corrected").cause == line
    assert told("completion.accepted") == {stranger.pk}


def test_what_is_declined_leaves_nothing_but_its_line(worker, stranger):
    case = followed(worker)
    reported_again(case, by=stranger)
    waiting = ProposedCompletion.objects.get()

    completions.decline(proposed=waiting, reason="other", by=worker, at=NOON)

    assert written(case) == BEFORE
    waiting.refresh_from_db()
    assert (waiting.state, waiting.said, waiting.decline_reason) == ("declined", {}, "other")
    assert told("completion.declined") == {stranger.pk}
    with pytest.raises(CannotComplete, match="déjà décliné\\."):
        completions.accept(proposed=waiting, kept=["debt"], by=worker, at=NOON)


def test_only_who_answers_for_the_case_agrees(worker, stranger):
    case = followed(worker)
    reported_again(case, by=stranger)
    waiting = ProposedCompletion.objects.get()
    for other in (stranger, factories.member("ccas-grigny", "manager"), factories.member("mds-grigny", "manager")):
        with pytest.raises(NotAllowed):
            completions.accept(proposed=waiting, kept=["debt"], by=other, at=NOON)
    with pytest.raises(CannotComplete, match="Cocher ce que vous retenez"):
        completions.accept(proposed=waiting, kept=["person.email"], by=worker, at=NOON)
    assert written(case) == BEFORE


def test_whoever_sees_the_case_and_whoever_works_where_it_is_followed_complete_it_at_once(worker):
    case = followed(worker)
    colleague = factories.member("caf-91")

    reported_again(case, by=colleague, code="caf-91")

    assert not ProposedCompletion.objects.exists()
    assert written(case)["caf_number"] == "1234567"


def test_the_counter_hands_its_sheet_and_says_that_the_rest_waits(worker):
    case = followed(worker)
    agent = factories.member("ccas-grigny-accueil", "front_desk")

    sent = reported_again(
        case, by=agent, code="ccas-grigny-accueil", met_at_counter=True, is_informed=True, called="BELHADJ Nadia"
    )

    assert sent.letter is not None
    assert case.contact_attempts.get().by == agent
    assert written(case) == BEFORE


def test_a_case_of_ones_own_fills_what_was_unknown_and_replaces_no_fact_of_a_household_followed_elsewhere(
    worker, stranger
):
    case = followed(worker)
    other = factories.tenancy(landlord="bailleur-a", home=case.household)

    sent = reported_again(case, by=stranger, tenancy=other)

    assert sent.case not in (None, case)
    assert written(case)["facts"] == factories.FAMILY | {"msa": True}
    waiting = ProposedCompletion.objects.get()
    assert (waiting.case, waiting.said) == (case, {"facts": {"rsa": True}})


def test_a_notice_of_ones_own_replaces_no_fact_of_a_household_followed_elsewhere(worker, stranger):
    case = followed(worker)

    opened = overpayment.open_with_notice(
        household=case.household,
        operator="caf",
        letter_date=date(2026, 11, 9),
        received=NoticeReception(on=date(2026, 11, 12), how="post"),
        lines=[TypedLine(benefit="apl", amount=Decimal("412.00"))],
        facts={"rsa": True, "msa": True},
        structure=factories.structure("ccas-grigny"),
        by=stranger,
        at=NOON,
    )

    facts = written(case)["facts"]
    assert (facts["rsa"], facts["msa"]) == (factories.FAMILY["rsa"], True)
    waiting = ProposedCompletion.objects.get()
    assert waiting.case == case != opened
    assert waiting.said["facts"]["rsa"] is True


def test_nothing_is_proposed_where_nothing_is_said(worker, stranger):
    reported_again(
        followed(worker), by=stranger, balance=None, facts={}, lease={}, person={"usual_name": "B", "first_names": "N"}
    )
    assert not ProposedCompletion.objects.exists()


def test_a_zero_and_a_no_are_said_and_read_as_words(worker, stranger):
    case = followed(worker)
    lease = Tenancy.objects.get(cases=case)
    Tenancy.objects.filter(pk=lease.pk).update(
        rent=Decimal(480), charges=None, direct_payment=True, lease_date=date(2020, 5, 1), housing="private"
    )
    said = {
        "rent": Decimal(512), "charges": Decimal(0), "direct_payment": False, "lease_date": date(2024, 1, 1),
        "housing": "social", "aid": None,
    }  # fmt: skip
    reported_again(case, by=stranger, balance=None, facts={}, person={}, lease=said)
    waiting = ProposedCompletion.objects.get()
    assert waiting.said["lease"] == {
        "rent": "512", "charges": "0", "direct_payment": False, "lease_date": "2024-01-01", "housing": "social",
    }  # fmt: skip

    completions.accept(proposed=waiting, kept=[f"lease.{name}" for name in said], by=worker, at=NOON)

    lease.refresh_from_db()
    assert lease.charges == 0
    who = "selon CCAS de Grigny"
    assert {text.replace("\u00a0", " ").replace("\u202f", " ") for text in Note.objects.values_list("text", flat=True)} == {
        f"Loyer {who} : 512,00 €.", f"Bail du {who} : 01/01/2024.", f"Parc {who} : parc social.",
        f"Aide versée au bailleur {who} : non.",
    }  # fmt: skip


def test_a_precaution_of_who_is_not_known_by_that_name_is_observed(worker, stranger):
    case = followed(worker)
    careful = {"usual_name": "Belhadj-Martin", "first_names": "Nadia", "no_message": True}

    sent = reported_again(case, by=stranger, balance=None, facts={}, lease={}, person=careful)

    note = Note.objects.get()
    assert (note.visibility, note.case) == ("shared", case)
    assert note.text.startswith("Précaution pour joindre BELHADJ-MARTIN Nadia, selon CCAS de Grigny")
    assert note.text.endswith(" : pas de message vocal ni de SMS.")
    assert "proposed" not in sent.told


def test_what_waits_when_a_case_closes_is_declined_and_erased(worker, stranger):
    case = followed(worker)
    reported_again(case, by=stranger)

    cases.close_case(case=case, outcome="cleared", at=NOON, by=None)

    waiting = ProposedCompletion.objects.get()
    assert (waiting.state, waiting.decline_reason, waiting.said, waiting.answered_by) == (
        "declined",
        "closed",
        {},
        None,
    )
    assert told("completion.declined") == {stranger.pk}
    with pytest.raises(CannotComplete, match="vient d’être clos"):
        completions.propose(
            case=case, structure=waiting.structure, by=stranger, at=NOON,
            completion=completions.TypedCompletion(
                person={}, lease={}, facts={"rsa": True}, balance=None, as_of=NOON.date(), details={}
            ),
        )  # fmt: skip
