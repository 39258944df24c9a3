"""Who the household is, who follows it, and what was tried and said with it."""

from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.timezone import localtime

from cases.diagnosis.sections.content import (
    DiagnosisContent,
    Fact,
    Said,
    SectionTable,
    as_table,
    describes_section,
    only_known,
)
from cases.letters.compose import polite_name
from cases.models import DiagnosticPerson, HouseholdMember
from cases.templatetags.relais import NO_BREAK, birth_date, long_date, phone

YES_NO: dict[Any, str] = {True: "oui", False: "non"}


@describes_section("author")
def describe_author(said: DiagnosisContent) -> Said:
    if not said.diagnostic.by_id:
        return {}
    by, structure = said.diagnostic.by, said.diagnostic.structure or said.case.responsible_structure
    return {
        "facts": [
            ("Établi par", by.get_full_name()),
            ("Service", structure.name),
            ("Téléphone", phone(by.phone or structure.phone)),
            ("Courriel", by.email),
            *said.describe_columns("met_on", "presence"),
            *([("Interprète", "oui")] if said.diagnostic.interpreter else []),
        ]
    }


@describes_section("tenant")
def describe_tenant(said: DiagnosisContent) -> Said:
    return _describe_holder(said, says_number=True)


@describes_section("alerted")
def describe_alerted(said: DiagnosisContent) -> Said:
    """Who, where, and how she may be reached: what a service needs to act, and no number of hers."""
    return _describe_holder(said, says_number=False)


def _describe_holder(said: DiagnosisContent, *, says_number: bool) -> Said:
    person, lease = said.holder, said.case.tenancy
    if person is None:
        return {}
    return {
        "facts": [
            ("Nom", polite_name(person)),
            ("Date de naissance", birth_date(person.birth_date)),
            ("Adresse", lease.one_line_address if lease else ""),
            ("Téléphone", phone(person.phone) if person.phone else ""),
            *only_known(
                ("Consignes de contact", ", ".join(person.contact_instructions)),
                ("Numéro allocataire", person.caf_number if says_number else ""),
                ("Langue", person.language),
            ),
        ]
    }


@describes_section("household")
def describe_household(said: DiagnosisContent) -> Said:
    rows = [
        (person.full_name, position, birth_date(person.birth_date) or "non connue", _activity(line))
        for person, position, line in said.people
    ]
    return {
        "facts": [
            *_family_and_size(said),
            *said.describe_columns("marital"),
            *said.describe_known_columns("children_elsewhere"),
        ],
        "table": SectionTable(columns=("Nom", "Place", "Naissance", "Activité"), rows=rows),
        "texts": said.describe_known_columns("family_story"),
    }


@describes_section("composition")
def describe_composition(said: DiagnosisContent) -> Said:
    """How many, without naming the children: for who decides on the debt."""
    children = sum(position == HouseholdMember.Position.CHILD.label for _, position, _ in said.people)
    children = max(children, said.setting.household_facts.get("dependent_children") or 0)
    return {
        "facts": [
            *_family_and_size(said),
            ("dont enfants à charge", str(children) if children else "aucun connu"),
            *said.describe_known_columns("children_elsewhere"),
        ]
    }


def _family_and_size(said: DiagnosisContent) -> list[Fact]:
    return [*said.describe_columns("family"), ("Personnes au foyer", str(said.setting.household_size))]


def _activity(line: DiagnosticPerson | None) -> str:
    if line is None or not line.activity:
        return ""
    return line.get_activity_display() + (f" depuis {birth_date(line.since)}" if line.since else "")


@describes_section("support")
def describe_support(said: DiagnosisContent) -> Said:
    protected = YES_NO.get(said.setting.is_protected, "")
    return {
        "facts": [
            *said.describe_columns("lawyer"),
            ("Mesure de protection ou budgétaire ordonnée par un juge", protected),
        ],
        "texts": said.describe_known_columns("social_support"),
    }


@describes_section("parties")
def describe_parties(said: DiagnosisContent) -> Said:
    observed = said.describe_columns("tenant_says", "landlord_says")
    return {"texts": [(label, text or "aucune observation recueillie") for label, text in observed]}


@describes_section("analysis")
def describe_analysis(said: DiagnosisContent) -> Said:
    return {"texts": said.describe_known_columns("author_says", "advice")}


@describes_section("attempts")
def describe_attempts(said: DiagnosisContent) -> Said:
    rows = [
        (
            long_date(each.made_on),
            capfirst(each.get_channel_display()),
            each.get_result_display(),
            f"{each.by.get_full_name()}, {each.structure.name}",
        )
        for each in said.attempts
    ]
    return as_table(("Date", "Moyen", "Résultat", "Par"), rows, if_none=("Tentatives", "aucune enregistrée"))


@describes_section("letters")
def describe_letters(said: DiagnosisContent) -> Said:
    rows = [(long_date(each.sent_on), each.title, each.get_sent_by_display()) for each in said.letters_sent]
    return as_table(("Date", "Courrier", "Moyen"), rows, if_none=("Courriers", "aucun envoi enregistré"))


@describes_section("appointments")
def describe_appointments(said: DiagnosisContent) -> Said:
    rows = [
        (_format_moment(each.starts_at), each.get_place_display(), each.get_state_display())
        for each in said.appointments
    ]
    return as_table(("Date", "Lieu", "Résultat"), rows, if_none=("Rendez-vous", "aucun enregistré"))


def _format_moment(moment: datetime) -> str:
    local = localtime(moment)
    return f"{long_date(local)}, {local.hour}{NO_BREAK}h{NO_BREAK}{local:%M}"
