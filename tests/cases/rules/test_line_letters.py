"""Letters about one line of an overpayment: their texts, what they say of the law, to whom they go, and what is refused."""

import re
from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases.reference_data import FOLDER
from cases.rules import debt_lines
from cases.rules.catalogue_reading import load_catalogue
from cases.rules.debt_line_standing import Alarm, SuspensionReason
from cases.rules.line_letter_values import LineLetterFacts, PriorRequest, in_full, recipient_lines, values_of
from cases.rules.line_letters import LacksScale, read_line_letters
from cases.rules.overpayments import read_overpayments
from cases.rules.reading import FaultyRules, read_toml
from cases.rules.remedies import Remedy, read_matrix
from cases.rules.texts import Filled, MissingValue

FIRST_EDITION = read_toml(FOLDER / "letters_overpayments.toml")
MACHINE = debt_lines.load_machine()
KNOWN_FACTS = load_catalogue().milestones.keys() | MACHINE.ledger_facts.keys()
LETTERS = read_line_letters(FIRST_EDITION, facts=KNOWN_FACTS)
MATRIX = read_matrix(read_toml(FOLDER / "remedies.toml"), letters=LETTERS.letters)
OVERPAYMENTS = read_overpayments(read_toml(FOLDER / "overpayments.toml"))
TODAY = date(2026, 11, 25)

TYPED = {
    "story": "J’ai déclaré ma reprise d’emploi le 2 juin.",
    "monthly_offer": "45 €",
    "months": "12",
    "resources": "1 120 €",
    "expenses": "980 €",
    "left_to_live": "140 €",
    "constraint_date": "10 novembre 2026",
    "constraint_amount": "980,31 €",
    "penalty_date": "10 novembre 2026",
    "penalty_amount": "735 €",
    "penalty_court": "tribunal judiciaire d’Évry-Courcouronnes, pôle social",
    "mandate_until": "30 juin 2027",
    "privacy_contact": "déléguée à la protection des données",
    "answer": "décompte fourni",
}


def remedy(benefit: str, operator: str) -> Remedy:
    return MATRIX.remedy_for(benefit=benefit, operator=operator, on=TODAY)


def facts(benefit: str = "rsa", **more: Any) -> LineLetterFacts:
    """The first line of the first notice."""
    known: dict[str, Any] = {
        "person": "Mme Fatim Delaunay-Traoré",
        "operator_name": "CAF de l’Essonne",
        "benefit": benefit,
        "amount": Decimal("1214.31"),
        "first_month": date(2026, 6, 1),
        "last_month": date(2026, 8, 1),
        "file_number": "4 518 207",
        "cause": "reprise d’emploi",
        "notice_on": date(2026, 10, 19),
        "received_on": date(2026, 10, 22),
        "requests": (
            PriorRequest(fact="recourse_sent", on=date(2026, 11, 2), silent_on=date(2027, 1, 2)),
            PriorRequest(fact="waiver_asked", on=date(2026, 12, 1), refused_on=date(2027, 1, 20)),
        ),
        "served_on": date(2026, 11, 16),
        "formal_notice_on": date(2027, 3, 1),
        "penalty_decided_on": date(2027, 1, 15),
        "admitted_on": date(2027, 1, 8),
        "erased_on": date(2027, 6, 4),
        "withheld": Decimal(205),
        "withheld_since": date(2026, 12, 5),
        "allowed": Decimal("127.65"),
        "alarm": Alarm(
            seen_on=date(2026, 12, 5),
            because=(
                SuspensionReason(
                    words="le recours préalable suspend le recouvrement", reference="CASF L262-46, alinéa 2"
                ),
            ),
            is_certain=True,
            letter="L7",
        ),
        "withheld_unlawfully": Decimal(205),
        "professional": "Nadia Belkacem",
        "structure": "MDS de Grigny",
        "typed": TYPED,
    }
    return LineLetterFacts(**(known | more))


def made(code: str, benefit: str, operator: str, *, known: LineLetterFacts | None = None, **more: Any) -> Filled:
    letter = LETTERS.letters[code]
    given = known or facts(benefit)
    values = values_of(given, letter=letter, letters=LETTERS, remedy=remedy(benefit, operator), on=TODAY)
    return LETTERS.fill(letter, values=values, **more)


def words(filled: Filled) -> str:
    texts = [text for block in filled.blocks for text in (block["text"], *block["items"]) if text]
    return "\n".join([filled.subject, *texts]).replace("\u00a0", " ").replace("\u202f", " ")


