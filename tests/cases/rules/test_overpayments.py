"""What forms and letters of overpayments rest on. Expected: domain notes, part A §§A6, A8, A10, A11, typed by hand."""

from copy import deepcopy
from typing import Any

import pytest

from cases.reference_data import FOLDER
from cases.rules.overpayments import Validity, read_overpayments
from cases.rules.reading import FaultyRules, read_toml

FIRST_EDITION = read_toml(FOLDER / "overpayments.toml")
CATALOGUE = read_overpayments(FIRST_EDITION)

OF_A_CAF = ["payments", "amount", "reason", "rectification", "withholding", "schedule", "routes", "observations"]


def codes(operator: str, *benefits: str, act: str = "notice") -> list[str]:
    return [check.code for check in CATALOGUE.checks_of(operator=operator, benefits=benefits, act=act)]


@pytest.mark.parametrize("operator", ["caf", "msa", "cpam"])
def test_a_notification_of_these_bodies_says_eight_things(operator: str):
    assert codes(operator, "aah") == OF_A_CAF


def test_france_travail_says_its_reason_nature_amount_dates_routes_and_what_can_be_asked():
    assert codes("france_travail", "are") == ["payments", "amount", "reason", "schedule_or_waiver", "routes"]


def test_the_rejection_of_a_recourse_gives_its_reasons_for_three_kinds_of_benefits():
    for benefit in ("rsa", "prime_activite", "apl", "alf", "als"):
        assert codes("caf", benefit, act="decision") == ["decision_reasons", "decision_routes"]
    assert codes("caf", "aah", act="decision") == ["decision_routes"]
    assert codes("france_travail", "are", act="decision") == ["decision_routes"]


def test_a_notification_that_says_all_is_complete():
    found = CATALOGUE.check_notification(operator="caf", benefits=["rsa"], found=OF_A_CAF)
    assert (found.validity, found.missing, found.routes_stated) == (Validity.COMPLETE, (), True)


def test_one_that_lacks_something_is_incomplete_and_says_what_for_a_letter():
    said = [each for each in OF_A_CAF if each != "reason"]
    found = CATALOGUE.check_notification(operator="caf", benefits=["rsa"], found=said)
    assert (found.validity, found.routes_stated) == (Validity.INCOMPLETE, True)
    assert [check.missing for check in found.missing] == ["elle n’indique pas le motif de la réclamation"]


def test_one_without_the_routes_of_recourse_says_so_before_all():
    """The fifth notice: neither the commission nor the court is named."""
    said = ["payments", "amount", "reason", "rectification", "observations"]
    found = CATALOGUE.check_notification(operator="cpam", benefits=["ij"], found=said)
    assert (found.validity, found.routes_stated) == (Validity.NO_ROUTES, False)


@pytest.mark.parametrize(
    ("step", "needed", "where_it_applies"),
    [
        ("open", ["notification", "receipt_proof", "identity", "payment_statements", "mandate"], []),
        (
            "qualify",
            ["declarations"],
            ["pay_slips", "certificates", "family_status", "lease_rent", "residence_permit", "messages"],
        ),
        ("contest", ["letter", "copies", "sending_proof"], ["acknowledgement"]),
        ("waiver", ["budget", "other_debts"], ["bank_statements", "social_note"]),
        ("schedule", ["resources", "rent", "household"], []),
        ("pursuit", ["act", "service", "act_copy"], []),
        ("court", ["decision", "recourse_copy"], ["silence_proof", "legal_aid"]),
    ],
)
def test_each_step_has_its_papers(step: str, needed: list[str], where_it_applies: list[str]):
    papers = CATALOGUE.papers_of(step)
    assert [paper.code for paper in papers if paper.needed] == needed
    assert [paper.code for paper in papers if not paper.needed] == where_it_applies
    assert all(paper.when for paper in papers if not paper.needed)


def test_what_is_still_lacking_is_what_everyone_gives_and_one_has_not():
    lacking = CATALOGUE.missing_papers("waiver", held=["budget", "bank_statements"])
    assert [paper.label for paper in lacking] == ["Les autres dettes"]
    assert CATALOGUE.missing_papers("waiver", held=["budget", "other_debts"]) == ()


def test_the_causes_are_twelve():
    assert " ".join(cause.code for cause in CATALOGUE.causes) == (
        "late_change declaration_error couple_status resumed_work retroactive_benefit residence_permit housing_change"
        " body_delay body_error data_matching legislation fraud_qualified"
    )
    of_the_body = {cause.code for cause in CATALOGUE.causes if cause.whose == "body"}
    assert of_the_body == {"retroactive_benefit", "body_delay", "body_error"}


