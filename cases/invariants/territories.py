"""A case, and all that hangs on it, is of one territory: nothing leads from one city to another."""

from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from cases.invariants.register import Found, invariant
from cases.models import (
    Appointment,
    Assignment,
    Case,
    CaseLabel,
    Deadline,
    Document,
    EmergencyAccess,
    HouseholdMember,
    Letter,
    Note,
    OverpaymentNotice,
    Participation,
    Question,
    Referent,
    Report,
    SharingRequest,
    Tenancy,
    Vacancy,
    Watch,
)


@invariant(
    "Un dossier est du territoire de son ménage et des structures qui l’ont ouvert et en répondent.", of="dossiers"
)
def case_is_of_one_territory(on: date) -> Found:
    return Case.objects.exclude(
        household__territory=F("territory"),
        responsible_structure__territory=F("territory"),
        opened_by_structure__territory=F("territory"),
    )


@invariant("Une personne n’a pas de ménage dans deux territoires.", of="membres de ménages")
def person_is_of_one_territory(on: date) -> Found:
    elsewhere = HouseholdMember.objects.filter(beneficiary=OuterRef("beneficiary")).exclude(
        household__territory=OuterRef("household__territory")
    )
    return HouseholdMember.objects.filter(Exists(elsewhere))


@invariant("Le bailleur et le gestionnaire d’un logement sont du territoire de son ménage.", of="baux")
def lease_is_of_one_territory(on: date) -> Found:
    managed_elsewhere = Q(manager__isnull=False) & ~Q(manager__territory=F("household__territory"))
    return Tenancy.objects.filter(~Q(landlord__territory=F("household__territory")) | managed_elsewhere)


@invariant("Aucune structure d’un autre territoire ne participe à un dossier.", of="participations")
def taking_part_in_ones_territory(on: date) -> Found:
    return Participation.objects.exclude(structure__territory=F("case__territory"))


@invariant("Nul n’est affecté à un dossier pour une structure d’un autre territoire.", of="affectations")
def assigned_in_ones_territory(on: date) -> Found:
    return Assignment.objects.exclude(structure__territory=F("case__territory"))


@invariant("Ce qui est écrit d’un dossier l’est par une structure de son territoire.", of="écrits")
def written_in_ones_territory(on: date) -> Found:
    """Notes, letters, pieces, appointments, requests to share, accesses in emergency, référents, vacancies: one list of ids for all."""
    kinds = (Note, Letter, Document, Appointment, SharingRequest, EmergencyAccess, Referent, Vacancy)
    here = Q(structure__territory=F("case__territory")) | Q(structure=None)
    found: list[int] = []
    for kind in kinds:
        rows: Any = kind.objects
        found += rows.exclude(here).values_list("pk", flat=True)
    return found


@invariant("Un signalement vient d’une structure du territoire de son dossier.", of="signalements")
def reported_in_ones_territory(on: date) -> Found:
    return Report.everything.exclude(structure__territory=F("case__territory"))


@invariant("Un impayé est surveillé par une structure du territoire du ménage.", of="impayés surveillés")
def watched_in_ones_territory(on: date) -> Found:
    return Watch.objects.exclude(structure__territory=F("tenancy__household__territory"))


@invariant("Un trop-perçu est dû à un organisme du territoire du dossier.", of="notifications")
def owed_in_ones_territory(on: date) -> Found:
    return OverpaymentNotice.objects.exclude(creditor__territory=F("case__territory"))


@invariant("Une question est posée à un service du territoire du dossier.", of="questions")
def asked_in_ones_territory(on: date) -> Found:
    return Question.objects.exclude(structure__territory=F("line__notice__case__territory"))


@invariant("Une étiquette n’est posée que sur un dossier de son territoire.", of="étiquettes de dossiers")
def labelled_in_ones_territory(on: date) -> Found:
    return CaseLabel.objects.exclude(label__structure__territory=F("case__territory"))


@invariant("Un délai compte par une édition du territoire de son dossier.", of="échéances")
def counted_by_ones_own_edition(on: date) -> Found:
    return Deadline.objects.exclude(rule__edition__territory=F("case__territory"))


@invariant("Un courrier est fait d’une édition du territoire de son dossier.", of="courriers")
def written_from_ones_own_edition(on: date) -> Found:
    return Letter.objects.exclude(edition__territory=F("case__territory"))