def test_the_catalogue_has_the_letters_of_action_13():
    assert list(LETTERS.letters) == [
        "L1", "L2", "L2b", "L3", "L2d", "L4", "L5", "L6a", "L6b", "L6c", "L6d", "L6e", "L2c", "L5b", "L7", "L8", "L8b", "L9", "L10",
        "L11", "L12", "L13", "L13c", "L13b", "L14", "L14b", "L14c", "L15", "L16", "L13d", "L17", "L18",
    ]  # fmt: skip


def test_the_letters_that_the_matrix_and_the_machine_name_exist_and_speak_of_that_benefit():
    named = {option.letter for option in MACHINE.options.values() if option.letter.startswith("L")}
    assert named <= LETTERS.letters.keys()
    for operator in MATRIX.operators:
        for benefit in MATRIX.benefits_of(operator):
            spoken = {letter.code for letter in LETTERS.letters_about(benefit)}
            assert set(remedy(benefit, operator).letters.values()) <= spoken, (benefit, operator)


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        ("L1", "rectification_asked"),
        ("L2", "recourse_sent"),
        ("L2b", "recourse_sent"),
        ("L3", "recourse_sent"),
        ("L4", "recourse_sent"),
        ("L5", "mediation_asked"),
        ("L6a", "waiver_asked"),
        ("L12", "constraint_opposed"),
        ("L13", "court_seized"),
        ("L13b", "court_seized"),
        ("L13c", "waiver_refusal_contested"),
        ("L2c", "waiver_recourse_sent"),
        ("L2d", "recourse_sent"),
        ("L5b", "waiver_recourse_sent"),
        ("L9", "schedule_asked"),
        ("L15", "reasons_asked"),
        ("L13d", "legal_aid_asked"),
        ("L14", "penalty_observations_sent"),
        ("L14b", "penalty_contested"),
        ("L14c", "penalty_mediation_asked"),
        ("L7", ""),
        ("L10", ""),
        ("L11", ""),
    ],
)
def test_sending_a_letter_is_a_dated_fact_or_none(code: str, fact: str):
    assert LETTERS.letters[code].counts_as == fact


def test_what_must_be_proved_are_all_letters_but_three():
    assert {code for code, letter in LETTERS.letters.items() if not letter.proof} == {"L16", "L17", "L18"}


def test_a_request_for_rectification_reads():
    assert words(made("L1", "rsa", "caf")) == (
        "Demande de rectification d’un indu\n"
        "Numéro de dossier : 4 518 207\n"
        "Notification du 19 octobre 2026, reçue le 22 octobre 2026\n"
        "Somme réclamée : 1 214,31 €, période de juin 2026 à août 2026\n"
        "Madame, Monsieur,\n"
        "J’ai reçu le 22 octobre 2026 un courrier du 19 octobre 2026. Il me réclame 1 214,31 € au titre du"
        " revenu de solidarité active (RSA), pour la période de juin 2026 à août 2026. Le motif indiqué est le suivant :"
        " reprise d’emploi.\n"
        "Je demande la rectification de ces informations, en application de l’article R133-9-2 du code de la sécurité"
        " sociale, pour la raison suivante :\n"
        "J’ai déclaré ma reprise d’emploi le 2 juin.\n"
        "Tant que vous n’avez pas répondu, aucune retenue ne peut être faite et le délai de recours est interrompu. Sans"
        " réponse dans le mois qui suit la réception de ce courrier, ma demande sera regardée comme rejetée.\n"
        "Je vous remercie de m’adresser un accusé de réception de ce courrier, avec la date à laquelle il vous est"
        " parvenu.\n"
        "Pièces jointes : copie de la notification ; justificatifs de ma situation.\n"
        "Je vous prie d’agréer, Madame, Monsieur, l’expression de mes salutations distinguées.\n"
        "Mme Fatim Delaunay-Traoré"
    )


