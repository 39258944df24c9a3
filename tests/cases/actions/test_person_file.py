"""What is known of a person, item by item: what is of somebody else is marked so before anything goes out."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils.timezone import localdate

from cases.actions import questions, support
from cases.actions.person_file import PersonItem, read_archive, read_person_file
from cases.models import (
    Appointment,
    Beneficiary,
    Case,
    DebtStatement,
    Diagnostic,
    DiagnosticPerson,
    DiagnosticResource,
    Document,
    EmergencyAccess,
    HouseholdMember,
    InformationGiven,
    Note,
    Referent,
    SharingRequest,
    Tenancy,
)
from tests import factories
from tests.factories import NOON
from tests.journeys import scene

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def case(worker: Any) -> Case:
    home = factories.household(usual_name="Okonkwo", first_names="Ada")
    paul = factories.person(usual_name="Voisin", first_names="Paul")
    paul.save()
    home.memberships.create(beneficiary=paul, position="spouse")
    return factories.reported(factories.tenancy(home=home))


def person_of(case: Case, name: str) -> Beneficiary:
    found: Beneficiary = case.household.members.get(usual_name=name)
    return found


def read(case: Case, name: str) -> dict[str, PersonItem]:
    items = read_person_file(case.household, person_of(case, name), fact_words={})
    return {item.key: item for item in items}


def test_what_is_about_another_adult_is_withheld_by_default_and_names_him(case, worker):
    paul, caf = person_of(case, "Voisin"), factories.structure("caf-91")
    diagnosis = Diagnostic.objects.create(case=case, by=worker, structure=caf)
    of_case = {"case": case, "structure": caf}
    rows = [
        Appointment.objects.create(
            **of_case, professional=worker, person=paul, starts_at=NOON, place="office", made_by=worker, made_at=NOON
        ),
        Referent.objects.create(**of_case, beneficiary=paul, user=worker, proposed_at=NOON),
        InformationGiven.objects.create(**of_case, beneficiary=paul, by=worker, means="phone", given_on=TODAY),
        DiagnosticPerson.objects.create(diagnostic=diagnosis, beneficiary=paul, position="spouse", activity="retired"),
        DiagnosticResource.objects.create(diagnostic=diagnosis, person=paul, kind="salary", amount=Decimal(1200)),
    ]
    for_ada, for_paul = read(case, "Okonkwo"), read(case, "Voisin")
    for row in rows:
        key = f"{row._meta.model_name}-{row.pk}"
        assert (for_ada[key].concern, for_paul[key].concern) == ("third_party", "")
        assert paul.full_name in dict(for_ada[key].facts).values()


def test_days_phone_numbers_and_sums_are_written_as_the_pages_write_them(case, worker):
    Beneficiary.objects.filter(usual_name="Okonkwo").update(birth_date="1992-09-30", phone="+33611223302")
    Tenancy.objects.filter(household=case.household).update(rent=Decimal(690))
    stated = DebtStatement.objects.get(debt__household=case.household)
    DebtStatement.objects.filter(pk=stated.pk).update(balance=Decimal(1136), months_unpaid=Decimal(2))

    found = read(case, "Okonkwo")

    said = {term: value for item in found.values() for term, value in item.facts if not item.concern}
    assert said["date de naissance"] == "30/09/1992"
    assert said["téléphone"].replace("\N{NO-BREAK SPACE}", " ") == "06 11 22 33 02"
    assert said["loyer hors charges"] == "690,00\N{NO-BREAK SPACE}€"
    facts = dict(found[f"debtstatement-{stated.pk}"].facts)
    assert facts["solde"] == "1\N{NARROW NO-BREAK SPACE}136,00\N{NO-BREAK SPACE}€"
    assert facts["mois impayés"] == "2"


def test_what_came_after_a_person_left_is_of_those_who_stayed(case, worker):
    caf, left_on = factories.structure("caf-91"), TODAY - timedelta(days=30)
    before, since = NOON - timedelta(days=60), NOON - timedelta(days=10)
    notes = [
        support.write_note(case=case, structure=caf, author=worker, text="…", visibility="shared", at=at)
        for at in (before, since)
    ]
    lease = Tenancy.objects.get(household=case.household)
    Tenancy.objects.filter(pk=lease.pk).update(lease_date=localdate(before))
    later = factories.tenancy(home=case.household, lease_date=localdate(since))
    HouseholdMember.objects.filter(household=case.household, beneficiary=person_of(case, "Voisin")).update(
        until=left_on
    )
    keys = [f"note-{notes[0].pk}", f"note-{notes[1].pk}", f"tenancy-{lease.pk}", f"tenancy-{later.pk}"]
    of_paul, of_ada = read(case, "Voisin"), read(case, "Okonkwo")
    assert [of_paul[key].concern for key in keys] == ["", "third_party", "", "third_party"]
    # He left: a note that names nobody may be of him.
    assert [of_ada[key].concern for key in keys] == ["third_party", "third_party", "", ""]


def facts_of(case: Case, name: str, section: str) -> list[dict[str, str]]:
    return [dict(item.facts) for item in read(case, name).values() if item.section == section]


def test_why_services_asked_for_her_case_or_opened_it_in_an_emergency_is_in_her_file(case):
    """Whoever writes it reads « la personne peut le lire »."""
    other, ccas = factories.member("ccas-grigny"), factories.structure("ccas-grigny")
    said = {"case": case, "structure": ccas, "by": other}
    SharingRequest.objects.create(**said, reason="Madame nous consulte.", basis="SH-3", asked_at=NOON)
    EmergencyAccess.objects.create(
        **said, reason="Coupure annoncée ce soir.", opened_at=NOON, until=NOON + timedelta(hours=4)
    )
    assert facts_of(case, "Okonkwo", "Demandes de partage") == [{
        "structure qui demande": "CCAS de Grigny", "raison": "Madame nous consulte.", "fondement": "demande de la personne (CRPA L114-8 I)",
        "état": "en attente de réponse", "demandée le": "24/11/2026",
    }]  # fmt: skip
    assert facts_of(case, "Okonkwo", "Accès d’urgence") == [{
        "structure du professionnel": "CCAS de Grigny", "raison": "Coupure annoncée ce soir.", "ouvert le": "24/11/2026",
        "jusqu’au": "24/11/2026",
    }]  # fmt: skip
    assert {item.concern for item in read(case, "Okonkwo").values() if item.section == "Accès d’urgence"} == {""}
    HouseholdMember.objects.filter(household=case.household, beneficiary=person_of(case, "Voisin")).update(
        until=TODAY - timedelta(days=30)
    )
    assert {
        item.concern
        for item in read(case, "Okonkwo").values()
        if item.section in ("Accès d’urgence", "Demandes de partage")
    } == {"third_party"}, "it may say why he left"


@pytest.mark.parametrize(("code", "reads"), [("caf-91", False), ("ccas-grigny", True)])
def test_an_archive_shows_why_a_case_was_opened_in_an_emergency_to_who_opened_it_alone(case, worker, code, reads):
    """While it lives, the manager of who answers for the case does not read it."""
    case.participations.filter(structure=case.responsible_structure).update(level="full")
    EmergencyAccess.objects.create(
        case=case, structure=factories.structure("ccas-grigny"), by=factories.member("ccas-grigny"),
        reason="Menacée ce soir.", opened_at=NOON, until=NOON + timedelta(hours=4),
    )  # fmt: skip
    found = read_archive(
        case.household, cases=Case.objects.filter(pk=case.pk), structure=factories.structure(code), fact_words={}
    )
    assert any(item.section == "Services qui y ont accès" for item in found)
    assert any(item.section == "Accès d’urgence" for item in found) is reads


def test_what_an_operator_was_asked_and_answered_is_in_her_file(worker):
    case = scene.overpaid(worker=worker)
    factories.member("caf-91-recouvrement", "correspondent")
    questions.ask(
        line=scene.line_of(case, "rsa"), structure=factories.structure("caf-91-recouvrement"), kind="breakdown",
        shared=["name"], text="Quels mois ?", by=worker, at=NOON,
    )  # fmt: skip
    name = case.household.members.get().usual_name
    [asked] = facts_of(case, name, "Questions à un organisme")
    assert asked == {
        "posée à": "CAF 91 – recouvrement", "question": "Décompte détaillé", "champs partagés": "Nom et prénoms",
        "posée le": "24/11/2026", "état": "en attente de réponse",
    }  # fmt: skip
    assert facts_of(case, name, "Questions à un organisme, par écrit") == [{"de": "question", "texte": "Quels mois ?"}]


def test_a_child_who_left_withholds_nothing_from_her_parents(case, worker):
    note = write_note(case, worker)
    child = factories.person(usual_name="Okonkwo", first_names="Chidi")
    child.save()
    case.household.memberships.create(beneficiary=child, position="child", until=TODAY - timedelta(days=30))
    assert read(case, "Voisin")[f"note-{note.pk}"].concern == ""


@pytest.mark.parametrize(
    "instruction", [{"safe_address": "12 avenue des Lilas, 91000 Évry"}, {"not_through_spouse": True}]
)
def test_where_another_may_not_be_reached_through_him_what_names_nobody_is_withheld_from_a_spouse(
    case, worker, instruction
):
    """She has no lease to leave: nothing else says that she is in danger."""
    note = write_note(case, worker)
    assert read(case, "Voisin")[f"note-{note.pk}"].concern == ""
    Beneficiary.objects.filter(usual_name="Okonkwo").update(**instruction)
    assert read(case, "Voisin")[f"note-{note.pk}"].concern == "third_party"
    assert read(case, "Okonkwo")[f"note-{note.pk}"].concern == ""


def test_what_was_written_before_a_person_came_is_of_those_who_were_there(case, worker):
    notes = [write_note(case, worker, at=NOON - timedelta(days=days)) for days in (60, 10)]
    keys = [f"note-{note.pk}" for note in notes]
    of_home = HouseholdMember.objects.filter(household=case.household)
    came = {"beneficiary": person_of(case, "Voisin")}
    of_home.filter(**came).update(since=TODAY - timedelta(days=30))
    assert [read(case, "Voisin")[key].concern for key in keys] == ["third_party", ""]
    assert [read(case, "Okonkwo")[key].concern for key in keys] == ["", ""]
    # Both since the day on which somebody noted it: it says nothing of who came first.
    of_home.update(since=TODAY - timedelta(days=30))
    assert [read(case, "Voisin")[key].concern for key in keys] == ["", ""]


@pytest.mark.parametrize(("scan", "is_given"), [("clean", True), ("waiting", False)])
def test_a_piece_that_waits_for_the_scanner_is_not_given(case, worker, scan, is_given):
    piece = Document.objects.create(
        case=case, structure=factories.structure("caf-91"), by=worker, kind="other", title="Courrier",
        received_on=TODAY, file="pieces/une", content_type="application/pdf", size=1, sha256="0" * 64, scan=scan,
        added_at=NOON,
    )  # fmt: skip
    item = read(case, "Okonkwo")[f"document-{piece.pk}"]
    assert bool(item.file) is is_given
    assert ("pas encore analysé" in str(item.facts)) is not is_given


def write_note(case: Case, worker: Any, *, at: datetime = NOON) -> Note:
    caf = factories.structure("caf-91")
    return support.write_note(case=case, structure=caf, author=worker, text="…", visibility="shared", at=at)
