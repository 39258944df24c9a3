"""What rules say, what changes between two editions, and what is wrong in one: decided without a database."""

from typing import Any

import pytest

from cases.rules.catalogue_reading import read_reference, read_rule
from cases.rules.conditions import read_condition
from cases.rules.deadline_context import CONTEXT
from cases.rules.editions import (
    Finding,
    can_hold,
    check_deadlines,
    compare_editions,
    faults_of,
    implies,
    say_deadline,
)

MILESTONES = {"served": "Acte signifié", "left": "Logement libéré", "paid": "Dette soldée", "seen": "Ménage vu"}
ACTORS = {"tenant": "Locataire", "landlord": "Bailleur"}
WORDS: dict[str, Any] = {"milestones": MILESTONES, "actors": ACTORS}


def row(code: str = "X1", **fields: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "code": code,
        "title": "Partir",
        "start": "served",
        "length": 2,
        "unit": "month",
        "who": "tenant",
        "confidence": "H",
        "condition": {"until": ["left"]},
    }
    return base | fields


def when(*conditions: tuple[Any, ...]) -> list[dict[str, Any]]:
    """(key, value) or (key, operator, value)."""
    return [
        {"key": each[0], "operator": each[1] if len(each) == 3 else "is", "value": each[-1]} for each in conditions
    ]


def read(*conditions: tuple[Any, ...]):
    return [read_condition(each, keys=CONTEXT) for each in when(*conditions)]


# What a rule says


def test_a_rule_is_said_in_plain_words():
    said = say_deadline(
        row(safe_margin=10, extend=True, consequence="L’expulsion est possible.", reference="CPCE, L412-1"), **WORDS
    )
    assert {label: lines for label, lines in said.items() if lines} == {
        "Titre": ("Partir",),
        "Point de départ": ("Acte signifié",),
        "Durée": ("2 mois ; reporté au premier jour ouvrable si le dernier jour n’est pas ouvré",),
        "Qui agit": ("Locataire",),
        "Passé ce jour": ("L’expulsion est possible.",),
        "Prend fin avec": ("Logement libéré",),
        "Marge de sûreté": ("10 jours ouvrés avant le dernier jour",),
        "Référence": ("CPCE, L412-1",),
        "Confiance": ("lu dans le texte",),
    }


def test_each_way_to_count_is_a_line():
    variants = [
        {"all": when(("lease_date", "at_least", "2023-07-29")), "length": 6, "unit": "week"},
        {"length": 2, "unit": "month"},
    ]
    said = say_deadline(row(length=None, unit="", condition={"variants": variants}), **WORDS)
    assert said["Durée"] == (
        "6 semaines si dernière conclusion ou reconduction du bail : à partir du 29/07/2023",
        "2 mois dans les autres cas",
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"length": 1, "unit": "day", "mode": "franc"}, "1 jour ; délai franc : ni le premier ni le dernier jour ne comptent"),
        ({"length": 15, "unit": "day", "mode": "before"}, "15 jours ; à rebours : avant cette date"),
        ({"length": 5, "unit": "working_day"}, "5 jours ouvrés"),
    ],
)  # fmt: skip
def test_the_counting_is_said(fields, said):
    assert say_deadline(row(**fields), **WORDS)["Durée"] == (said,)


# What changes


def said_of(*rows: dict[str, Any]):
    return {each["code"]: say_deadline(each, **WORDS) for each in rows}


def test_rules_added_changed_field_by_field_and_withdrawn():
    found = compare_editions(
        said_of(row("A"), row("B", safe_margin=10), row("C", title="Répondre")),
        said_of(row("A"), row("B", safe_margin=15, length=3), row("D", title="Visiter")),
    )
    assert [(change.code, change.title) for change in found.added] == [("D", "Visiter")]
    assert [(change.code, change.title) for change in found.withdrawn] == [("C", "Répondre")]
    (changed,) = found.changed
    assert [(field.label, field.before, field.after) for field in changed.fields] == [
        ("Durée", ("2 mois",), ("3 mois",)),
        ("Marge de sûreté", ("10 jours ouvrés avant le dernier jour",), ("15 jours ouvrés avant le dernier jour",)),
    ]
    assert found.codes == {"B", "C", "D"}


def test_the_same_rule_written_otherwise_is_not_a_change():
    """A length said by the rule, or by its only way to count."""
    otherwise = row(length=None, unit="", condition={"until": ["left"], "variants": [{"length": 2, "unit": "month"}]})
    assert not compare_editions(said_of(row()), said_of(otherwise))


# Conditions that hold together, or never