@pytest.mark.parametrize(
    ("code", "benefit", "operator", "said"),
    [
        ("L3", "rsa", "caf", ("le recours administratif préalable obligatoire (articles L262-47 et R262-88 à R262-90 du"
                             " code de l’action sociale et des familles)")),
        ("L3", "rsa", "caf", ("Ce recours suspend le recouvrement (article L262-46, alinéa 2, du code de l’action sociale"
                             " et des familles) : aucune retenue ne peut être faite avant la réponse.")),
        ("L3", "rsa", "caf", "je pourrai saisir le tribunal administratif de Versailles."),
        ("L2", "prime_activite", "caf", "Ce recours suspend le recouvrement (article L845-3 du code de la sécurité"),
        ("L2", "prime_activite", "caf", "la commission de recours amiable (article L845-2 du code de la sécurité sociale)"),
        ("L2", "prime_activite", "caf", "saisir le tribunal administratif de Versailles."),
        ("L2", "aah", "caf", "Je vous demande expressément de suspendre toute retenue jusqu’à votre décision."),
        ("L2", "aah", "caf", "saisir le tribunal judiciaire d’Évry-Courcouronnes, pôle social."),
        ("L2b", "apl", "caf", "Je vous demande expressément de suspendre toute retenue"),
        ("L2b", "apl", "caf", "(articles L825-2 et R825-1 du code de la construction et de l’habitation)"),
        ("L4", "are", "france_travail", "le recours gracieux préalable (article R5426-19 du code du travail)"),
        ("L4", "are", "france_travail", "Ce recours suspend le recouvrement (article L5426-8-1 du code du travail)"),
        ("L5", "ass", "france_travail", "la médiation préalable obligatoire"),
        ("L6a", "rsa", "caf", "Cette demande suspend le recouvrement (article L262-46, alinéa 2,"),
        ("L6a", "rsa", "caf", "elle ne vaut pas reconnaissance de la dette."),
        ("L6b", "aah", "caf", "Je vous demande expressément de suspendre toute retenue"),
        ("L6c", "ij", "cpam", "(article L256-4 du code de la sécurité sociale)"),
        ("L2", "c2s", "cpam", "au titre de la complémentaire santé solidaire (C2S)"),
        ("L7", "rsa", "caf", "Or, à cette date : le recours préalable suspend le recouvrement."),
        ("L7", "rsa", "caf", "en application de l’article L262-46, alinéa 2, du code de l’action sociale et des familles."),
        ("L8", "aah", "caf", "elle serait de 127,65 € par mois, et non de 205,00 €. C’est 77,35 € de trop chaque mois :"),
        ("L9", "rsa", "caf", "J’accepte le principe d’un échéancier, et je vous propose de payer 45 € par mois, pendant 12 mois."),
        ("L11", "rsa", "caf", "J’ai formé un recours le 2 novembre 2026, que je maintiens."),
        ("L12", "are", "france_travail", ("Je forme opposition à la contrainte du 10 novembre 2026, qui m’a été signifiée ou"
                                         " notifiée le 16 novembre 2026")),
        ("L12", "aah", "caf", "Contrainte du 10 novembre 2026, signifiée ou notifiée le 16 novembre 2026"),
        ("L12", "aah", "caf", "Elle me réclame 980,31 € au titre"),
        ("L10", "rsa", "caf", ("les motifs de droit et de fait de la décision (code des relations entre le public et"
                              " l’administration, article L211-8) ;")),
        ("L10", "are", "france_travail", "les informations et les documents obtenus de tiers sur lesquels elle se fonde"),
        ("L13", "rsa", "caf", ("J’ai formé un recours le 2 novembre 2026. Sans réponse, mon recours a été rejeté par le"
                              " silence le 2 janvier 2027.")),
        ("L13c", "rsa", "caf", ("J’ai demandé une remise de cette dette le 1er décembre 2026. Cette remise a été refusée"
                               " par une décision du 20 janvier 2027.")),
        ("L13c", "rsa", "caf", "m’accorder la remise de 1 214,31 €, en totalité ou à défaut en partie."),
        ("L16", "rsa", "caf", "J’ai demandé une remise de cette dette le 1er décembre 2026."),
        ("L13b", "prime_noel", "caf", "Cet acte se conteste directement devant le tribunal"),
        ("L15", "rsa", "caf", "une décision implicite de rejet est née le 2 janvier 2027."),
        ("L15", "rsa", "caf", "Je vous ai adressé une demande le 2 novembre 2026."),  # the one that nobody answered
        ("L15", "rsa", "caf", ("Ma demande, faite dans le délai de recours, le prolonge jusqu’à deux mois après la"
                              " communication")),
        # Against the refusal of a waiver.
        ("L2c", "aah", "caf", "J’ai demandé une remise de cette dette le 1er décembre 2026."),
        ("L2c", "aah", "caf", "Cette remise a été refusée par une décision du 20 janvier 2027."),
        ("L2c", "aah", "caf", "Je demande la remise de cette dette, en totalité ou à défaut en partie"),
        ("L5b", "ass", "france_travail", "articles R5312-47 et R5312-48 du code du travail"),
        ("L5b", "ass", "france_travail", "suspendue pendant la médiation"),
        # A waiver pleads what its text asks for.
        ("L6b", "prime_activite", "caf", "Je suis de bonne foi et ma situation ne me permet pas de la payer :"),
        ("L6b", "aah", "caf", "Ma situation ne me permet pas de la payer :"),
        ("L6c", "retraite", "cnav", "Je suis de bonne foi et ma situation ne me permet pas de la payer :"),
        ("L6c", "c2s", "cpam", "Ma situation ne me permet pas de la payer :"),
        ("L6e", "aspa", "cnav", ("Je vous demande la remise de cette dette, en totalité ou à défaut en partie."
                                " Ma situation")),
        # A revision says the text that limits the withholding.
        ("L8", "rsa", "caf", "selon les articles D553-1 et D553-2 du code de la sécurité sociale, elle serait"),
        ("L8", "ij", "cpam", "selon les articles D133-2-2 et D553-1 du code de la sécurité sociale, elle serait"),
        ("L8b", "ass", "france_travail", "Or l’article R5426-18 du code du travail limite cette retenue à 127,65 €"),
        ("L8", "ij", "cpam", "Numéro de dossier : 4 518 207"),
        ("L14c", "are", "france_travail", "Je vous saisis avant le tribunal (code du travail, article R5312-47, 5°)."),
        ("L2d", "aah", "caf", "J’ai reçu une mise en demeure le 1er mars 2027."),
        ("L17", "rsa", "caf", "Je, Mme Fatim Delaunay-Traoré, autorise Nadia Belkacem, MDS de Grigny, à agir en mon nom"),
        ("L18", "rsa", "caf", "Voici notre réponse : décompte fourni."),
    ],
)  # fmt: skip
def test_a_letter_says_the_law_of_its_benefit(code: str, benefit: str, operator: str, said: str):
    assert said in words(made(code, benefit, operator))


