"""What a letter says on a day: the values of its fields, and to which address it goes."""

import re
from collections.abc import Mapping
from datetime import date, time

from django.db.models import prefetch_related_objects

from cases.actions.plans import current_plan
from cases.actions.rules_in_force import find_edition
from cases.letters.typeset import Envelope
from cases.models import (
    Beneficiary,
    Case,
    DataController,
    Edition,
    LeaseDeparture,
    LegalProtection,
    Participation,
    RepaymentPlan,
    Structure,
    User,
)
from cases.rules.letters import LetterText, fill_letter, read_letters
from cases.rules.protections import GUARDIAN, PERSON, address_letter
from cases.rules.texts import Filled, non_empty_lines
from cases.templatetags.relais import DAYS, euros, long_date, phone

POSTCODE = re.compile(r"^(?P<street>.*?)[,\s]+(?P<town>\d{5}\s.*)$")
TITLES = {"mme": "Mme", "m": "M."}
GREETINGS = {"mme": "Madame", "m": "Monsieur"}


def letters_in_force(*, on: date, territory: str) -> tuple[Edition, dict[str, LetterText]]:
    """The edition of that day and its letters, by code."""
    edition = find_edition(Edition.Catalogue.LETTERS, on=on, territory=territory)
    return edition, read_letters(edition.parameters)


def compose_letter(
    text: LetterText,
    *,
    case: Case,
    recipient: Beneficiary,
    structure: Structure,
    by: User,
    typed: Mapping[str, object],
    on: date,
    draft: bool = False,
) -> tuple[Filled, Envelope]:
    """The letter in words, and its envelope. Refuses (`MissingValue`) what isn’t known, unless it is a draft."""
    said = {field: in_words(value) for field, value in typed.items()}
    plan = current_plan(case) if text.needs == "plan" else None
    values = _of_case(case, recipient=recipient, structure=structure, by=by, on=on) | _of_plan(plan) | said
    # What is left at her door is for her, and says to whoever opens it nothing of what protects her.
    protection = None if text.left_at_home else find_protection(recipient, on=on)
    if protection and is_served_on_guardian(protection):
        title = "" if protection.has_several_guardians else protection.guardian_title
        values |= {"greeting": GREETINGS.get(title, "Madame, Monsieur")}
    filled = fill_letter(text, values=values, rows=_rows(case, plan, on=on), draft=draft)
    if protection and protection.guardian:
        person, role = polite_name(recipient), protection.role
        filled = address_letter(filled, rule=protection.rule, person=person, role=role)
    return filled, Envelope(
        sender=sender_lines(structure.name, by.get_full_name(), said.get("phone")),
        recipient=recipient_lines(recipient, case, protection=protection),
        reference=case.reference,
        made_on=on,
    )


def sender_lines(structure: str, professional: str, number: str | None) -> tuple[str, ...]:
    return non_empty_lines(structure, professional, number and f"Téléphone : {number}")


def in_words(value: object) -> str:
    """What was typed, as the letter says it: mardi 1er décembre 2026, 14 h 30."""
    if isinstance(value, date):
        return f"{DAYS[value.weekday()]} {long_date(value)}"
    if isinstance(value, time):
        return f"{value.hour}\u00a0h" + (f"\u00a0{value:%M}" if value.minute else "")
    return str(value or "").strip()


def polite_name(person: Beneficiary) -> str:
    return " ".join(filter(None, [TITLES.get(person.title), person.full_name]))


def address_lines(recipient: Beneficiary, case: Case) -> tuple[str, ...]:
    """The safe address, when the person gave one, and no other; else the dwelling, unless she left it. Empty when none is known."""
    if recipient.safe_address:
        return split_address(recipient.safe_address)
    lease = case.tenancy
    if lease is None or not lease.address:
        return ()
    if any(each.beneficiary_id == recipient.pk for each in departures_from_home(case)):
        return ()
    inside = (("bât.", lease.building), ("esc.", lease.stair), ("porte", lease.door))
    return non_empty_lines(
        lease.address,
        ", ".join(f"{word} {value}" for word, value in inside if value),
        f"{lease.postcode} {lease.city}".strip(),
    )


def departures_from_home(case: Case) -> list[LeaseDeparture]:
    """Who left the dwelling of the case, asked once."""
    if case.tenancy is None:
        return []
    prefetch_related_objects([case.tenancy], "departures__beneficiary")
    return list(case.tenancy.departures.all())


