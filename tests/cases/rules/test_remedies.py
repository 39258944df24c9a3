"""Whom to write to first about an overpayment. Expected: domain notes, part A §A2 and its corrections, typed by hand."""

import tomllib
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cases.reference_data import FOLDER
from cases.rules.catalogue_reading import load_catalogue
from cases.rules.reading import FaultyRules, read_toml
from cases.rules.remedies import Matrix, NoRemedy, read_matrix

FIRST_EDITION = read_toml(FOLDER / "remedies.toml")
TODAY = date(2026, 11, 25)

PCD = "président du conseil départemental"
CRA = "commission de recours amiable"
FAMILY = ("caf", "msa")

# authority, rule, months of silence, court, rules of the court, does the recourse suspend, waiver by, prescription, floor, confidence
RSA = (PCD, "IND-05b", 2, "ta", ("IND-09", "IND-09b"), True, PCD, (2, 5), "77", "M")
PRIME = (CRA, "IND-05", 2, "ta", ("IND-09", "IND-09b"), True, "caisse", (2, 5), None, "H")
CHILD = (CRA, "IND-05", 2, "tj", ("IND-08", "IND-08b"), False, "caisse", (2, 5), None, "H")
SICK = (CRA, "IND-05", 2, "tj", ("IND-08", "IND-08b"), False, "caisse", (2, None), None, "H")
HEALTH = (*SICK[:-1], "M")
PENSION = (CRA, "IND-05", 2, "tj", ("IND-08", "IND-08b"), None, CRA, (2, 5), None, "H")
OLD_AGE = (CRA, "IND-05f", 2, "tj", ("IND-08", "IND-08b"), None, "caisse", (2, None), None, "M")
DISABLED = (*CHILD[:7], (2, None), *CHILD[8:])
NOEL = (None, "IND-09c", None, "ta", ("IND-09c", "IND-09c"), None, None, None, None, "M")


def housing(body: str) -> tuple[Any, ...]:
    director = f"directeur de la {body}, avis de la CRA"
    return (director, "IND-05c", 2, "ta", ("IND-09", "IND-09b"), None, director, (2, 5), None, "L")