@pytest.mark.parametrize(
    ("code", "benefit", "operator", "unsaid"),
    [
        # A claim before the court asks for no waiver, nor does an opposition.
        ("L13", "rsa", "caf", "remise"),
        ("L13", "prime_activite", "caf", "remise"),
        ("L13", "apl", "caf", "remise"),
        ("L13", "aah", "caf", "remise"),
        ("L13", "ij", "cpam", "remise"),
        ("L13", "retraite", "cnav", "remise"),
        ("L13", "are", "france_travail", "remise"),
        ("L12", "aah", "caf", "remise"),
        # A claim against the refusal of a waiver speaks of no recourse and asks for no discharge.
        ("L13c", "rsa", "caf", "J’ai formé un recours"),
        ("L13c", "rsa", "caf", "décharger"),
        ("L13c", "rsa", "caf", "annuler la décision"),
        ("L2c", "aah", "caf", "J’ai formé un recours"),
        ("L15", "rsa", "caf", "qui courent"),
        # A mediator who decides nothing is asked for no decision.
        ("L5", "ass", "france_travail", "jusqu’à votre décision"),
        ("L5b", "ass", "france_travail", "jusqu’à votre décision"),
        # No number of the CAF is given to the health insurance.
        ("L8", "ij", "cpam", "allocataire"),
    ],
)
def test_a_letter_says_nothing_of_what_it_does_not_ask(code: str, benefit: str, operator: str, unsaid: str):
    assert unsaid not in words(made(code, benefit, operator))


@pytest.mark.parametrize(
    ("code", "benefit", "operator", "lines"),
    [
        ("L1", "rsa", "caf", ("CAF de l’Essonne",)),
        ("L2", "aah", "caf", ("Commission de recours amiable", "CAF de l’Essonne")),
        ("L2b", "apl", "caf", ("Monsieur ou Madame le Directeur", "CAF de l’Essonne")),
        ("L3", "rsa", "caf", ("Monsieur ou Madame le Président du conseil départemental",)),
        ("L6a", "rsa", "caf", ("Monsieur ou Madame le Président du conseil départemental",)),
        ("L6b", "prime_activite", "caf", ("CAF de l’Essonne",)),
        ("L6d", "are", "france_travail", ("Instance paritaire régionale", "CAF de l’Essonne")),
        ("L11", "rsa", "caf", ("Médiateur", "CAF de l’Essonne")),
        ("L12", "are", "france_travail", ("Tribunal judiciaire d’Évry-Courcouronnes",)),
        ("L12", "aah", "caf", ("Tribunal judiciaire d’Évry-Courcouronnes, pôle social",)),
        ("L13", "rsa", "caf", ("Tribunal administratif de Versailles",)),
        ("L13c", "rsa", "caf", ("Tribunal administratif de Versailles",)),
        ("L16", "rsa", "caf", ("Défenseur des droits",)),
        # The bureau of the dwelling, whichever court is seized.
        ("L13d", "rsa", "caf", ("Bureau d’aide juridictionnelle", "Tribunal judiciaire d’Évry-Courcouronnes")),
        ("L17", "rsa", "caf", ("Mme Fatim Delaunay-Traoré",)),
        ("L18", "rsa", "caf", ("Nadia Belkacem", "MDS de Grigny")),
    ],
)
def test_a_letter_goes_to_its_authority(code: str, benefit: str, operator: str, lines: tuple[str, ...]):
    letter = LETTERS.letters[code]
    assert recipient_lines(letter, facts(benefit), letters=LETTERS, remedy=remedy(benefit, operator)) == lines


