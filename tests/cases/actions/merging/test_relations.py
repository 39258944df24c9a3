"""Every relation to a person or a household is known, and so is what happens where both have a row."""

from typing import Any

import pytest
from django.db.models import UniqueConstraint

from cases.actions.merging.collisions import COLLISIONS
from cases.actions.merging.relations import Relation, relations_to
from cases.actions.rows import model_of
from cases.models import Beneficiary, Household

TO_A_PERSON = {
    ("cases.appointment", "person"),
    ("cases.diagnosticperson", "beneficiary"),
    ("cases.familycode", "beneficiary"),
    ("cases.diagnosticresource", "person"),
    ("cases.distinctpeople", "one"),
    ("cases.distinctpeople", "other"),
    ("cases.householdmember", "beneficiary"),
    ("cases.informationgiven", "beneficiary"),
    ("cases.leasedeparture", "beneficiary"),
    ("cases.leaseshare", "beneficiary"),
    ("cases.legalprotection", "beneficiary"),
    ("cases.letter", "recipient"),
    ("cases.letter", "signer"),
    ("cases.case", "beneficiary"),
    ("cases.coordination", "beneficiary"),
    ("cases.personfile", "person"),
    ("cases.referent", "beneficiary"),
}
TO_A_HOUSEHOLD = {
    ("cases.case", "household"),
    ("cases.debt", "household"),
    ("cases.erasedrow", "household"),
    ("cases.familycode", "household"),
    ("cases.householdfact", "household"),
    ("cases.householdmember", "household"),
    ("cases.legalhold", "household"),
    ("cases.processingrestriction", "household"),
    ("cases.retentionitem", "household"),
    ("cases.sharingobjection", "household"),
    ("cases.tenancy", "household"),
    ("workflows.identitydecision", "household"),
    ("workflows.importrow", "household"),
}


@pytest.mark.parametrize(("model", "known"), [(Beneficiary, TO_A_PERSON), (Household, TO_A_HOUSEHOLD)])
def test_a_new_relation_is_moved_by_a_merge_and_is_looked_at_here(model: Any, known: set[tuple[str, str]]):
    """It moves by itself. Add it above once you have thought: may both records have a row, of which one must go?"""
    assert {(relation.table, relation.field) for relation in relations_to(model)} == known


@pytest.mark.parametrize("model", [Beneficiary, Household])
def test_where_only_one_row_may_point_to_a_record_it_is_said_what_becomes_of_the_other(model: Any):
    unsaid = [relation for relation in relations_to(model) if is_unique(relation) and relation not in COLLISIONS]
    assert unsaid == []


def is_unique(relation: Relation) -> bool:
    options = model_of(relation.table)._meta
    named = [
        {*constraint.fields, *(name for each in constraint.expressions for name in names_in(each))}
        for constraint in options.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    together = [set(names) for names in options.unique_together]
    return options.get_field(relation.field).unique or any(relation.field in names for names in [*named, *together])


def names_in(expression: Any) -> set[str]:
    own = {expression.name} if hasattr(expression, "name") else set()
    parts = expression.get_source_expressions() if hasattr(expression, "get_source_expressions") else ()
    return own.union(*(names_in(each) for each in parts))


def test_the_test_above_sees_constraints_of_every_kind():
    assert is_unique(Relation("cases.householdmember", "beneficiary"))
    assert is_unique(Relation("cases.distinctpeople", "other"))
    assert is_unique(Relation("cases.debt", "tenancy"))
    assert not is_unique(Relation("cases.letter", "recipient"))
