"""Contact fait au guichet: someone of a counter met the person, whoever follows her or will."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions import people, support, tenancies
from cases.locks import lock_case
from cases.matching.addresses import address_key
from cases.models import (
    AidKind,
    Beneficiary,
    Case,
    ContactAttempt,
    HouseholdMember,
    Housing,
    JournalEntry,
    Note,
    Structure,
    Tenancy,
    User,
)
from cases.rules.names import name_key
from cases.templatetags.relais import euros, phone, short_date
from workflows.models import CaseTask
from workflows.steps.contact import holder_of, stop_the_clock

HOW_TO_CALL = ("phone", "email", "language", "needs_interpreter", "no_message", "not_through_spouse")
OF_THE_PERSON = (*HOW_TO_CALL, "caf_number")
PRECAUTIONS = ("no_message", "not_through_spouse", "needs_interpreter")
"""They protect whoever is called: nothing is taken away by them, and whoever follows her may take them back."""
OF_THE_LEASE = {
    "reference": "Référence du locataire",
    "landlord_name": "Nom du propriétaire",
    "address": "Adresse",
    "aid_kind": "Aide au logement",
}
"""What a counter may complete of a dwelling."""
UNDECIDED = ("qualify", "arbitrate")
"""Steps at which the pilot’s desk has not said yet who follows."""


def who_follows(case: Case) -> Structure | None:
    """The structure that follows the household, or is asked to. None as long as nobody was asked."""
    waiting = {task.node: task.structure for task in CaseTask.objects.open().of_case(case).select_related("structure")}
    if "answer" in waiting:
        return waiting["answer"]
    return None if any(node in waiting for node in UNDECIDED) else case.responsible_structure


@transaction.atomic
def record_meeting(
    *,
    case: Case,
    structure: Structure,
    by: User,
    is_informed: bool,
    says_who: bool = True,
    at: datetime,
    cause: JournalEntry | None = None,
) -> JournalEntry:
    """Record that the counter of a structure met the person, on a case that it may not see.

    The delay to contact is met: at once when the step waits, else when it opens (see `steps.contact`). `is_informed`:
    the person was told who follows her, what is shared, and that she may refuse; the record names the structure that
    she was told of, and opens nothing by itself. `says_who`: may a counter name it?
    """
    lock_case(case.pk)
    today = localdate(at)
    entry = support.record_attempt(
        case=case,
        structure=structure,
        by=by,
        channel=ContactAttempt.Channel.DESK,
        result=ContactAttempt.Result.REACHED,
        made_on=today,
        at=at,
        cause=cause,
    )
    if is_informed:
        support.inform_at_counter(
            case=case,
            person=holder_of(case),
            named=who_follows(case) if says_who else None,
            structure=structure,
            by=by,
            given_on=today,
            at=at,
            cause=entry,
        )
    for task in CaseTask.objects.open().of_case(case).filter(node="contact"):
        stop_the_clock(task, at=at)
    return entry


@transaction.atomic
def complete_records(
    *,
    case: Case,
    said: Mapping[str, Any],
    lease: Mapping[str, object] = MappingProxyType({}),
    structure: Structure,
    by: User,
    at: datetime,
    cause: JournalEntry | None = None,
    told_by: str = "",
    labels: Mapping[str, str] = OF_THE_LEASE,
) -> None:
    """Keep what somebody of a household already known just said of herself and of her dwelling, without overwriting
    anything. `told_by`: who said it, if it is not she, at a counter.

    What was unknown is completed. Another number than hers, a number or a precaution of somebody who is not known in this
    household by that name, another address than the lease’s, or the landlord that nobody knew, is a shared observation:
    whoever follows decides.
    """
    told = {name: value for name in OF_THE_PERSON if (value := said.get(name))}
    members = HouseholdMember.objects.filter(household=case.household_id, until=None).select_related("beneficiary")
    here = [member.beneficiary for member in members]
    person = next((each for each in here if each.name_key == name_key(said["usual_name"], said["first_names"])), None)
    if person and (news := {name: value for name, value in told.items() if not getattr(person, name)}):
        people.correct_person(person=person, changes=news, structure=structure, case=case, by=by, at=at, cause=cause)
    here_by_phone = {each.phone for each in here}
    name = f"{said['usual_name'].upper()} {said['first_names']}".strip()
    source = f"selon {told_by}" if told_by else f"selon {name}, au guichet"
    landlord = find_news_of_landlord(case, lease)
    observed = _complete_lease(case, lease, labels=labels, structure=structure, by=by, at=at, cause=cause)
    observed += [("Bailleur", str(landlord))] if landlord else []
    lines = [(f"{label} {source} : {value}.", False) for label, value in observed]
    if (number := told.get("phone")) and number not in here_by_phone:
        words = f"Téléphone de {name}, selon {told_by}" if told_by else f"Téléphone donné au guichet par {name}"
        lines.insert(0, (f"{words} : {phone(number)}.", True))
    if person is None and (careful := ", ".join(_precautions_in_words(told))):
        lines.insert(0, (f"Précaution pour joindre {name or 'la personne'}, {source} : {careful}.", True))
    for line, is_to_reach in lines:
        support.write_note(
            case=case,
            structure=structure,
            author=by,
            text=line,
            visibility=Note.Visibility.SHARED,
            is_to_reach=is_to_reach,
            at=at,
            cause=cause,
        )


def find_news_of_landlord(case: Case, lease: Mapping[str, Any]) -> Structure | None:
    """Of a lease whose landlord nobody knew, the one that is named now."""
    landlord: Structure | None = lease.get("landlord")
    is_news = landlord and case.tenancy and case.tenancy.landlord_is_unknown and landlord != case.tenancy.landlord
    return landlord if is_news else None


def note_that_nobody_is_reached(*, case: Case, structure: Structure, by: User, at: datetime) -> None:
    """It was asked, and no way to reach the person is known: whoever follows reads it where the number would be."""
    support.write_note(
        case=case,
        structure=structure,
        author=by,
        text="Aucun moyen connu de joindre la personne : ni téléphone ni adresse n’ont pu être donnés au guichet.",
        visibility=Note.Visibility.SHARED,
        is_to_reach=True,
        at=at,
    )


def _precautions_in_words(told: Mapping[str, object]) -> Iterator[str]:
    for name in PRECAUTIONS:
        if told.get(name):
            yield str(Beneficiary._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # noqa: SLF001


def _in_words(name: str, value: Any) -> str:
    """What may be said of a lease, as it is read."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Decimal):
        return euros(value)
    if isinstance(value, date):
        return short_date(value)
    choices = {"aid_kind": AidKind.choices, "housing": Housing.choices}
    return str(dict(choices.get(name, [])).get(value, value))


