"""Each branch of each benefit and operator, walked to its last date: none ends without a date or a reason that is data.

The notice is received on Monday 2 November 2026. Expected: counted by hand on a calendar.
"""

from datetime import date

import pytest

from cases.reference_data import FOLDER
from cases.rules.catalogue import compute_deadline
from cases.rules.catalogue_reading import load_catalogue
from cases.rules.debt_line_standing import DebtLineStanding
from cases.rules.debt_lines import load_machine
from cases.rules.known_lines import DebtLineFacts, DebtLineLaw, KnownLine
from cases.rules.reading import read_toml
from cases.rules.remedies import Remedy, read_matrix
from cases.rules.tracks import DatedFact

MACHINE = load_machine()
CATALOGUE = load_catalogue()
MATRIX = read_matrix(read_toml(FOLDER / "remedies.toml"))
NOTICE = date(2026, 11, 2)
PAIRS = [(benefit, operator) for operator in MATRIX.operators for benefit in MATRIX.benefits_of(operator)]
ASIDE = "IND-19"
"""An argument, never a task."""

Facts = list[tuple[str, str]]
ASKED: Facts = [("rectification_asked", "2026-11-10"), ("rectification_received", "2026-11-12")]
REJECTED: Facts = [
    ("recourse_sent", "2026-12-01"),
    ("recourse_received", "2026-12-02"),
    ("recourse_rejected", "2027-01-11"),
]
SILENT: Facts = [*REJECTED[:2], ("recourse_rejected_silently", "2027-02-02")]
REASONED: Facts = [*SILENT, ("reasons_asked", "2027-02-10")]
WAIVED: Facts = [("waiver_asked", "2026-11-10"), ("waiver_received", "2026-11-12")]
REFUSED: Facts = [*WAIVED, ("waiver_refused", "2026-12-10")]
UNANSWERED: Facts = [*WAIVED, ("waiver_refused_silently", "2027-01-12")]
FIRST: Facts = [*REFUSED, ("waiver_recourse_sent", "2027-01-15"), ("waiver_recourse_received", "2027-01-18")]
BY_COMMISSION: Facts = [*WAIVED, ("waiver_refused_by_commission", "2026-12-10")]
LOST: Facts = [*FIRST, ("waiver_recourse_rejected", "2027-03-22")]
LOST_SILENTLY: Facts = [*FIRST, ("waiver_recourse_rejected_silently", "2027-03-18")]
FORMAL: Facts = [("formal_notice_received", "2027-03-01")]
PENALTY: Facts = [("penalty_decided", "2027-01-15")]
IN_MEDIATION: Facts = [("penalty_mediation_asked", "2027-02-01"), ("penalty_mediation_ended", "2027-06-14")]
AIDED: Facts = [*REJECTED, ("legal_aid_asked", "2027-02-01"), ("legal_aid_decided", "2027-04-12")]
MEDIATED: Facts = [("mediation_asked", "2026-12-01")]
OVER: Facts = [*MEDIATED, ("mediation_ended", "2027-01-15")]

RECTIFIED = ("prestations_familiales", "aah", "prime_activite", "ij", "c2s", "retraite", "rsa", "apl", "alf", "als")
FAMILY = ("prestations_familiales", "aah", "ij", "c2s", "aspa")
SOCIAL = (*FAMILY, "retraite")
INSURED = tuple(benefit for benefit in SOCIAL if benefit != "aspa")
ADMINISTRATIVE = ("rsa", "prime_activite", "apl", "alf", "als")
AT_ONCE = ("rsa", "apl", "alf", "als")