@pytest.mark.parametrize(
    ("reference", "full"),
    [
        ("CSS R142-1", "article R142-1 du code de la sécurité sociale"),
        ("CSS L845-4 et L553-1", "articles L845-4 et L553-1 du code de la sécurité sociale"),
        ("CASF L262-46, alinéa 2", "article L262-46, alinéa 2, du code de l’action sociale et des familles"),
        ("CASF R262-90 ; CRPA L411-7", "article R262-90 du code de l’action sociale et des familles"),
        ("CSS L256-4 : décision motivée", "article L256-4 du code de la sécurité sociale"),
        ("Code du travail R5426-19", "article R5426-19 du code du travail"),
        (
            "CSS L553-2 et L133-4-1, alinéas 4 à 9",
            "articles L553-2 et L133-4-1, alinéas 4 à 9, du code de la sécurité sociale",
        ),
        # What was not read in a text is not quoted in a letter.
        ("À confirmer", ""),
        ("CCH L823-9, dont le texte n’a pas été lu", ""),
        ("Aucun recours préalable : CE 10 juillet 2019", ""),
    ],
)
def test_a_reference_is_written_in_full(reference: str, full: str):
    assert in_full(reference) == full


# Arguments


def codes(letter: str, benefit: str) -> list[str]:
    return [each.code for each in LETTERS.arguments_of(LETTERS.letters[letter], benefit=benefit)]


def test_arguments_are_those_of_the_letter_and_of_the_benefit():
    assert codes("L1", "rsa") == [
        "right_to_error",
        "incomplete_notice",
        "third_party_documents",
        "prescription",
        "timely_declaration",
        "debts_erased",
    ]
    # An error of the body defeats no claim: it supports a waiver.
    assert "body_error" in codes("L6b", "aah")
    assert codes("L12", "als") == [
        "incomplete_notice", "prescription", "over_indebtedness", "debts_erased", "old_als_constraint",
    ]  # fmt: skip
    assert "old_als_constraint" not in codes("L12", "apl")
    assert codes("L2", "retraite")[-2:] == ["pension_error", "debts_erased"]
    assert codes("L2", "aspa")[-2:] == ["aspa_acquired", "debts_erased"]
    assert codes("L8", "rsa") == []


def test_the_arguments_chosen_stand_in_the_letter_in_the_order_of_the_catalogue():
    said = words(made("L9", "rsa", "caf", arguments=["over_indebtedness"]))
    assert "Mon dossier de surendettement a été déclaré recevable le 8 janvier 2027." in said
    said = words(made("L2", "aah", "caf", arguments=["prescription", "right_to_error"]))
    assert said.index("elle l’a été de bonne foi") < said.index("se prescrit, hors fraude, par 2 ans")


def test_what_over_indebtedness_says_is_offered_once_it_was_said():
    """A file that waits suspends nothing; what was paid before the debts were erased is no debt any more."""

    def offered(*kinds: str, fraud: bool = False) -> list[str]:
        letter = LETTERS.letters["L12"]
        found = LETTERS.arguments_of(letter, benefit="aah", fraud=fraud, facts={"notice_received", *kinds})
        return [each.code for each in found]

    assert offered("over_indebtedness_filed") == ["incomplete_notice", "prescription"]
    assert offered("over_indebtedness_admitted") == ["incomplete_notice", "prescription", "over_indebtedness"]
    assert offered("debts_erased") == ["incomplete_notice", "prescription", "debts_erased"]
    assert offered("debts_erased", fraud=True) == ["incomplete_notice"]
    assert "Mes dettes ont été effacées par une décision du 4 juin 2027." in words(
        made("L12", "aah", "caf", arguments=["debts_erased"])
    )