def test_a_line_ends_with_one_of_these_outcomes():
    assert [(each.label, each.amount, each.ends) for each in CATALOGUE.outcomes] == [
        ("Annulé", "all", True),
        ("Réduit", "part", False),
        ("Remis en totalité", "all", True),
        ("Remis en partie", "part", False),
        ("Échelonné", "none", False),
        ("Maintenu", "none", False),
        ("Soldé", "none", True),
    ]


def test_an_operator_is_asked_and_answers_with_typed_words():
    assert " ".join(each.code for each in CATALOGUE.questions) == "breakdown suspension reason document appointment"
    assert {each.code: each.moves for each in CATALOGUE.answers if each.moves} == {
        "withholding_suspended": "withholding_stopped",
        "cancelled": "cancelled",
        "reduced": "reduced",
        "waived": "waived",
        "waived_partly": "waived_partly",
        "maintained": "maintained",
    }
    assert " ".join(sorted(each.code for each in CATALOGUE.answers if not each.moves)) == (
        "appointment_given appointment_refused breakdown_given document_given document_missing documents_asked"
        " reason_given withholding_kept"
    )


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("breakdown", "breakdown_given cancelled reduced maintained documents_asked"),
        (
            "suspension",
            "withholding_suspended withholding_kept cancelled reduced waived waived_partly documents_asked",
        ),
        ("reason", "reason_given cancelled reduced waived waived_partly maintained documents_asked"),
        ("document", "document_given document_missing cancelled reduced documents_asked"),
        ("appointment", "appointment_given appointment_refused"),
    ],
)
def test_each_question_has_its_own_answers(kind: str, answers: str):
    assert " ".join(each.code for each in CATALOGUE.answers_to(kind)) == answers


def test_an_edition_that_does_not_tell_questions_apart_offers_all_answers():
    data = deepcopy(FIRST_EDITION)
    data["answers"] = [{"code": "maintained", "label": "Maintenu"}, {"code": "cancelled", "label": "Annulé"}]
    assert [each.code for each in read_overpayments(data).answers_to("appointment")] == ["maintained", "cancelled"]


@pytest.mark.parametrize(
    ("code", "effect"),
    [
        ("cancelled", "Ce qui reste dû de cette ligne tombe à zéro."),
        ("waived_partly", "La somme saisie est retirée de ce qui reste dû."),
        (
            "withholding_suspended",
            "La ligne note que la retenue s’arrête le jour de la décision ; la somme ne change pas.",
        ),
        ("maintained", "La ligne ne change pas."),
        ("appointment_given", "La ligne ne change pas."),
    ],
)
def test_an_answer_says_what_it_does_to_the_line(code: str, effect: str):
    [answer] = [each for each in CATALOGUE.answers if each.code == code]
    assert CATALOGUE.effect_of(answer) == effect


def faults(change: Any) -> str:
    data = deepcopy(FIRST_EDITION)
    change(data)
    with pytest.raises(FaultyRules) as refused:
        read_overpayments(data)
    return "\n".join(refused.value.faults)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data.pop("causes"), "Le catalogue ne contient aucune ligne « causes »."),
        (lambda data: data["checks"][0].pop("reference"), "Mention « payments » : il manque « reference »."),
        (lambda data: data["checks"][0].update(act="call"), "act = « call » n’est pas connu."),
        (lambda data: data["checks"][0].update(operators=["urssaf"]), "operators = « urssaf » n’est pas connu."),
        (lambda data: data["checks"].append(data["checks"][0]), "Mention « payments » : ce code est donné deux fois."),
        (lambda data: data["documents"][0].update(step="dance"), "Pièce « notification » : step = « dance »"),
        (
            lambda data: data["documents"][0].update(colour="red"),
            "Pièce « notification » : « colour » n’est pas connu.",
        ),
        (lambda data: data["causes"][0].update(whose="landlord"), "Motif « late_change » : whose = « landlord »"),
        (
            lambda data: data["answers"][0].update(questions=["weather"]),
            "Réponse « breakdown_given » : la question « weather » n’existe pas.",
        ),
        (
            lambda data: data["questions"].append({"code": "weather", "label": "Météo"}),
            "Question « weather » : aucune réponse ne lui convient.",
        ),
        (
            lambda data: data["answers"][0].update(takes="time"),
            "Réponse « breakdown_given » : takes = « time » n’est pas connu.",
        ),
        (lambda data: data["answers"][8].update(moves="won"), "Réponse « cancelled » : l’issue « won » n’existe pas."),
    ],
)
def test_a_faulty_catalogue_is_refused_in_french(change: Any, words: str):
    assert words in faults(change)