Branch = tuple[tuple[str, ...], Facts, str, tuple[str, str]]
BRANCHES: dict[str, list[Branch]] = {
    "rectification": [
        (RECTIFIED, [], "2026-11-03", ("IND-01", "2026-11-22")),
        (RECTIFIED, ASKED, "2026-11-13", ("IND-02", "2026-12-12")),
        (RECTIFIED, [*ASKED, ("rectification_rejected", "2026-11-25")], "2026-12-10", ("IND-05d", "2027-01-25")),
        (RECTIFIED, [*ASKED, ("rectification_rejected_silently", "2026-12-12")], "2026-12-13", ("IND-05e", "2027-02-12")),
    ],
    "recourse": [
        # No rectification is read for the ASPA: the commission is seized at once.
        (("aspa",), [], "2026-11-03", ("IND-05f", "2027-01-04")),
        (SOCIAL, REJECTED[:2], "2026-12-03", ("IND-06", "2027-02-02")),
        (("prime_activite",), REJECTED[:2], "2026-12-03", ("IND-06", "2027-02-02")),
        (AT_ONCE, REJECTED[:2], "2026-12-03", ("IND-06b", "2027-02-02")),
        (("are",), REJECTED[:2], "2026-12-03", ("IND-15", "2027-02-02")),
    ],
    "court": [
        (SOCIAL, REJECTED, "2027-01-12", ("IND-08", "2027-03-11")),
        (ADMINISTRATIVE, REJECTED, "2027-01-12", ("IND-09", "2027-03-12")),  # franc
        (("are",), REJECTED, "2027-01-12", ("IND-15b", "2027-03-11")),
        (SOCIAL, SILENT, "2027-02-03", ("IND-08b", "2027-04-02")),
        (ADMINISTRATIVE, SILENT, "2027-02-03", ("IND-09b", "2027-04-05")),  # franc: 3 April is a Saturday
        (("are",), SILENT, "2027-02-03", ("IND-15c", "2027-04-02")),
        (SOCIAL, [*REASONED, ("reasons_given", "2027-03-01")], "2027-03-02", ("IND-30", "2027-05-03")),
        (ADMINISTRATIVE, [*REASONED, ("reasons_given", "2027-03-01")], "2027-03-02", ("IND-30", "2027-05-03")),
    ],
    "legal aid": [
        ((*SOCIAL, *ADMINISTRATIVE), AIDED, "2027-04-13", ("IND-31", "2027-06-14")),
    ],
    "penalty": [
        (("prime_activite", "apl", "alf", "als", *SOCIAL), [("penalty_notice_received", "2026-11-10"), *PENALTY],
         "2027-01-16", ("IND-32", "2027-03-15")),
        (("rsa",), [("penalty_decided", "2027-03-01")], "2027-03-02", ("IND-32b", "2027-05-03")),
        (("are", "ass"), PENALTY, "2027-01-16", ("IND-32c", "2027-03-15")),
        (("are", "ass"), [*PENALTY, *IN_MEDIATION], "2027-06-15", ("IND-32d", "2027-08-16")),
    ],
    "mediation": [
        (("ass",), [], "2026-11-03", ("IND-16", "2027-01-02")),
        (("ass",), OVER, "2027-01-16", ("IND-16b", "2027-03-15")),
    ],
    "waiver": [
        (("c2s",), [], "2026-11-23", ("IND-21", "2027-01-02")),
        ((*AT_ONCE, "prime_activite", "prestations_familiales", "aah", "ij", "aspa", "retraite", "are", "ass"),
         WAIVED, "2026-12-01", ("IND-22", "2027-01-12")),
        (("c2s",), WAIVED, "2026-12-01", ("IND-22b", "2027-01-12")),
        (AT_ONCE, REFUSED, "2026-12-11", ("IND-23", "2027-02-10")),
        (AT_ONCE, UNANSWERED, "2027-01-13", ("IND-23b", "2027-03-12")),
        (("prime_activite", *FAMILY), REFUSED, "2026-12-11", ("IND-24", "2027-02-10")),
        (("prime_activite", "prestations_familiales", "aah", "ij", "aspa"), UNANSWERED, "2027-01-13", ("IND-24b", "2027-03-12")),
        (("prime_activite", *FAMILY), BY_COMMISSION, "2026-12-11", ("IND-24e", "2027-02-10")),
        (("ass",), REFUSED, "2026-12-11", ("IND-24c", "2027-02-10")),
        (("ass",), UNANSWERED, "2027-01-13", ("IND-24d", "2027-03-12")),
        (("retraite",), REFUSED, "2026-12-11", ("IND-26c", "2027-02-10")),
        (("retraite",), UNANSWERED, "2027-01-13", ("IND-26d", "2027-03-12")),
        (("prime_activite", *FAMILY), FIRST, "2027-01-19", ("IND-25", "2027-03-18")),
        (FAMILY, LOST, "2027-03-23", ("IND-26", "2027-05-24")),
        (FAMILY, LOST_SILENTLY, "2027-03-19", ("IND-26b", "2027-05-18")),
        (("prime_activite", "ass"), LOST, "2027-03-23", ("IND-27", "2027-05-24")),
        (("prime_activite",), LOST_SILENTLY, "2027-03-19", ("IND-27b", "2027-05-18")),
    ],
    "formal notice": [
        (INSURED, FORMAL, "2027-03-02", ("IND-11b", "2027-05-03")),
        (("aspa",), FORMAL, "2027-03-02", ("IND-11c", "2027-05-03")),
        ((*ADMINISTRATIVE, "are", "ass"), FORMAL, "2027-03-02", ("IND-11", "2027-04-01")),
    ],
    "contrainte": [
        ((*SOCIAL, "are"), [("constraint_served", "2027-03-01")], "2027-03-02", ("IND-12", "2027-03-16")),
        ((*ADMINISTRATIVE, "ass"), [("constraint_served", "2027-03-01")], "2027-03-02", ("IND-12b", "2027-03-16")),
        (RECTIFIED, [("seizure_notified", "2027-03-01")], "2027-03-02", ("IND-13", "2027-04-01")),
    ],
}  # fmt: skip
NOEL: list[Branch] = [
    (("caf", "msa"), [], "2026-11-03", ("IND-09c", "2027-01-04")),  # franc: 3 January is a Sunday
    (("caf", "msa"), [("penalty_decided", "2027-01-15")], "2027-01-16", ("IND-32", "2027-03-15")),
    (("france_travail",), [], "2026-11-03", ("IND-16", "2027-01-02")),
    (("france_travail",), [("mediation_ended", "2027-01-15")], "2027-01-16", ("IND-16b", "2027-03-15")),
]
OF_A_BRANCH = [
    (branch, benefit, operator, facts, on, expected)
    for branch, rows in BRANCHES.items()
    for benefits, facts, on, expected in rows
    for benefit, operator in PAIRS
    if benefit in benefits and operator != "department"
]
OF_NOEL = [
    ("noel", "prime_noel", operator, facts, on, expected)
    for operators, facts, on, expected in NOEL
    for operator in operators
]