@pytest.mark.parametrize(
    ("conditions", "held"),
    [
        ((("urgent", True), ("urgent", False)), False),
        ((("benefit", "in", ["rsa", "aah"]), ("benefit", "apl")), False),
        ((("benefit", "is_not", "rsa"), ("benefit", "rsa")), False),
        ((("report_date", "at_least", "2027-01-01"), ("report_date", "below", "2027-01-01")), False),
        ((("report_date", "above", "2026-12-31"), ("report_date", "below", "2027-01-01")), False),
        ((("contact_rule", "P-CONTACT-5"), ("contact_rule", "P-CONTACT-10")), False),
        ((("urgent", True), ("court", "tj"), ("urgent", False)), False),
        ((), True),
        ((("urgent", True), ("court", "tj")), True),
        ((("benefit", "in", ["rsa", "aah"]), ("benefit", "is_not", "rsa")), True),
        ((("report_date", "at_least", "2027-01-01"), ("report_date", "at_most", "2027-01-01")), True),
        ((("report_date", "above", "2026-12-30"), ("report_date", "below", "2027-01-01")), True),
        ((("contact_rule", "is_not", "P-CONTACT-5"),), True),
    ],
)
def test_conditions_hold_together_unless_they_contradict_each_other(conditions, held: bool):
    assert can_hold(read(*conditions)) is held


def test_a_narrow_condition_implies_a_wide_one():
    assert implies(read(("benefit", "rsa")), read(("benefit", "in", ["rsa", "aah"])))
    assert implies(read(("report_date", "at_least", "2027-02-01")), read(("report_date", "above", "2027-01-01")))
    assert not implies(read(("benefit", "in", ["rsa", "aah"])), read(("benefit", "rsa")))
    assert not implies(read(("urgent", True)), read(("court", "tj")))
    assert implies(read(("urgent", True)), [])


# What is wrong


def rule_of(*variants: dict[str, Any], **more: Any):
    return read_rule(row(length=None, unit="", condition={"variants": list(variants), **more}), **WORDS)


def test_an_exception_and_all_other_cases_are_as_they_should_be():
    rule = rule_of({"all": when(("urgent", True)), "length": 1, "unit": "day"}, {"length": 5, "unit": "day"})
    assert faults_of(rule) == []


def test_two_ways_that_may_hold_at_once_with_different_lengths_are_a_fault():
    one = {"all": when(("urgent", True)), "length": 1, "unit": "day"}
    other = {"all": when(("guarantor", True)), "length": 3, "unit": "day"}
    (fault,) = faults_of(rule_of(one, other))
    assert fault == (
        "les manières de compter n° 1 et n° 2 peuvent valoir en même temps et ne donnent pas la même date : préciser "
        "leurs conditions."
    )
    assert faults_of(rule_of(one, other | {"length": 1})) == []
    assert faults_of(rule_of(one, {**other, "all": when(("guarantor", True), ("urgent", False))})) == []


def test_a_way_behind_one_that_always_holds_never_serves():
    always, urgent = {"length": 5, "unit": "day"}, {"all": when(("urgent", True)), "length": 1, "unit": "day"}
    assert faults_of(rule_of(always, urgent)) == [
        "la manière de compter n° 2 ne servirait jamais, une autre vaut avant elle."
    ]


def test_a_way_that_contradicts_its_rule_never_serves():
    urgent = {"all": when(("urgent", True)), "length": 1, "unit": "day"}
    assert faults_of(rule_of(urgent, {"length": 5, "unit": "day"}, all=when(("urgent", False)))) == [
        "la manière de compter n° 1 ne servirait jamais, ses conditions se contredisent."
    ]


def test_every_fault_is_said_at_once():
    rows = [row("A", start="nowhere"), row("B", condition={"until": ["left", "never"]}), row("C", who="nobody")]
    assert check_deadlines(rows, **WORDS).faults == (
        Finding(code="A", text="le fait daté « nowhere » n’est pas dans la liste des faits datés."),
        Finding(code="B", text="le fait daté « never » n’est pas dans la liste des faits datés."),
        Finding(code="C", text="« nobody » n’est pas dans la liste des acteurs."),
    )


def test_contradictions_are_faults_and_oddities_are_doubts():
    never = row("A", condition={"until": ["left"], "all": when(("urgent", True), ("urgent", False))})
    endless = row("B", condition={})
    twin = row("C", title="Quitter les lieux", condition={"until": ["paid"]})
    other = row("D", condition={"until": ["paid"]})
    found = check_deadlines([never, endless, twin, other], **WORDS)
    assert found.faults == (Finding(code="A", text="elle ne s’appliquerait jamais, ses conditions se contredisent."),)
    assert found.doubts == (
        Finding(code="B", text="aucun fait n’y met fin : cette échéance ne peut qu’être dépassée."),
        Finding(
            code="D",
            text="elle peut valoir en même temps que C (« Quitter les lieux ») : même départ, même personne, même fin. "
            "Est-ce voulu ?",
        ),
        Finding(code="", text="Faits datés qui ne commencent et ne terminent aucun délai : Ménage vu."),
    )


def test_twins_that_never_hold_together_are_no_doubt():
    one = row("A", condition={"until": ["left"], "all": when(("urgent", True))})
    other = row("B", condition={"until": ["left"], "all": when(("urgent", False))})
    assert not [doubt for doubt in check_deadlines([one, other], **WORDS).doubts if doubt.code]


def test_the_first_edition_has_no_fault():
    data = read_reference()
    assert check_deadlines(data["rules"], milestones=data["milestones"], actors=data["actors"]).faults == ()
