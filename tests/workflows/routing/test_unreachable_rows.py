from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cases.rules.conditions import Key, KeyKind, Operator, RuleCondition, Value, all_of, any_of, read_condition
from workflows.routing.unreachable_rows import cannot_match, is_shadowed

KEYS = {
    "rsa": Key(code="rsa", label="RSA", kind=KeyKind.YES_NO),
    "age": Key(code="age", label="Âge", kind=KeyKind.NUMBER),
    "aid": Key(code="aid", label="Aide", kind=KeyKind.CHOICE, choices={"APL": "APL", "ALF": "ALF", "none": "aucune"}),
}


class Row:
    def __init__(self, code: str, *, all: tuple[RuleCondition, ...] = (), any: tuple[RuleCondition, ...] = ()):  # noqa: A002
        self.code, self.all, self.any = code, all, any

    def matches(self, facts: dict[str, Value]) -> bool:
        verdicts = [c.holds(facts[c.key.code]) for c in self.all]
        if self.any:
            verdicts.append(any_of(c.holds(facts[c.key.code]) for c in self.any))
        return all_of(verdicts) is True


def asks(key: str, operator: str, value: object) -> RuleCondition:
    return read_condition({"key": key, "operator": operator, "value": value}, keys=KEYS)


ADULT, SENIOR, MINOR = asks("age", "at_least", 18), asks("age", "at_least", 60), asks("age", "below", 18)
RSA, NO_RSA = asks("rsa", "is", True), asks("rsa", "is", False)
APL, ANY_AID = asks("aid", "is", "APL"), asks("aid", "is_not", "none")


@pytest.mark.parametrize(
    ("earlier", "later", "taken_by"),
    [
        (Row("A", all=(ADULT,)), Row("B", all=(SENIOR,)), "A"),
        (Row("A", all=(SENIOR,)), Row("B", all=(ADULT,)), ""),
        (Row("A", all=(RSA,)), Row("B", all=(RSA, APL)), "A"),
        (Row("A", all=(RSA, APL)), Row("B", all=(RSA,)), ""),
        (Row("A", all=(ANY_AID,)), Row("B", all=(APL,)), "A"),
        (Row("A", any=(RSA, APL)), Row("B", all=(APL, SENIOR)), "A"),
        (Row("A", all=(RSA,)), Row("B", any=(RSA, APL)), ""),
        (Row("A", any=(RSA, APL)), Row("B", any=(APL, RSA)), "A"),
        (Row("A", all=(asks("age", "above", 18),)), Row("B", all=(ADULT,)), ""),
        (Row("A", all=(ADULT,)), Row("B", all=(asks("age", "above", 18),)), "A"),
        (Row("A", all=(asks("age", "in", [18, 19]),)), Row("B", all=(asks("age", "is", 18),)), ""),
    ],
)
def test_a_row_inside_an_earlier_one_is_shadowed(earlier: Row, later: Row, taken_by: str):
    assert is_shadowed(later, by=[earlier]) == taken_by


def test_two_rows_together_may_shadow_a_third():
    later = Row("C", any=(RSA, APL))
    assert is_shadowed(later, by=[Row("A", all=(RSA,)), Row("B", all=(ANY_AID,))]) == "B"


@pytest.mark.parametrize(
    ("all_", "any_", "never"),
    [
        ((SENIOR, MINOR), (), True),
        ((RSA, NO_RSA), (), True),
        ((RSA,), (NO_RSA, APL), False),
        ((RSA,), (NO_RSA,), True),
        ((asks("age", "at_least", 18), asks("age", "at_most", 18)), (), False),
        ((asks("age", "above", 18), asks("age", "at_most", 18)), (), True),
        ((), (), False),
    ],
)
def test_conditions_that_contradict_each_other_never_match(all_, any_, never: bool):
    assert cannot_match(all_, any_) is never


conditions = st.one_of(
    st.tuples(st.just("rsa"), st.sampled_from(["is", "is_not"]), st.booleans()),
    st.tuples(st.just("aid"), st.sampled_from(["is", "is_not"]), st.sampled_from(["APL", "ALF", "none"])),
    st.tuples(
        st.just("age"), st.sampled_from([str(o) for o in Operator if o is not Operator.IN]), st.integers(17, 20)
    ),
).map(lambda parts: asks(*parts))
some_conditions = st.lists(conditions, max_size=2).map(tuple)
rows = st.tuples(some_conditions, some_conditions)
EVERYONE: list[dict[str, Value]] = [
    {"rsa": rsa, "aid": aid, "age": Decimal(age) / 2}
    for rsa in (True, False)
    for aid in ("APL", "ALF", "none")
    for age in range(32, 43)
]


@given(earlier=st.lists(rows, min_size=1, max_size=3), later=rows)
def test_a_shadowed_row_is_never_the_first_to_match_whoever_comes(earlier, later):
    row = Row("later", all=later[0], any=later[1])
    others = [Row(f"R{n}", all=all_, any=any_) for n, (all_, any_) in enumerate(earlier)]
    first = [facts for facts in EVERYONE if row.matches(facts) and not any(o.matches(facts) for o in others)]
    if is_shadowed(row, by=others):
        assert first == []
    if cannot_match(row.all, row.any):
        assert not any(row.matches(facts) for facts in EVERYONE)