def known_line(benefit: str, operator: str, facts: Facts, *, on: date) -> tuple[KnownLine, Remedy, DebtLineStanding]:
    remedy = MATRIX.remedy_for(benefit=benefit, operator=operator, on=NOTICE)
    law = DebtLineLaw(catalogue=CATALOGUE, remedy=remedy)
    dated = (DatedFact("notice_received", NOTICE), *(DatedFact(kind, date.fromisoformat(day)) for kind, day in facts))
    line = DebtLineFacts(benefit=benefit, operator=operator, facts=dated)
    context = {"benefit": benefit, "operator": operator, "court": remedy.court.code}
    known = KnownLine(line=line, facts=tuple(fact for fact in dated if fact.on <= on), on=on, law=law, context=context)
    return known, remedy, MACHINE.standing(line, on=on, law=law)


def running(known: KnownLine) -> set[tuple[str, str]]:
    """Code and last day of each delay that runs on that day."""
    found = set()
    for rule in CATALOGUE.rules:
        for fact in known.facts:
            if fact.kind != rule.start or rule.code == ASIDE:
                continue
            computed = compute_deadline(rule, start=fact.on, context=known.context)
            is_met = known.is_met(rule, fact.on, known.on)
            if computed.applies and computed.legal_date and computed.legal_date >= known.on and not is_met:
                found.add((rule.code, computed.legal_date.isoformat()))
    return found