EXPECTED: dict[tuple[str, str], tuple[Any, ...]] = {
    ("rsa", "caf"): RSA,
    ("rsa", "msa"): RSA,
    ("rsa", "department"): (None, "IND-18", None, "ta", ("IND-18", "IND-18"), True, PCD, (2, 5), "77", "L"),
    ("prime_activite", "caf"): PRIME,
    ("prime_activite", "msa"): PRIME,
    ("apl", "caf"): housing("CAF"),
    ("alf", "caf"): housing("CAF"),
    ("als", "caf"): housing("CAF"),
    ("apl", "msa"): housing("MSA"),
    ("alf", "msa"): housing("MSA"),
    ("als", "msa"): housing("MSA"),
    ("prestations_familiales", "caf"): CHILD,
    ("prestations_familiales", "msa"): CHILD,
    ("aah", "caf"): DISABLED,
    ("aah", "msa"): DISABLED,
    ("ij", "cpam"): SICK,
    ("ij", "msa"): SICK,
    ("c2s", "cpam"): HEALTH,
    ("c2s", "msa"): HEALTH,
    ("retraite", "cnav"): PENSION,
    ("retraite", "cpam"): PENSION,
    ("retraite", "msa"): PENSION,
    ("aspa", "cnav"): OLD_AGE,
    ("aspa", "msa"): OLD_AGE,
    ("are", "france_travail"): (
        "recours gracieux, directeur général de France Travail", "IND-14", 2, "tj", ("IND-15b", "IND-15c"), True,
        "instance paritaire régionale", (3, 10), "77", "M",
    ),
    ("ass", "france_travail"): (
        "médiateur régional de France Travail", "IND-16", None, "ta", ("IND-16b", "IND-16b"), True,
        "France Travail", (5, None), "77", "L",
    ),
    ("prime_noel", "caf"): NOEL,
    ("prime_noel", "msa"): NOEL,
    ("prime_noel", "france_travail"): (
        "médiateur régional de France Travail", "IND-16", None, "ta", ("IND-16b", "IND-16b"), True, None, None, "77", "L",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    return read_matrix(FIRST_EDITION, rules=[rule.code for rule in load_catalogue().rules])


def test_the_matrix_answers_for_these_benefits_and_operators_and_no_other(matrix: Matrix):
    assert {(b, o) for o in matrix.operators for b in matrix.benefits_of(o)} == EXPECTED.keys()


@pytest.mark.parametrize(("benefit", "operator"), EXPECTED)
def test_each_benefit_of_each_operator_has_its_remedies(matrix: Matrix, benefit: str, operator: str):
    found = matrix.remedy_for(benefit=benefit, operator=operator, on=TODAY)
    assert (
        found.contest.authority or None,
        found.contest.rule,
        found.silence.months if found.silence else None,
        found.court.code,
        (found.court.rule, found.court.silent_rule),
        found.suspension.stops("recourse"),
        found.waiver.by if found.waiver else None,
        (found.prescription.ordinary, found.prescription.fraud) if found.prescription else None,
        str(found.floor.amount) if found.floor else None,
        found.confidence,
    ) == EXPECTED[benefit, operator]


@pytest.mark.parametrize(
    ("benefit", "operator", "on", "court", "suspends"),
    [
        # Family benefits and AAH: the text no longer says « unless contested » since 1 January 2024.
        ("prestations_familiales", "caf", date(2023, 12, 31), "tj", True),
        ("prestations_familiales", "caf", date(2024, 1, 1), "tj", False),
        ("aah", "msa", date(2023, 12, 31), "tj", True),
        ("aah", "msa", date(2024, 1, 1), "tj", False),
        # Housing: one court for the three aids since 1 January 2020.
        ("als", "caf", date(2019, 12, 31), "tj", None),
        ("als", "caf", date(2020, 1, 1), "ta", None),
        ("alf", "msa", date(2019, 12, 31), "tj", None),
        ("apl", "caf", date(2019, 12, 31), "ta", None),
        ("apl", "caf", date(2020, 1, 1), "ta", None),
    ],
)  # fmt: skip
def test_the_day_of_the_notification_chooses_the_regime(
    matrix: Matrix, benefit: str, operator: str, on: date, court: str, suspends: bool | None
):
    found = matrix.remedy_for(benefit=benefit, operator=operator, on=on)
    assert (found.court.code, found.suspension.stops("recourse")) == (court, suspends)


@pytest.mark.parametrize(
    ("benefit", "operator", "rectification", "waiver"),
    [
        ("rsa", "caf", True, True),
        ("prime_activite", "caf", True, True),
        ("prestations_familiales", "caf", True, False),
        ("aah", "caf", True, False),
        ("ij", "cpam", True, False),
        ("apl", "caf", True, None),
        ("are", "france_travail", False, None),
        ("retraite", "cnav", True, None),
        ("aspa", "cnav", False, None),
        ("c2s", "cpam", True, True),
    ],
)
def test_what_else_than_the_recourse_stops_recovery(
    matrix: Matrix, benefit: str, operator: str, rectification: bool, waiver: bool | None
):
    found = matrix.remedy_for(benefit=benefit, operator=operator, on=TODAY).suspension
    assert (found.stops("rectification"), found.stops("waiver")) == (rectification, waiver)


@pytest.mark.parametrize(
    ("benefit", "operator", "criterion", "fraud"),
    [
        ("rsa", "caf", "bonne foi ou précarité", "excluded"),
        ("prime_activite", "msa", "bonne foi ou précarité", "excluded"),
        ("prestations_familiales", "caf", "précarité", "excluded"),
        ("aah", "caf", "précarité", "excluded"),
        ("ij", "cpam", "précarité", "excluded"),
        ("c2s", "cpam", "précarité", "excluded"),
        ("apl", "caf", "précarité", "unknown"),
        ("aspa", "cnav", "situation de la personne", "unknown"),
        ("retraite", "cnav", "bonne foi, erreur de la caisse et ressources", "excluded"),
    ],
)
def test_who_may_waive_looks_at(matrix: Matrix, benefit: str, operator: str, criterion: str, fraud: str):
    found = matrix.remedy_for(benefit=benefit, operator=operator, on=TODAY).waiver
    assert found is not None
    assert (found.criterion, found.fraud) == (criterion, fraud)


# Against a refusal of the waiver: rule of the answer, authority before the court, court, rules of the first act
REFUSALS: dict[str, tuple[str, str, str, str, str]] = {
    "rsa": ("IND-22", "", "ta", "IND-23", "IND-23b"),
    "apl": ("IND-22", "", "ta", "IND-23", "IND-23b"),
    "alf": ("IND-22", "", "ta", "IND-23", "IND-23b"),
    "als": ("IND-22", "", "ta", "IND-23", "IND-23b"),
    "prime_activite": ("IND-22", CRA, "ta", "IND-24", "IND-24b"),
    "prestations_familiales": ("IND-22", CRA, "tj", "IND-24", "IND-24b"),
    "aah": ("IND-22", CRA, "tj", "IND-24", "IND-24b"),
    "ij": ("IND-22", CRA, "tj", "IND-24", "IND-24b"),
    "c2s": ("IND-22b", CRA, "tj", "IND-24", "IND-24b"),
    "retraite": ("IND-22", "", "tj", "IND-26c", "IND-26d"),
    "aspa": ("IND-22", CRA, "tj", "IND-24", "IND-24b"),
    "are": ("IND-22", "", "", "", ""),
    "ass": ("IND-22", "médiateur régional de France Travail", "ta", "IND-24c", "IND-24d"),
    "prime_noel": ("", "", "", "", ""),
}


@pytest.mark.parametrize(("benefit", "operator"), EXPECTED)
def test_against_the_refusal_of_a_waiver_there_is_a_first_act_or_a_reason(matrix: Matrix, benefit: str, operator: str):
    found = matrix.remedy_for(benefit=benefit, operator=operator, on=TODAY).refusal
    assert found is not None
    assert (found.answer, found.authority, found.court, found.rule, found.silent_rule) == REFUSALS[benefit]
    assert found.rule or found.reason
    assert str(found)


def test_a_share_limits_what_is_withheld_of_the_ass_and_the_scale_the_rest(matrix: Matrix):
    assert matrix.limited_by_share == {"ass"}
    ass = matrix.remedy_for(benefit="ass", operator="france_travail", on=TODAY).withholding
    assert ass is not None
    assert (ass.share, ass.reference, ass.is_to_be_verified) == (Decimal(20), "Code du travail R5426-18", False)
    sick = matrix.remedy_for(benefit="ij", operator="cpam", on=TODAY).withholding
    assert sick is not None
    assert (sick.share, sick.reference) == (None, "CSS D133-2-2 et D553-1")
    assert matrix.remedy_for(benefit="retraite", operator="cnav", on=TODAY).withholding is None


def test_the_matrix_of_an_older_edition_is_read_without_what_it_did_not_say():
    old = deepcopy(FIRST_EDITION)
    for row in old["rows"]:
        row.pop("refusal", None)
        row.pop("withholding", None)
    found = read_matrix(old).remedy_for(benefit="aah", operator="caf", on=TODAY)
    assert (found.refusal, found.withholding) == (None, None)


def test_each_part_says_its_source_and_what_is_not_read_in_the_text_is_to_be_verified(matrix: Matrix):
    aah = matrix.remedy_for(benefit="aah", operator="caf", on=TODAY)
    assert aah.contest.reference == "CSS R142-1"
    assert not aah.is_to_be_verified
    assert aah.suspension.is_to_be_verified
    assert matrix.remedy_for(benefit="rsa", operator="caf", on=TODAY).is_to_be_verified


def test_each_deadline_rule_named_speaks_of_its_benefit():
    """The rule of the first act applies, by its own conditions, to the benefit and operator that name it."""
    matrix, rules = read_matrix(FIRST_EDITION), load_catalogue()
    for benefit, operator in EXPECTED:
        found = matrix.remedy_for(benefit=benefit, operator=operator, on=TODAY)
        known = {"benefit": benefit, "operator": operator}
        conditions = [c for c in rules.rule(found.contest.rule).all if c.key.code in known]
        assert all(condition.holds(known[condition.key.code]) for condition in conditions), (benefit, operator)


@pytest.mark.parametrize(
    ("benefit", "operator", "words"),
    [
        ("rsa", "cpam", ("« RSA » n’est pas une prestation de CPAM : vérifier qui a écrit le courrier. Prestations"
                        " connues pour cet organisme : ij, c2s, retraite.")),
        ("ppa", "caf", ("La prestation « ppa » n’est pas connue. Prestations de CAF : rsa, prime_activite, apl, alf, als,"
                       " prestations_familiales, aah, prime_noel.")),
        ("rsa", "urssaf", ("L’organisme « urssaf » n’est pas connu. Organismes connus : caf, msa, cpam, cnav,"
                          " france_travail, department.")),
    ],
)  # fmt: skip
def test_what_the_matrix_does_not_know_is_refused_with_what_it_knows(
    matrix: Matrix, benefit: str, operator: str, words: str
):
    with pytest.raises(NoRemedy) as refused:
        matrix.remedy_for(benefit=benefit, operator=operator, on=TODAY)
    assert str(refused.value) == words


def test_a_day_that_no_row_covers_is_refused():
    data = {"rows": [dict(FIRST_EDITION["rows"][0], **{"from": "2026-01-01"})]}
    with pytest.raises(NoRemedy, match="ne sont pas connues au 31/12/2025 : donner une autre date"):
        read_matrix(data).remedy_for(benefit="rsa", operator="caf", on=date(2025, 12, 31))


def faults(change: Any) -> str:
    data = deepcopy({"rows": [FIRST_EDITION["rows"][0]]})
    change(data["rows"])
    with pytest.raises(FaultyRules) as refused:
        read_matrix(data, rules=[rule.code for rule in load_catalogue().rules], letters=["L1"])
    return "\n".join(refused.value.faults)


def put(part: str, **values: Any) -> Any:
    return lambda rows: rows[0][part].update(values)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows.clear(), "La matrice ne contient aucune ligne."),
        (lambda rows: rows[0].update(benefits=["rmi"]), "Ligne 1 : benefits = « rmi » n’est pas connu."),
        (lambda rows: rows[0].update(operators=[]), "Ligne 1 : il manque « operators »."),
        (lambda rows: rows[0].update(colour="red"), "Ligne 1 : « colour » n’est pas connu."),
        (lambda rows: rows[0].pop("court"), "Ligne 1 : il manque « court »."),
        (lambda rows: rows[0].update({"from": "1er mai"}), "from = « 1er mai » n’est pas une date"),
        (lambda rows: rows[0].update({"from": "2026-05-01", "until": "2026-04-30"}), "« until » précède « from »."),
        (lambda rows: rows[0].update(silence="2 mois"), "Ligne 1, silence : donner months, rule"),
        (put("court", code="tgi"), "Ligne 1, court : code = « tgi » n’est pas connu. Valeurs possibles : tj, ta."),
        (put("suspension", recourse="peut-être"), "recourse = « peut-être » n’est pas connu."),
        (put("waiver", fraud="never"), "Ligne 1, waiver : fraud = « never » n’est pas connu."),
        (put("contest", confidence="X"), "Ligne 1, contest : confidence = « X » n’est pas connu."),
        (put("silence", months=0), "Ligne 1, silence : months = « 0 » n’est pas un nombre entier, un ou plus."),
        (put("prescription", fraud="5 ans"), "fraud = « 5 ans » n’est pas un nombre entier"),
        (put("floor", amount="-1"), "Ligne 1, floor : amount = « -1 » n’est pas un montant"),
        (put("contest", rule="IND-99"), "Ligne 1 : la règle de délai « IND-99 » n’existe pas."),
        (put("letters", contest="L99"), "Ligne 1 : le courrier « L99 » n’existe pas."),
        (put("letters", dance="L1"), "Ligne 1, letters : « dance » n’est pas connu."),
        (
            lambda rows: rows.append(deepcopy(rows[0])),
            "Lignes 1 et 2 : RSA (CAF) a deux réponses pour un même jour.",
        ),
    ],
)
def test_a_faulty_matrix_is_refused_in_french(change: Any, words: str):
    assert words in faults(change)


def test_all_its_faults_are_said_at_once():
    def spoil(rows: list[dict[str, Any]]) -> None:
        rows[0]["benefits"] = ["rmi"]
        rows[0]["court"]["code"] = "tgi"
        rows[0]["floor"]["amount"] = "peu"

    assert len(faults(spoil).splitlines()) == 3


def test_the_example_of_the_documentation_is_a_row_that_can_be_read():
    text = (Path(__file__).parents[3] / "docs" / "recours.md").read_text(encoding="utf-8")
    example = tomllib.loads(text.split("```toml")[1].split("```")[0].replace('"axe"', '"prime_noel"'))
    found = read_matrix(example, rules=[rule.code for rule in load_catalogue().rules])
    assert found.remedy_for(benefit="prime_noel", operator="caf", on=date(2027, 2, 1)).court.code == "ta"


def test_the_floor_is_a_sum(matrix: Matrix):
    found = matrix.remedy_for(benefit="are", operator="france_travail", on=TODAY).floor
    assert found is not None
    assert found.amount == Decimal(77)