def _complete_lease(
    case: Case,
    lease: Mapping[str, Any],
    *,
    labels: Mapping[str, str],
    structure: Structure,
    by: User,
    at: datetime,
    cause: JournalEntry | None,
) -> list[tuple[str, str]]:
    """Returns what was said otherwise than the lease has it: its words and the value."""
    tenancy = case.tenancy
    said = {name: value for name in labels if (value := lease.get(name)) not in ("", None)}
    if tenancy is None or not said:
        return []
    others = Tenancy.objects.filter(landlord=tenancy.landlord_id, ended_on=None).exclude(pk=tenancy.pk)
    taken = said.get("reference") and others.filter(reference=said["reference"]).exists()
    news = {
        name: value
        for name, value in said.items()
        if getattr(tenancy, name) in ("", None) and not (name == "reference" and taken)
    }
    if news:
        tenancies.update_tenancy(
            tenancy=tenancy, changes=news, structure=structure, case=case, by=by, at=at, cause=cause
        )
    return [
        (labels[name], _in_words(name, value)) for name, value in said.items() if not _is_same(tenancy, name, value)
    ]


def _is_same(tenancy: Tenancy, name: str, value: str) -> bool:
    known = getattr(tenancy, name)
    if name == "address" and (key := address_key(value)):
        return key == tenancy.address_key
    return bool(known == value)