def split_address(address: str) -> tuple[str, ...]:
    """In lines, an address that was typed in one."""
    found = POSTCODE.match(address)
    return (found["street"], found["town"]) if found else non_empty_lines(address)


def find_protection(person: Beneficiary, *, on: date) -> LegalProtection | None:
    """The measure that protects a person on a day, if any."""
    return person.protections.in_force(on).first()


def judgment_words(protection: LegalProtection) -> str:
    """What names the guardian, as a letter says it."""
    judged = f"jugement du {long_date(protection.judged_on)}"
    return f"{judged}, {protection.court}" if protection.court else judged


def is_served_on_guardian(protection: LegalProtection) -> bool:
    """Does what is for her go to who represents her, and not to her home?"""
    return protection.rule.served == GUARDIAN and bool(protection.guardian)


def guardian_lines(protection: LegalProtection) -> tuple[str, ...]:
    """Who protects, and where. The envelope never says that somebody is protected."""
    return non_empty_lines(protection.polite_guardian_name, protection.service)


def recipient_lines(
    recipient: Beneficiary, case: Case, *, protection: LegalProtection | None = None
) -> tuple[str, ...]:
    """To whom, and where: the guardian of who is represented, and then never her home."""
    to: tuple[str, ...] = (polite_name(recipient),)
    if protection and is_served_on_guardian(protection):
        to = (*guardian_lines(protection), f"pour {polite_name(recipient)}")
    return (*to, *delivery_lines(recipient, case, protection=protection))


def delivery_lines(
    recipient: Beneficiary, case: Case, *, protection: LegalProtection | None = None
) -> tuple[str, ...]:
    """Where it goes, without to whom; empty when nobody knows."""
    if protection and is_served_on_guardian(protection):
        return split_address(protection.address)
    return address_lines(recipient, case)


def copy_lines(protection: LegalProtection) -> tuple[str, ...]:
    """To whom a copy goes as well, and where, when the person and her guardian both receive; else nothing."""
    if protection.rule.served in (GUARDIAN, PERSON) or not protection.guardian:
        return ()
    return (*guardian_lines(protection), *split_address(protection.address))


def values_of_sender(*, reference: str, structure: Structure, by: User, on: date) -> dict[str, str]:
    """What every letter and every sheet may say of who writes it, and of the case its number."""
    return {
        "reference": reference,
        "structure": structure.name,
        "professional": by.get_full_name(),
        "today": long_date(on),
        "phone": phone(by.phone or structure.phone),
    }


def privacy_contact(structure: Structure) -> str:
    """Whom a person writes to about her data: the officer of the controller, and where, when it was said."""
    return DataController.of_structure(structure).officer_contact


def _of_case(case: Case, *, recipient: Beneficiary, structure: Structure, by: User, on: date) -> dict[str, str]:
    lease = case.tenancy
    return {
        **values_of_sender(reference=case.reference, structure=structure, by=by, on=on),
        "person": polite_name(recipient),
        "greeting": GREETINGS.get(recipient.title, "Madame, Monsieur"),
        "landlord": lease.known_landlord if lease else "",
        "home": lease.one_line_address if lease else "",
    }


def _of_plan(plan: RepaymentPlan | None) -> dict[str, str]:
    if plan is None:
        return {}
    agreed = f"Le bailleur l’a accepté le {long_date(plan.agreed_on)}."
    proposed = "Il est proposé au bailleur, et s’applique quand le bailleur l’a accepté."
    return {
        "plan_amount": f"{euros(plan.amount)} ({plan.shares_words})" if plan.shares_words else euros(plan.amount),
        "plan_made_on": long_date(plan.made_on),
        "plan_monthly": euros(plan.monthly),
        "plan_count": str(plan.instalments.count()),
        "plan_position": agreed if plan.agreed_on else proposed,
    }


def _rows(case: Case, plan: RepaymentPlan | None, *, on: date) -> dict[str, list[tuple[str, ...]]]:
    """Structures that take part, whatever their part: the person may know who sees her case."""
    parts = Participation.objects.active(on).filter(case=case).select_related("structure")
    instalments = plan.instalments.all() if plan else ()
    return {
        "participants": sorted({(part.structure.name,) for part in parts}),
        "instalments": [(str(each.number), long_date(each.due_on), euros(each.amount)) for each in instalments],
    }
