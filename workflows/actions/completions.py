"""Compléter un dossier d’un autre service: proposed by whoever does not see it, applied when the structure in charge agrees.

An act that was received, an urgency and a precaution do not wait: a legal delay runs whether somebody agrees or not, and
a message left where it must not be cannot be taken back (decisions/0030).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import people
from cases.actions.withdrawals import register_withdrawal
from cases.locks import lock_case
from cases.models import Case, FactSource, Household, JournalEntry, Report, Structure, Tenancy, User
from cases.refusals import NotAllowed, Refusal
from workflows.actions import counter
from workflows.actions.report import report_arrears
from workflows.actions.tasks import route_if_known
from workflows.models import ProposedCompletion

State = ProposedCompletion.State
DEBT = "debt"
"""The part of what is said that an amount makes, with its day and its details."""
NAMES = ("usual_name", "first_names")
"""Whose number or phone it is: said with it, and nothing to agree to."""
OF_A_DEBT: Mapping[str, Callable[[str], Any]] = {"months_unpaid": Decimal, "first_unpaid_on": date.fromisoformat}


class CannotComplete(Refusal):
    """A case is not completed so."""


@dataclass(frozen=True, kw_only=True)
class TypedCompletion:
    """What would be added to a case, as forms cleaned it."""

    person: Mapping[str, Any]
    lease: Mapping[str, Any]
    facts: Mapping[str, Any]
    balance: Decimal | None
    as_of: date
    details: Mapping[str, Any]

    def as_json(self) -> dict[str, dict[str, Any]]:
        """Part → name → value; a part of which nothing is said is left out."""
        of_person = (name for name in counter.OF_THE_PERSON if name not in counter.PRECAUTIONS)
        person = {name: value for name in of_person if (value := self.person.get(name))}
        lease = {name: value for name, value in self.lease.items() if name in LEASE_FIELDS and value not in ("", None)}
        is_named = bool(self.person.get("usual_name") and (person or lease))
        names = names_of(self.person) if is_named else {}
        debt: dict[str, Any] = {}
        if self.balance is not None:
            debt = {"balance": self.balance, "as_of": self.as_of, **self.details}
        parts = {"person": names | person, "lease": lease, "facts": dict(self.facts), DEBT: debt}
        return {part: {name: _plain(value) for name, value in said.items()} for part, said in parts.items() if said}


LEASE_FIELDS = {
    **counter.OF_THE_LEASE, "building": "Bâtiment", "door": "Porte", "postcode": "Code postal", "city": "Commune",
    "housing": "Parc", "lease_date": "Bail du", "rent": "Loyer", "charges": "Charges", "aid": "Montant de l’aide",
    "direct_payment": "Aide versée au bailleur",
}  # fmt: skip
"""What may be said of a dwelling, in words."""


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def keys_of(said: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """What may be kept or not, one by one: « person.phone », « facts.rsa »; an amount is one with its day."""
    for part, values in said.items():
        if part == DEBT:
            yield DEBT
        else:
            yield from (f"{part}.{name}" for name in values if part != "person" or name not in NAMES)


def precautions_of(person: Mapping[str, Any]) -> dict[str, Any]:
    """What does not wait of what is said of a person, with her name; empty without one."""
    said = {name: True for name in counter.PRECAUTIONS if person.get(name)}
    return names_of(person) | said if said else {}


def names_of(person: Mapping[str, Any]) -> dict[str, Any]:
    return {name: person.get(name, "") for name in NAMES}


def waits_for_agreement(case: Case, *, structure: Structure, by: User, at: datetime) -> bool:
    """Is the case another structure’s, and unseen by who types? A landlord speaks of his own tenant."""
    if structure.is_claimant or case.responsible_structure_id == structure.pk:
        return False
    return not permissions.can_view(by, case, at=localdate(at))


@transaction.atomic
def propose(
    *, case: Case, completion: TypedCompletion, structure: Structure, by: User, at: datetime
) -> ProposedCompletion | None:
    """Lock a case, and keep what would be added to it until the structure in charge answers. None when nothing is said of it:
    the acts that come with it do not wait.

    Refuses (`CannotComplete`) a case that closed meanwhile."""
    if not lock_case(case.pk).is_open:
        raise CannotComplete("Ce dossier vient d’être clos : signaler l’impayé de nouveau.")
    if not (said := completion.as_json()):
        return None
    made = ProposedCompletion.objects.create(case=case, structure=structure, by=by, said=said, asked_at=at)
    journal.record("completion.proposed", at=at, case=case, by=by, structure=structure, completion=made.pk)
    return made


@transaction.atomic
def record_facts_for_own_case(
    *,
    household: Household,
    facts: Mapping[str, object],
    structure: Structure,
    by: User,
    at: datetime,
    case: Case | None = None,
    cause: JournalEntry | None = None,
) -> None:
    """What a professional says of a household of which he opens a case (`case`, where it is open already). Where another
    structure follows it, and he sees none of its other open cases, what was unknown is written, and what would replace a
    known fact is proposed there."""
    others = _unseen_case(household, but=case, structure=structure, by=by, at=at)
    known = {fact.name: fact for fact in household.facts.all()} if others else {}
    replaced = {
        name: value
        for name, value in people.facts_to_change(known, facts, source=FactSource.PROFESSIONAL).items()
        if name in known
    }
    people.record_facts(
        household=household,
        facts={name: value for name, value in facts.items() if name not in replaced},
        source=FactSource.PROFESSIONAL,
        known_on=localdate(at),
        at=at,
        by=by,
        case=case,
        cause=cause,
    )
    if others and replaced:
        said = TypedCompletion(person={}, lease={}, facts=replaced, balance=None, as_of=localdate(at), details={})
        propose(case=others, completion=said, structure=structure, by=by, at=at)


def lock_unseen_case(household: Household, *, structure: Structure, by: User, at: datetime) -> None:
    """The case to which facts would be proposed, before the household is locked, as by all who act on both."""
    if others := _unseen_case(household, but=None, structure=structure, by=by, at=at):
        lock_case(others.pk)


def _unseen_case(
    household: Household, *, but: Case | None, structure: Structure, by: User, at: datetime
) -> Case | None:
    """The oldest open case of a household, if the person sees none of them and none is his structure’s."""
    opened = Case.objects.filter(household=household, closed_on=None).order_by("pk")
    found = [case for case in opened if case != but]
    unseen = [case for case in found if waits_for_agreement(case, structure=structure, by=by, at=at)]
    return unseen[0] if unseen and len(unseen) == len(found) else None


@transaction.atomic
def accept(*, proposed: ProposedCompletion, kept: Collection[str], by: User, at: datetime) -> ProposedCompletion:
    """What is kept of it is written: blanks are filled, another value than the known one of a person or of her dwelling is
    a shared observation. Refuses (`CannotComplete`) one that is answered or of which nothing is kept, and (`NotAllowed`)
    who does not answer for the case."""
    case, proposed = _lock_waiting(proposed, by=by, at=at)
    said = {part: dict(values) for part, values in proposed.said.items()}
    found = [key for key in keys_of(said) if key in kept]
    if not found:
        raise CannotComplete("Cocher ce que vous retenez, ou décliner avec un motif.", field="kept")
    entry = _close(proposed, State.ACCEPTED, by=by, at=at, fields=found)
    facts = {name: value for name, value in said.get("facts", {}).items() if f"facts.{name}" in found}
    people.record_facts(
        household=case.household,
        facts=facts,
        source=FactSource.PROFESSIONAL,
        known_on=localdate(at),
        at=at,
        by=by,
        case=case,
        cause=entry,
    )
    if DEBT in found:
        _report(case, said[DEBT], structure=proposed.structure, by=by, at=at, cause=entry)
    _complete_records(case, said, found, structure=proposed.structure, by=by, at=at, cause=entry)
    route_if_known(case=case, at=at)
    return proposed


@transaction.atomic
def decline(*, proposed: ProposedCompletion, reason: str, by: User, at: datetime) -> ProposedCompletion:
    """Nothing of it is written. Refuses as `accept` does."""
    _, proposed = _lock_waiting(proposed, by=by, at=at)
    _close(proposed, State.DECLINED, by=by, at=at, reason=reason)
    return proposed


def _decline_at_closing(case: Case, by: User | None, at: datetime, cause: JournalEntry) -> None:
    """Nobody may answer any more: whoever proposed it is told, and nothing of what was said is kept."""
    waiting = ProposedCompletion.objects.filter(case=case, state=State.ASKED)
    for proposed in waiting.select_related("case", "structure", "by").order_by("pk"):
        reason = ProposedCompletion.DeclineReason.CLOSED
        _close(proposed, State.DECLINED, by=by, at=at, cause=cause, reason=reason)


register_withdrawal("completions", _decline_at_closing)


def _lock_waiting(proposed: ProposedCompletion, *, by: User, at: datetime) -> tuple[Case, ProposedCompletion]:
    lock_case(proposed.case_id)
    case = Case.objects.select_related("household", "tenancy", "responsible_structure").get(pk=proposed.case_id)
    if not permissions.answers_about(by, case, at=localdate(at)):
        raise NotAllowed
    proposed = ProposedCompletion.objects.select_related("structure", "by").get(pk=proposed.pk)
    if proposed.state != State.ASKED:
        raise CannotComplete(f"Ce complément est déjà {proposed.answered_in_words}.")
    if not case.is_open:
        raise CannotComplete("Ce dossier est clos : rien ne s’y ajoute.")
    return case, proposed


def _close(
    proposed: ProposedCompletion,
    state: str,
    *,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
    **data: Any,
) -> JournalEntry:
    proposed.state, proposed.answered_by, proposed.answered_at, proposed.said = state, by, at, {}
    proposed.decline_reason = data.get("reason", "")
    proposed.save(update_fields=["state", "answered_by", "answered_at", "said", "decline_reason"])
    return journal.record(
        f"completion.{state}",
        at=at,
        case=proposed.case,
        by=by,
        structure=proposed.structure,
        cause=cause,
        completion=proposed.pk,
        to=proposed.by_id,
        **data,
    )


def _report(
    case: Case, said: Mapping[str, Any], *, structure: Structure, by: User, at: datetime, cause: JournalEntry
) -> None:
    """In the name of the structure that says it."""
    if case.tenancy is None:
        return
    report_arrears(
        tenancy=case.tenancy,
        structure=structure,
        channel=Report.Channel.PROFESSIONAL,
        balance=Decimal(said["balance"]),
        as_of=date.fromisoformat(said["as_of"]),
        at=at,
        by=by,
        cause=cause,
        **{name: read(said[name]) for name, read in OF_A_DEBT.items() if name in said},
    )


def _complete_records(
    case: Case,
    said: Mapping[str, Mapping[str, object]],
    kept: Collection[str],
    *,
    structure: Structure,
    by: User,
    at: datetime,
    cause: JournalEntry,
) -> None:
    """What the structure in charge has agreed to, written by it; `structure`: who told it."""
    fields = {field.name: field for field in Tenancy._meta.concrete_fields}  # noqa: SLF001 - Django’s documented API
    lease = {
        name: fields[name].to_python(value) for name, value in said.get("lease", {}).items() if f"lease.{name}" in kept
    }
    person = {
        name: value for name, value in said.get("person", {}).items() if name in NAMES or f"person.{name}" in kept
    }
    if not lease and not person.keys() - set(NAMES):
        return
    counter.complete_records(
        case=case,
        said=dict.fromkeys(NAMES, "") | person,
        lease=lease,
        structure=case.responsible_structure,
        by=by,
        at=at,
        cause=cause,
        told_by=str(structure),
        labels=LEASE_FIELDS,
    )
