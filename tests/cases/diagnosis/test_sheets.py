"""What the sheets say of a diagnosis, in words typed by hand, and what they miss."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from cases.actions import debts, diagnosis, support
from cases.diagnosis import sheets
from cases.diagnosis.context import DiagnosisContext
from cases.diagnosis.forms import FORMS
from cases.diagnosis.sections import METHODS, DiagnosisContent
from cases.letters.typeset import typeset_sheet
from cases.models import Diagnostic, HouseholdMember
from cases.models.diagnosis import Block
from cases.rules.sheets import ASKED, SECTIONS
from tests.factories import NOON, household, know, member, person, protect, reported, structure, tenancy

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def worker():
    return member("caf-91", first_name="Claire", last_name="Montel", phone="+33169000001")


@pytest.fixture
def case():
    home = household(title="mme", usual_name="Ferreira", first_names="Ana", birth_date="1984-03")
    child = person(usual_name="Ferreira", first_names="Petit", birth_date="2016-03-01")
    child.save()
    HouseholdMember.objects.create(household=home, beneficiary=child, position="child")
    know(home, dependent_children=2, legal_protection=False)
    return reported(tenancy(home=home, aid=Decimal("150.00"), aid_kind="APL", direct_payment=True))


def save(case, worker, code: str, lines: dict[str, Any] | None = None, **values: Any) -> None:
    acting: dict[str, Any] = {"structure": structure("caf-91"), "by": worker, "at": NOON, "version": None}
    diagnosis.save_block(case=case, code=code, values=values, lines=lines or {}, **acting)


def filled(case, worker) -> None:
    """A lone parent of two, 1 148,87 € a month, 212,50 € of expenses, two debts: 320 + 40 paid, EDF 90."""
    holder = case.household.memberships.get(position="holder").beneficiary
    rsa = {"kind": "rsa", "amount": Decimal("607.75"), "person_id": holder.pk}
    resources = {"resource_lines": [rsa, {"kind": "family", "amount": Decimal("541.12")}]}
    expenses = {"expense_lines": [{"kind": "energy", "amount": Decimal("212.50")}]}
    owed = {"debt_lines": [{"creditor": "EDF", "amount": Decimal("450.00"), "monthly": Decimal("90.00")}]}
    devices = {"devices": [{"kind": "fsl", "state": "asked", "asked_on": "2026-10"}]}
    story = {"causes_story": "Fin de contrat.\nDivorce."}
    said = {"tenant_says": "Je veux rester.", "author_says": "Situation en voie d’amélioration."}
    counted = {"rent_part": "900.00", "charges_part": "160.00", "disputed_part": "160.00"}
    for code, lines, values in (
        ("essentiel", {}, {"family": "lone_parent", "cause": "income_loss", "rent_resumed": "partly", "wish": "stay"}),
        ("entretien", {}, {"presence": "present", "met_on": date(2026, 11, 20), "lawyer": "asked"}),
        ("causes", {}, {"other_causes": ["separation", "expense"], "difficulties_since": "2026-01"} | story),
        ("ressources", resources, {"resources": Decimal("1148.87")}),
        ("charges", expenses, {"expenses": Decimal("212.50")}),
        ("dettes", owed, {"other_debts": Decimal("450.00")}),
        ("demarches", devices, {"repayment_capacity": Decimal(50)}),
        ("decompte", {}, {name: Decimal(amount) for name, amount in counted.items()}),
        ("juge", {}, {"asks_delay": "yes", "delay_months": 24, "asks_to_stay": "yes"}),
        ("observations", {}, said),
    ):
        save(case, worker, code, lines, **values)


def said_of(case, diagnostic: Diagnostic | None = None) -> DiagnosisContent:
    members = list(case.household.memberships.filter(until=None).select_related("beneficiary"))
    found = diagnostic or case.diagnostics.last()
    return DiagnosisContent(case, DiagnosisContext.for_case(case, found, members=members, on=TODAY))


def made(case, worker, code: str, diagnostic: Diagnostic | None = None):
    _, found = sheets.sheets_in_force(on=TODAY, territory=case.territory)
    return sheets.compose(found[code], said_of(case, diagnostic), by=worker, structure=structure("caf-91"))


def spoken(case, worker, code: str, diagnostic: Diagnostic | None = None) -> str:
    text = sheets.as_text(made(case, worker, code, diagnostic))
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_every_section_of_the_catalogue_says_something_and_every_answer_asked_has_its_block():
    assert set(METHODS) == set(SECTIONS)
    assert set(FORMS) == set(Block)
    assert {block for _, block in ASKED.values() if block} <= set(Block.values)


def test_the_dsf_says_what_was_typed_in_the_words_of_a_judge(case, worker):
    filled(case, worker)
    text = spoken(case, worker, "dsf")
    for words in [
        "Dette de loyer : 1 060,00 € au 24/11/2026",
        "Loyer courant repris : en partie",
        "Demandes : délais de paiement (24 mois), maintien dans les lieux",
        "Établi par : Claire Montel",
        "Présence du locataire : locataire présent à l’entretien",
        "Nom : Mme FERREIRA Ana",
        "Date de naissance : 03/1984",
        "FERREIRA Petit ; enfant ; 01/03/2016 ; non renseigné",
        "Défense devant le juge : aide juridictionnelle demandée",
        "Aide au logement : APL, 150,00 €, versée au bailleur",
        "Total du décompte : 1 060,00 €",
        "Avis juridique : à faire relire par l’ADIL",
        "Autres causes : séparation, dépense imprévue, surcoût de charges",
        "Difficultés depuis : 01/2026",
        "Fin de contrat.\nDivorce.",
        "Aide du FSL ; demandée ; demandée : 10/2026",
        "RSA ; FERREIRA Ana ; 607,75 €",
        "Prestations familiales ; ménage ; 541,12 €",
        "Total, sans l’aide au logement ; 1 148,87 €",
        "EDF ; 450,00 € ; 90,00 €",
        "Loyer et charges, aide déduite : 380,00 €",
        "Reste pour vivre : 466,37 €",
        "soit, par jour et par personne : 5,18 €",
        "Taux d’effort net : 33,1 %",
        "Observations du locataire :\nJe veux rester.",
        "Observations du bailleur :\naucune observation recueillie",
        "Claire Montel, CAF 91",
        "obligatoirement transmis au locataire et au bailleur",
    ]:
        assert words in text


def test_a_measure_recorded_on_the_person_is_said_whatever_was_known_before(case, worker):
    assert "ordonnée par un juge : non" in spoken(case, worker, "dsf")
    protect(case, by=worker)
    assert "ordonnée par un juge : oui" in spoken(case, worker, "dsf")


def test_what_nobody_said_is_said_to_be_unknown_and_counted_as_missing(case, worker):
    diagnosis.begin(case=case, structure=structure("caf-91"), by=worker, at=NOON)
    text = spoken(case, worker, "fsl")
    assert "Total des ressources, sans l’aide au logement : non renseigné" in text
    assert (
        "Pour le calculer, il manque : les ressources, les autres charges, les mensualités des autres dettes" in text
    )
    _, found = sheets.sheets_in_force(on=TODAY, territory=case.territory)
    assert [words for words, _ in sheets.missing_answers(found["ccapex"], said_of(case))] == [
        "situation familiale",
        "cause principale de l’impayé",
        "ressources",
        "reprise du loyer courant",
        "somme remboursable chaque mois",
        "démarches engagées",
        "souhait du ménage",
        "préconisations",
    ]
    filled(case, worker)
    assert sheets.missing_answers(found["ccapex"], said_of(case)) == [("préconisations", "observations")]
    assert sheets.missing_answers(found["fsl"], said_of(case)) == []


def test_a_sum_of_zero_and_no_step_at_all_are_answers(case, worker):
    save(case, worker, "essentiel", resources=Decimal(0), other_debts=Decimal(0), nothing_asked=True)
    said = said_of(case)
    assert all(sheets.is_known(code, said) for code in ("resources", "debt_payments", "devices"))
    text = spoken(case, worker, "dsf")
    assert "Autres dettes : aucune" in text
    assert "Démarches : aucune engagée" in text


def test_a_debt_whose_payment_nobody_knows_is_not_taken_for_nothing(case, worker):
    filled(case, worker)
    case.diagnostics.get().debt_lines.update(monthly=None)
    text = spoken(case, worker, "dsf")
    assert "EDF ; 450,00 € ; non connu" in text
    assert "Pour le calculer, il manque : les mensualités des autres dettes" in text


def test_a_finished_diagnosis_keeps_its_figures_when_the_lease_and_the_household_change(case, worker):
    filled(case, worker)
    diagnosis.finish(
        case=case, structure=structure("caf-91"), by=worker, completeness="complete", made_on=TODAY, at=NOON
    )
    case.tenancy.rent = Decimal("999.00")
    case.tenancy.save()
    know(case.household, dependent_children=5)
    case.household.memberships.get(position="child").delete()
    case.refresh_from_db()
    text = spoken(case, worker, "dsf", case.diagnostics.get())
    assert "Loyer hors charges : 450,00 €" in text
    assert "Reste pour vivre : 466,37 €" in text
    assert "soit, par jour et par personne : 5,18 €" in text
    assert "FERREIRA Petit" in text


def test_the_ccapex_reads_neither_the_lines_of_the_budget_nor_the_names_of_children(case, worker):
    filled(case, worker)
    text = spoken(case, worker, "ccapex")
    assert "Reste pour vivre : 466,37 €" in text
    assert "dont enfants à charge : 2" in text
    for hidden in ["Petit", "EDF", "607,75", "Prestations familiales"]:
        assert hidden not in text


def test_the_report_of_no_answer_tells_what_was_tried_and_nothing_of_the_debt(case, worker):
    for day, channel in ((20, "phone"), (23, "letter"), (24, "visit")):
        support.record_attempt(
            case=case,
            structure=structure("caf-91"),
            by=worker,
            channel=channel,
            result="no_answer",
            made_on=date(2026, 11, day),
            at=NOON,
        )
    text = spoken(case, worker, "no_answer", Diagnostic(case=case))
    assert "par 3 tentatives (du 20/11/2026 au 24/11/2026)" in text
    assert "24 novembre 2026 ; Passage au domicile ; sans réponse ; Claire Montel, CAF 91" in text
    assert "aucun envoi enregistré" in text
    for hidden in ["€", "dette", "enfant"]:
        assert hidden not in text.lower()


@pytest.mark.parametrize("code", ["dsf", "fsl", "ccapex", "no_answer"])
def test_each_sheet_is_an_accessible_pdf_that_says_its_text(case, worker, code):
    filled(case, worker)
    debts.record_statement(
        tenancy=case.tenancy, source=structure("bailleur-a"), as_of=TODAY, balance=Decimal("1060.00"), at=NOON
    )
    sheet = made(case, worker, code)
    about: dict[str, Any] = {"reference": case.reference, "made_on": TODAY, "mark": "Brouillon"}
    pdf = typeset_sheet(sheet, sender=("CAF 91", "Claire Montel"), **about)
    reader = PdfReader(BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == sheet.subject
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for words in [sheet.subject, "Brouillon", "FERREIRA Ana", case.reference, "page 1 sur"]:
        assert words in text
    assert pdf == typeset_sheet(sheet, sender=("CAF 91", "Claire Montel"), **about)