PENALTY_COURT = "Tribunal judiciaire d’Évry-Courcouronnes, pôle social"


def test_a_penalty_is_contested_apart_before_the_court_that_its_decision_names():
    said = words(made("L14b", "aah", "caf"))
    assert "Elle m’inflige une pénalité de 735 €, pour un indu au titre de l’allocation aux adultes" in said
    assert "Je la conteste." in said
    assert "annuler la pénalité de 735 € ;" in said
    assert "elle ne vaut pas reconnaissance de l’indu." in said
    letter = LETTERS.letters["L14b"]
    assert recipient_lines(letter, facts("aah"), letters=LETTERS, remedy=remedy("aah", "caf")) == (PENALTY_COURT,)
    nobody_knows = facts("aah", typed={})
    assert recipient_lines(letter, nobody_knows, letters=LETTERS, remedy=remedy("aah", "caf")) == (
        "Tribunal que la décision de pénalité indique",
    )
    with pytest.raises(MissingValue, match="tribunal que la décision de pénalité indique"):
        made("L14b", "aah", "caf", known=facts("aah", typed={"story": "…", "penalty_amount": "735 €"}))


def test_a_penalty_of_france_travail_goes_to_the_court_after_the_mediator():
    mediated = facts("are", penalty_mediation_asked_on=date(2027, 2, 1), penalty_mediation_ended_on=date(2027, 6, 14))
    said = words(made("L14b", "are", "france_travail", known=mediated))
    assert "J’ai saisi le médiateur le 1er février 2027. La médiation a pris fin le 14 juin 2027." in said


def test_what_was_paid_of_the_aspa_stays_acquired():
    said = words(made("L2", "aspa", "cnav", arguments=["aspa_acquired"]))
    assert "déjà versée reste acquise (code de la sécurité sociale, article L815-11)" in said
    assert "tribunal judiciaire d’Évry-Courcouronnes, pôle social" in said
    assert "aspa_acquired" not in codes("L2", "retraite")


def test_an_edition_from_before_a_benefit_calls_it_by_its_own_name():
    old = deepcopy(FIRST_EDITION)
    del old["benefits"]["aspa"]
    assert read_line_letters(old).of_benefit["aspa"] == "de la prestation « ASPA (minimum vieillesse) »"


@pytest.mark.parametrize("code", ["L1", "L2", "L2b", "L3", "L4", "L5"])
def test_the_right_to_error_concedes_nothing_and_says_its_condition(code: str):
    operator, benefit = ("france_travail", LETTERS.letters[code].benefits[0]) if code in ("L4", "L5") else ("caf", "")
    benefit = benefit or {"L3": "rsa", "L2b": "apl"}.get(code, "aah")
    said = words(made(code, benefit, operator, arguments=["right_to_error"]))
    assert "disparaître la dette" not in said
    assert "Je ne reconnais pas pour autant la somme réclamée." in said
    assert "pour la première fois, et j’ai régularisé ma situation" in said


def may_speak(code: str) -> list[tuple[str, str]]:
    """Each benefit and operator of which the letter may speak."""
    letter = LETTERS.letters[code]
    return [
        (benefit, operator)
        for operator in MATRIX.operators
        for benefit in MATRIX.benefits_of(operator)
        if benefit in (letter.benefits or (benefit,)) and operator in (letter.operators or (operator,))
    ]


@pytest.mark.parametrize("code", LETTERS.letters)
def test_a_letter_that_is_filled_has_no_sentence_of_more_than_twenty_five_words(code: str):
    """Whatever the benefit, with the longest name of each; a list is read point by point."""
    for benefit, operator in may_speak(code):
        about = [each.code for each in LETTERS.arguments.values() if code in each.letters]
        pleads = [each for each in about if benefit in (LETTERS.arguments[each].benefits or (benefit,))]
        pleads = [each for each in pleads if each != "incomplete_notice"]  # it lists what is missing
        said = made(code, benefit, operator, steps=["un calcul"], draft=True, arguments=pleads)
        texts = [
            text
            for block in said.blocks
            if block["kind"] != "attachments"
            for text in (block["text"], *block["items"])
        ]
        for text in filter(None, texts):
            plain = re.sub(r"(?<=\d)[\u00a0\u202f ,](?=\d)", "", text)
            for sentence in re.split(r"[.:?!;](?:\s|$)", plain):
                assert len(re.findall(r"[\w’'-]+", sentence)) <= 25, (benefit, operator, sentence)


