"""A diagnosis is filled block by block, finished once, and updated by making another from it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from cases.actions import diagnosis, measures
from cases.actions.diagnosis import CannotDiagnose
from cases.models import Diagnostic, HouseholdMember, JournalEntry
from tests.factories import NOON, household, member, person, reported, structure, tenancy

pytestmark = pytest.mark.django_db

ESSENTIALS = {
    "family": "couple_children",
    "cause": "income_loss",
    "resources": Decimal("1480.50"),
    "rent_resumed": "partly",
}


@pytest.fixture
def worker():
    return member("caf-91")


@pytest.fixture
def case():
    home = household(usual_name="Ferreira", first_names="Ana")
    child = person(usual_name="Ferreira", first_names="Petit")
    child.save()
    HouseholdMember.objects.create(household=home, beneficiary=child, position="child")
    return reported(tenancy(home=home, aid=Decimal("150.00")))


def acting(case, worker, **more: Any) -> dict[str, Any]:
    return {"case": case, "structure": structure("caf-91"), "by": worker, "at": NOON} | more


def save(case, worker, code="essentiel", *, version=0, lines=None, at=NOON, **values):
    return diagnosis.save_block(
        **acting(case, worker, at=at), code=code, values=values, lines=lines or {}, version=version
    )


def finish(case, worker, completeness="partial", *, at=NOON):
    return diagnosis.finish(**acting(case, worker, at=at), completeness=completeness, made_on=at.date())


def kinds(case):
    return [entry.kind for entry in case.journal.order_by("pk") if entry.kind.startswith("diagnosis.")]


def test_the_first_block_begins_the_draft_and_the_next_ones_fill_it(case, worker):
    save(case, worker, **ESSENTIALS)
    received = [{"kind": "rsa", "amount": Decimal("607.75")}, {"kind": "family", "amount": Decimal(400)}]
    resources = Decimal("1007.75")
    saved = save(case, worker, "ressources", resources=resources, lines={"resource_lines": received})
    draft = case.diagnostics.get()
    told = draft.is_draft, draft.family, draft.resources, draft.by
    assert told == (True, "couple_children", Decimal("1007.75"), worker)
    assert [(line.kind, line.amount) for line in draft.resource_lines.all()] == [
        ("rsa", Decimal("607.75")),
        ("family", Decimal("400.00")),
    ]
    assert [(block.code, block.version) for block in draft.blocks.all()] == [("essentiel", 1), ("ressources", 1)]
    assert saved.over is None
    assert kinds(case) == ["diagnosis.begun"]


def test_lines_are_written_again_as_a_whole(case, worker):
    save(case, worker, "dettes", lines={"debt_lines": [{"creditor": "EDF", "amount": Decimal(300)}]})
    save(case, worker, "dettes", version=1, lines={"debt_lines": [{"creditor": "Impôts", "amount": Decimal(80)}]})
    assert [line.creditor for line in case.diagnostics.get().debt_lines.all()] == ["Impôts"]


@pytest.mark.parametrize(
    "wrong", [{"resources": Decimal(-1)}, {"difficulties_since": "mars"}, {"delay_months": 37}, {"family": "dynasty"}]
)
def test_what_the_tables_refuse_leaves_nothing_half_written(case, worker, wrong):
    with pytest.raises(ValidationError):
        save(case, worker, cause="budget", **wrong)
    assert not Diagnostic.objects.exists()
    assert kinds(case) == []


def test_a_wrong_line_leaves_the_block_as_it_was(case, worker):
    save(case, worker, "dettes", other_debts=Decimal(300), lines={"debt_lines": [{"creditor": "EDF", "amount": 300}]})
    wrong = {"creditor": "EDF", "amount": Decimal(10), "monthly": Decimal(20)}
    with pytest.raises(ValidationError):
        save(case, worker, "dettes", version=1, other_debts=Decimal(10), lines={"debt_lines": [wrong]})
    draft = case.diagnostics.get()
    assert (draft.other_debts, draft.debt_lines.get().amount) == (Decimal(300), Decimal(300))


def test_the_last_one_wins_on_a_block_and_is_told_whose_it_replaces(case, worker):
    colleague = member("caf-91")
    save(case, worker, family="alone")
    save(case, colleague, "charges", expenses=Decimal(400))
    saved = save(case, colleague, family="couple", version=0)
    assert saved.over is not None
    assert (saved.over.saved_by, saved.over.saved_at) == (worker, NOON)
    draft = case.diagnostics.get()
    assert (draft.family, draft.expenses) == ("couple", Decimal(400))
    assert save(case, colleague, family="other", version=0).over is None, "his own words from another window"
    assert save(case, worker, family="alone", version=3).over is None, "he has read what he replaces"


def test_what_cannot_be_saved_is_kept_beside_what_was(case, worker):
    save(case, worker, "charges", expenses=Decimal(400))
    diagnosis.keep_unfinished(**acting(case, worker), code="charges", typed={"x": ["beaucoup"]}, version=1)
    draft = case.diagnostics.get()
    assert (draft.expenses, draft.blocks.get().unfinished) == (Decimal(400), {"x": ["beaucoup"]})
    with pytest.raises(CannotDiagnose, match="« Charges » contient une saisie à corriger"):
        finish(case, worker)
    save(case, worker, "charges", expenses=Decimal(410), version=2)
    finish(case, worker)
    assert case.diagnostics.get().blocks.get().unfinished == {}


def test_a_complete_diagnosis_says_what_it_misses(case, worker):
    save(case, worker, family="alone", resources=Decimal(0))
    with pytest.raises(CannotDiagnose, match="il manque : cause principale de l’impayé, loyer courant repris"):
        finish(case, worker, "complete")
    assert case.diagnostics.get().is_draft
    save(case, worker, version=1, **ESSENTIALS)
    finish(case, worker, "complete")
    made = case.diagnostics.get()
    assert (made.completeness, made.made_on, made.finished_at) == ("complete", date(2026, 11, 24), NOON)
    assert kinds(case) == ["diagnosis.begun", "diagnosis.made"]


def test_a_finished_one_keeps_the_cost_of_the_dwelling_and_who_lived_there(case, worker):
    finish(case, worker, "default")
    made = case.diagnostics.get()
    assert (made.rent, made.rent_charges, made.aid) == (Decimal("450.00"), Decimal("80.00"), Decimal("150.00"))
    assert [(line.beneficiary.first_names, line.position) for line in made.people.all()] == [
        ("Ana", "holder"),
        ("Petit", "child"),
    ]
    assert kinds(case) == ["diagnosis.made"], "it was begun in the same act"


def test_an_update_is_another_diagnosis_and_leaves_the_former_as_it_was(case, worker):
    save(case, worker, **ESSENTIALS, met_on=date(2026, 11, 20))
    save(case, worker, "charges", lines={"expense_lines": [{"kind": "phone", "amount": Decimal(20)}]})
    finish(case, worker)
    later = NOON + timedelta(days=40)
    case.household.memberships.get(position="child").delete()
    diagnosis.begin(**acting(case, worker, at=later))
    save(case, worker, at=later, rent_resumed="yes")
    finish(case, worker, "complete", at=later)
    former, update = case.diagnostics.finished()
    assert (former.rent_resumed, update.rent_resumed) == ("partly", "yes")
    assert (update.based_on, update.family, update.resources) == (former, "couple_children", Decimal("1480.50"))
    assert (former.met_on, update.met_on) == (date(2026, 11, 20), None), "an interview is of its day"
    assert [line.amount for line in update.expense_lines.all()] == [Decimal(20)]
    assert (former.people.count(), update.people.count()) == (2, 1)
    begun = JournalEntry.objects.filter(kind="diagnosis.begun").latest("pk")
    assert begun.data == {"diagnostic": update.pk, "updates": former.pk}


def test_the_measures_of_the_plan_need_not_be_typed_again(case, worker):
    cause = case.journal.latest("pk")
    kinds = ["fsl", "over_indebtedness", "rights"]
    fsl, debts, rights = measures.decide_measures(
        **acting(case, worker), kinds=kinds, on=date(2026, 11, 20), cause=cause
    )
    measures.follow_measure(**moved(fsl, worker), to="filed", on=date(2026, 11, 23))
    measures.follow_measure(**moved(rights, worker), to="dropped", on=date(2026, 11, 23))
    draft = diagnosis.begin(**acting(case, worker))
    assert [(line.kind, line.state, line.asked_on) for line in draft.devices.all()] == [
        ("fsl", "asked", "2026-11-23"),
        ("over_indebtedness", "to_ask", ""),
    ]
    assert debts.state == "to_build"


def moved(measure, worker) -> dict[str, Any]:
    return {"measure": measure, "details": {}, "structure": structure("caf-91"), "by": worker, "at": NOON}


def test_two_who_begin_work_on_the_same_draft(case, worker):
    assert diagnosis.begin(**acting(case, worker)) == diagnosis.begin(**acting(case, member("caf-91")))
    with pytest.raises(IntegrityError), transaction.atomic():
        Diagnostic.objects.create(case=case, by=worker)


def test_a_draft_that_is_given_up_is_erased_and_the_finished_one_stays(case, worker):
    save(case, worker, **ESSENTIALS)
    finish(case, worker)
    diagnosis.begin(**acting(case, worker))
    diagnosis.drop_draft(**acting(case, worker))
    assert [each.is_draft for each in case.diagnostics.all()] == [False]
    diagnosis.drop_draft(**acting(case, worker))
    assert kinds(case) == ["diagnosis.begun", "diagnosis.made", "diagnosis.begun", "diagnosis.dropped"]