@pytest.mark.parametrize(("branch", "benefit", "operator", "facts", "on", "expected"), [*OF_A_BRANCH, *OF_NOEL])
def test_each_branch_has_its_last_date(
    branch: str, benefit: str, operator: str, facts: Facts, on: str, expected: tuple[str, str]
):
    known, _, found = known_line(benefit, operator, facts, on=date.fromisoformat(on))
    assert expected in running(known), (branch, running(known))
    assert found.current_state is not None
    closes_a_way = any(expected[0] in option.rules for option in MACHINE.options.values())
    if closes_a_way:
        offered = {each.until for each in found.possible if expected[0] in each.option.rules}
        assert date.fromisoformat(expected[1]) in offered, (branch, [each.option.code for each in found.possible])


def test_asking_to_rectify_an_aspa_ends_no_delay_of_its_recourse():
    known, _, found = known_line("aspa", "cnav", [("rectification_asked", "2026-11-10")], on=date(2026, 11, 23))
    assert ("IND-05f", "2027-01-04") in running(known)
    assert found.suspension.verdict is False


def test_the_titre_of_the_departement_has_its_last_date():
    known, _, found = known_line("rsa", "department", [("revenue_order_received", "2027-03-01")], on=date(2027, 3, 2))
    assert ("IND-18", "2027-05-03") in running(known)
    order = found.find_possible("contest_order")
    assert order is not None
    assert order.until == date(2027, 5, 3)


def test_every_benefit_of_every_operator_is_walked():
    walked = {(benefit, operator) for _, benefit, operator, *_ in [*OF_A_BRANCH, *OF_NOEL]} | {("rsa", "department")}
    assert walked == set(PAIRS)


@pytest.mark.parametrize(
    ("benefit", "operator", "facts", "on", "reason"),
    [
        ("are", "france_travail", REFUSED, "2026-12-11",
         "aucun texte lu n’ouvre de recours contre le refus de l’instance paritaire : demander un échéancier"),
        ("c2s", "cpam", WAIVED, "2027-01-13",
         "aucun texte lu ne dit que le silence vaut refus : le recouvrement attend la réponse"),
        ("prime_noel", "caf", [], "2027-01-05", "aucun texte lu ne prévoit de remise : demander un échéancier"),
    ],
)  # fmt: skip
def test_where_no_text_was_read_the_matrix_says_why(benefit: str, operator: str, facts: Facts, on: str, reason: str):
    known, remedy, _ = known_line(benefit, operator, facts, on=date.fromisoformat(on))
    assert remedy.refusal is not None
    assert remedy.refusal.reason == reason
    assert {code for code, _ in running(known)} <= {"IND-08", "IND-14"}


@pytest.mark.parametrize(
    ("facts", "on", "state"),
    [
        (MEDIATED, "2026-12-02", "Attendre la fin de la médiation, puis saisir le tribunal si besoin."),
        ([*OVER, ("court_seized", "2027-02-01")], "2027-06-01", "Suivre l’instance ; répondre aux demandes du greffe."),
        ([*OVER, ("legal_aid_asked", "2027-02-01")], "2027-06-01",
         "Garder la preuve de la demande ; enregistrer la décision le jour où elle arrive."),
    ],
)  # fmt: skip
def test_what_waits_for_somebody_without_a_delay_says_for_whom(facts: Facts, on: str, state: str):
    found = known_line("ass", "france_travail", facts, on=date.fromisoformat(on))[2]
    assert state in [each.state.next for each in found.reached]