def test_third_party_documents_are_asked_of_the_bodies_that_the_text_binds():
    said = words(made("L10", "rsa", "caf", arguments=["third_party_documents"]))
    assert "(code de la sécurité sociale, article L114-21)" in said
    assert "third_party_documents" not in codes("L10", "are")


def test_a_claim_after_a_mediation_speaks_of_the_mediation():
    request = PriorRequest(fact="mediation_asked", on=date(2026, 11, 2), refused_on=date(2027, 1, 12))
    said = words(made("L13", "ass", "france_travail", known=facts("ass", requests=(request,))))
    assert "J’ai saisi le médiateur le 2 novembre 2026. La médiation a pris fin le 12 janvier 2027." in said
    assert "recours" not in said


def test_a_letter_says_nothing_of_a_request_that_it_does_not_go_on_from():
    known = facts(requests=(PriorRequest(fact="waiver_asked", on=date(2026, 12, 1), refused_on=date(2027, 1, 20)),))
    with pytest.raises(MissingValue, match="date de la demande précédente, démarche précédente"):
        made("L13", "rsa", "caf", known=known)


def test_an_opposition_counts_from_the_service_of_the_act_even_when_it_was_fetched_later():
    assert LETTERS.letters["L12"].about.startswith(
        "Dans les quinze jours de la signification ou de la notification, même si l’acte a été laissé à l’étude"
    )


def test_a_claim_after_that_recourse_speaks_of_it():
    requests = (
        PriorRequest(fact="waiver_asked", on=date(2026, 12, 1), refused_on=date(2027, 1, 20)),
        PriorRequest(fact="waiver_recourse_sent", on=date(2027, 2, 1), silent_on=date(2027, 4, 2)),
    )
    said = words(made("L13c", "aah", "caf", known=facts("aah", requests=requests)))
    assert "La remise de cette dette m’a été refusée. J’ai contesté ce refus le 1er février 2027." in said
    assert "Sans réponse, mon recours a été rejeté par le silence le 2 avril 2027." in said


def test_a_matrix_of_an_older_edition_leaves_the_revision_its_own_text():
    old = replace(remedy("rsa", "caf"), withholding=None)
    for code, law in {"L8": "les articles L553-2, D553-1 et D553-2 du code de la sécurité sociale", "L16": ""}.items():
        values = values_of(facts("rsa"), letter=LETTERS.letters[code], letters=LETTERS, remedy=old, on=TODAY)
        assert values["law_withholding"] == law, code


def test_no_formal_notice_of_the_rsa_is_contested():
    assert "rsa" not in LETTERS.letters["L2d"].benefits


def test_an_argument_says_what_the_notification_lacks():
    read_notice = OVERPAYMENTS.check_notification(
        operator="cpam", benefits=["ij"], found=["payments", "amount", "reason"]
    )
    known = facts("ij", lacks=read_notice.missing)
    said = words(made("L2", "ij", "cpam", known=known, arguments=["incomplete_notice"]))
    assert "elle n’indique pas les voies et délais de recours, qui ne me sont donc pas opposables" in said


def test_without_an_argument_its_place_leaves_nothing():
    assert all(block["kind"] != "arguments" for block in made("L1", "rsa", "caf").blocks)


# What is missing


def test_a_letter_that_lacks_something_says_what():
    known = replace(facts(), received_on=None, typed={})
    with pytest.raises(MissingValue) as refused:
        made("L1", "rsa", "caf", known=known)
    assert str(refused.value) == (
        "Ce courrier ne peut pas encore être produit. Il manque : date de réception, explications de la personne."
    )


def test_a_draft_leaves_it_blank():
    assert "reçue le …………" in words(made("L1", "rsa", "caf", known=replace(facts(), received_on=None), draft=True))


def test_a_letter_about_an_unlawful_withholding_says_nothing_of_those_before():
    """Lawful since September, at 49 €; unlawful since 5 December, at 80 €."""
    known = facts(withheld=Decimal(49), withheld_since=date(2026, 9, 5), withheld_unlawfully=Decimal(80))
    said = words(made("L7", "rsa", "caf", known=known))
    assert "Je constate, depuis le 5 décembre 2026, une retenue de 80,00 € sur mes prestations." in said
    assert "septembre" not in said
    assert "49,00" not in said


def test_a_withholding_that_is_no_alarm_has_no_letter_to_stop_it():
    with pytest.raises(MissingValue, match="raison de la suspension"):
        made("L7", "rsa", "caf", known=replace(facts(), alarm=None))


def test_a_revision_of_withholdings_is_never_made_without_the_scale_of_its_year():
    for known in (facts(allowed=None), facts(allowed=Decimal(205))):
        with pytest.raises(LacksScale, match="rien n’a été trouvé au-dessus du barème de l’année"):
            made("L8", "rsa", "caf", known=known)


def test_braces_in_what_was_typed_are_its_own():
    known = replace(facts(), typed={"story": "J’ai écrit {amount}."})
    assert "J’ai écrit {amount}." in words(made("L1", "rsa", "caf", known=known))


def test_the_professional_types_what_the_line_does_not_know():
    assert LETTERS.typed_fields(LETTERS.letters["L9"]) == ("monthly_offer", "months", "left_to_live")
    assert LETTERS.typed_fields(LETTERS.letters["L12"]) == ("story", "constraint_date", "constraint_amount")


def test_a_period_of_one_month_and_its_elision_read():
    known = replace(facts(), first_month=date(2026, 8, 1), last_month=date(2026, 8, 1))
    assert "période d’août 2026" in words(made("L1", "rsa", "caf", known=known))


# Faulty catalogues


def faults(change: Any) -> str:
    data = deepcopy(FIRST_EDITION)
    change(data)
    with pytest.raises(FaultyRules) as refused:
        read_line_letters(data, facts=KNOWN_FACTS)
    return "\n".join(refused.value.faults)


def block(**values: Any) -> Any:
    return lambda data: data["letters"][0]["blocks"].__setitem__(0, values)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data["letters"].clear(), "Le catalogue ne contient aucun courrier."),
        (lambda data: data["letters"][0].pop("subject"), "Courrier « L1 » : il manque subject."),
        (lambda data: data["letters"][0].update(colour="red"), "Courrier « L1 » : « colour » n’est pas connu."),
        (lambda data: data["letters"][0].update(to="mayor"), "Courrier « L1 » : to = « mayor » n’est pas connu."),
        (lambda data: data["letters"][0].update(counts_as="posted"), "counts_as = « posted » n’est pas connu."),
        (lambda data: data["letters"][0].update(benefits=["rmi"]), "benefits = « rmi » n’est pas connu."),
        (lambda data: data["letters"][1].update(code="L1"), "Courrier « L1 » : ce code est donné deux fois."),
        (lambda data: data["letters"][0].update(subject="{nir}"), "le champ « {nir} » n’existe pas."),
        (block(kind="paragraph", text="{salary}"), "bloc 1 : le champ « {salary} » n’existe pas."),
        (block(kind="paragraph", text="{person"), "bloc 1 : une accolade n’est pas fermée."),
        (block(kind="paragraph", shared="ghost"), "bloc 1 : le texte commun « ghost » n’existe pas."),
        (block(kind="paragraph"), "bloc 1 : le bloc est vide."),
        (block(kind="script", text="x"), "bloc 1 : nature « script » inconnue."),
        (block(kind="signature", text="x"), "bloc 1 : « text » ne va pas avec signature."),
        (block(kind="list", each="children"), "bloc 1 : each = « children » n’est pas connu."),
        (lambda data: data["shared"].update(claim="{x}"), "Texte commun « claim » : le champ « {x} » n’existe pas."),
        (lambda data: data["arguments"][0].update(letters=["L99"]), "le courrier « L99 » n’existe pas."),
        (
            lambda data: data["letters"][0].update(follows=["nothing"]),
            "Courrier « L1 » : follows = « nothing » n’est pas",
        ),
        (lambda data: data["arguments"][0].update(text="{x}"), "Argument « right_to_error » : le champ « {x} »"),
        (lambda data: data["arguments"][0].update(confidence="X"), "la confiance « X » n’est pas H, M ou L."),
        (
            lambda data: data["benefits"].update(aspa=""),
            "Prestation « ASPA (minimum vieillesse) » : dire comment la nommer",
        ),
        (lambda data: data["benefits"].pop("rsa"), "Prestation « RSA » : dire comment la nommer"),
        (lambda data: data["courts"].pop("ta"), "Tribunal « ta » : donner son nom."),
    ],
)
def test_a_faulty_catalogue_is_refused_in_french(change: Any, said: str):
    assert said in faults(change)


# What a letter may not say


def test_the_enclosures_of_a_request_for_instalments_stand_after_all_that_is_asked():
    kinds = [block.kind for block in LETTERS.letters["L9"].blocks]
    assert kinds[-3:] == ["attachments", "closing", "signature"]
