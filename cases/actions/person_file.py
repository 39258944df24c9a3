"""All that is known of a person, item by item, as she may read it; and what whoever opens an archive reads of it.

Each item says whether it is about somebody else or internal to a service: the officer reviews these before anything goes out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.utils.timezone import localdate

from cases.actions.remedies import overpayments_in_force
from cases.models import (
    AccessEntry,
    Appointment,
    Beneficiary,
    Case,
    ContactAttempt,
    DebtLine,
    DebtStatement,
    Diagnostic,
    DiagnosticPerson,
    DiagnosticResource,
    Document,
    Edition,
    EmergencyAccess,
    FamilyCode,
    Household,
    HouseholdFact,
    HouseholdMember,
    InformationGiven,
    LaterAnswer,
    LeaseDeparture,
    LeaseShare,
    LegalProtection,
    Letter,
    Measure,
    Note,
    OverpaymentNotice,
    Participation,
    Question,
    QuestionText,
    Referent,
    RentCheck,
    RepaymentPlan,
    SharingRequest,
    Structure,
    Tenancy,
)
from cases.models.diagnosis import PARTIAL_DATES
from cases.rules.french import money, partial_date, spaced_phone

THIRD, INTERNAL = "third_party", "internal"
HIDDEN = {"id", "public_id", "name_key", "address_key", "sha256", "merged_into", "created_at", "recorded_at", "file"}


NOT_MONEY = frozenset({"months_unpaid", "percent"})
FORMS: Mapping[str, Callable[[str], str]] = {
    "phone": spaced_phone,
    **dict.fromkeys(("birth_date", "since", *PARTIAL_DATES), partial_date),
}
"""Of columns that keep a number or a date as text."""

WRITTEN = (Note, Document, Diagnostic, EmergencyAccess, SharingRequest, QuestionText)
"""What says by no column whom it is about: where another left the lease, it may say why, or where she is."""


@dataclass(frozen=True, kw_only=True)
class PersonItem:
    key: str
    section: str
    facts: tuple[tuple[str, str], ...]
    concern: str = ""
    """Empty, or why the officer looks at it first."""
    is_log: bool = False
    """A line of the access log."""
    file: FieldFile | None = field(default=None, compare=False)
    extension: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    section: str
    rows: QuerySet[Any]
    names: tuple[str, ...]
    day: str
    """When it was so: what comes after a person left the household is of those who stayed."""
    about: tuple[str, ...] = ()
    """Its columns that name the person whom it is about."""


def read_person_file(household: Household, person: Beneficiary, *, fact_words: Mapping[str, str]) -> list[PersonItem]:
    """`person`: whose file it is; the others of her household are then others’ data.
    `fact_words`: what each fact of a household is called."""
    cases = Case.objects.filter(household=household)
    return [item for item in _read(household, cases, person, fact_words) if item.facts]


def read_archive(
    household: Household, *, cases: QuerySet[Case], structure: Structure, fact_words: Mapping[str, str]
) -> list[PersonItem]:
    """What `structure` reads of these cases of a household, once archived: no more than while they lived. Neither what a
    professional wrote for himself, nor what another service kept to itself, nor where a person hides; nothing of the other
    cases of the household, nor of one that the structure in charge had never seen in full, but what it did there itself."""
    of_charge = Participation.objects.filter(
        case=OuterRef("pk"), structure=OuterRef("responsible_structure"), level=Participation.Level.FULL
    )
    in_full = cases.filter(Exists(of_charge))
    return [item for item in _read(household, in_full, None, fact_words, reader=structure, listed=cases) if item.facts]


@dataclass(frozen=True, kw_only=True)
class Stay:
    """The days of a person in a household, as far as they are known."""

    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)


HELD = (("fichier", "pas encore analysé par l’antivirus, ou écarté par lui : il n’est pas joint"),)


def _read(
    home: Household,
    cases: QuerySet[Case],
    person: Beneficiary | None,
    fact_words: Mapping[str, str],
    reader: Structure | None = None,
    listed: QuerySet[Case] | None = None,
) -> Iterator[PersonItem]:
    """`listed`: the cases that are said, if more than those that are read."""
    for member in HouseholdMember.objects.filter(household=home).select_related("beneficiary").order_by("pk"):
        other = person is not None and member.beneficiary_id != person.pk
        names: tuple[str, ...] = (
            "title", "usual_name", "birth_name", "first_names", "birth_date", "language", "caf_number",
            *(() if other else ("phone", "email")), *(() if other or reader else ("safe_address",)),
        )  # fmt: skip
        # Where another person of the household is reached is hers alone: an ex-spouse may ask.
        said = "" if other else ", ".join(member.beneficiary.contact_instructions)
        told = (("consignes de contact", said),) if said else ()
        facts = (*_describe(member.beneficiary, names), *told, *_describe(member, ("position", "since", "until")))
        section = "Autre personne du ménage" if other else "Identité"
        yield PersonItem(key=f"person-{member.pk}", section=section, facts=facts, concern=THIRD if other else "")
    stay = Stay(since=_find_arrival(home, person), until=_find_departure(home, person))
    is_apart = person is not None and _has_other_left(home, person)
    codes_of_others = _find_cases_with_codes_of_others(cases, person)
    for table in _tables(home, cases, of_all=reader is None, listed=cases if listed is None else listed):
        for row in table.rows:
            if reader is not None and _is_kept_from(reader, row):
                continue
            if isinstance(row, HouseholdFact):
                row.name = fact_words.get(row.name, row.name)
            elif isinstance(row, Measure):
                row.state = row.state_rules.words
            elif isinstance(row, Question):
                _put_in_words(row)
            is_read_by_other = isinstance(row, AccessEntry) and row.user_id is None and row.case_id in codes_of_others
            item = _item(table, row, person, stay, is_apart=is_apart)
            yield replace(item, concern=item.concern or THIRD) if is_read_by_other else item


def _put_in_words(question: Question) -> None:
    """As they were when it was asked."""
    words = overpayments_in_force(on=localdate(question.asked_at), territory=question.structure.territory)
    kinds = {each.code: each.label for each in words.questions}
    answers = {each.code: each.label for each in words.answers}
    question.kind = kinds.get(question.kind, question.kind)
    question.answer = answers.get(question.answer, question.answer)
    question.shared = question.shared_field_names


def _is_kept_from(reader: Structure, row: Any) -> bool:
    # Why another asked for a case, or opened it in an emergency, is read by that one and by the officers.
    if isinstance(row, SharingRequest | EmergencyAccess):
        return bool(row.structure_id != reader.pk)
    if isinstance(row, Note) and row.visibility == Note.Visibility.PERSONAL:
        return True
    is_internal = (isinstance(row, Note) and row.visibility == Note.Visibility.INTERNAL) or (
        isinstance(row, Document) and row.visibility == Document.Visibility.INTERNAL
    )
    return is_internal and row.structure_id != reader.pk


def _find_departure(home: Household, person: Beneficiary | None) -> date | None:
    """The last day of a person in a household; None while she is there."""
    if person is None:
        return None
    ends = list(HouseholdMember.objects.filter(household=home, beneficiary=person).values_list("until", flat=True))
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _has_other_left(home: Household, person: Beneficiary) -> bool:
    """Another adult left, on the lease or not, or said how she is not to be reached: what names nobody may be of her."""
    left = LeaseDeparture.objects.filter(tenancy__household=home).exclude(beneficiary=person)
    others = HouseholdMember.objects.filter(household=home).exclude(beneficiary=person)
    gone = ~Q(position=HouseholdMember.Position.CHILD) & Q(until__isnull=False)
    hides = (
        Q(beneficiary__no_message=True) | Q(beneficiary__not_through_spouse=True) | ~Q(beneficiary__safe_address="")
    )
    return left.exists() or others.filter(gone | hides).exists()


def _find_arrival(home: Household, person: Beneficiary | None) -> date | None:
    """The first day of a person in a household that others made before her; None where nobody knows, or she was there first."""
    if person is None:
        return None
    rows = HouseholdMember.objects.filter(household=home).values_list("beneficiary", "since")
    own = [since for pk, since in rows if pk == person.pk]
    arrived = min((since for since in own if since), default=None)
    if arrived is None or None in own:
        return None
    return arrived if any(since is None or since < arrived for pk, since in rows if pk != person.pk) else None


def _find_cases_with_codes_of_others(cases: QuerySet[Case], person: Beneficiary | None) -> frozenset[int]:
    """In which whoever read a sheet on the web, or tried to, may be another person: nobody was signed in."""
    found = FamilyCode.objects.filter(case__in=cases).exclude(beneficiary=person)
    return frozenset(found.values_list("case", flat=True)) if person else frozenset()


def _is_of_others(table: Table, row: Any, person: Beneficiary | None, stay: Stay) -> bool:
    """It is about somebody else by name, or of a home that the person had left, or did not live in yet. Without a day, nobody
    knows: it is."""
    if person is None:
        return False
    case = getattr(row, "case", None)  # a case of coordination is about one person
    subjects = [*(getattr(row, f"{name}_id") for name in table.about), case.beneficiary_id if case else None]
    if any(each not in (None, person.pk) for each in subjects):
        return True
    if isinstance(row, Letter) and row.is_of_tenants and row.subject_id is None:
        return True
    if stay == Stay():
        return False
    day = row
    for name in table.day.split("__"):
        day = getattr(day, name)
    if isinstance(row, Tenancy) and day is None:
        day = row.created_at
    if isinstance(day, datetime):
        day = localdate(day)
    return day is None or not stay.covers(day)


def _item(table: Table, row: Any, person: Beneficiary | None, stay: Stay, *, is_apart: bool) -> PersonItem:
    concern = ""
    if (isinstance(row, Note) and row.visibility != Note.Visibility.SHARED) or (
        isinstance(row, Document) and row.visibility != Document.Visibility.SHARED
    ):
        concern = INTERNAL
    elif (is_apart and isinstance(row, WRITTEN)) or _is_of_others(table, row, person, stay):
        concern = THIRD
    is_held = isinstance(row, Document) and not row.may_be_opened
    file = row.file if isinstance(row, Document | Letter) and row.file and not is_held else None
    extension = row.extension if isinstance(row, Document) else "pdf"
    return PersonItem(
        key=f"{row._meta.model_name}-{row.pk}",  # noqa: SLF001
        section=table.section,
        facts=(*_describe(row, table.names), *(HELD if is_held else ())),
        concern=concern,
        is_log=isinstance(row, AccessEntry),
        file=file,
        extension=extension,
    )


def _tables(home: Household, cases: QuerySet[Case], *, of_all: bool, listed: QuerySet[Case]) -> tuple[Table, ...]:
    """`of_all`: of the whole household; else of the leases of these cases, and of its people if there is one."""
    of_cases: dict[str, Any] = {"case__in": cases}
    # Of a case that it never saw in full, what it did itself.
    # All are of the listed cases, which is said first: else PostgreSQL reads the whole table.
    of_service = Q(case__in=listed) & (Q(**of_cases) | Q(structure=F("case__responsible_structure")))
    says_no_sum = Q(diagnostic=None, line=None) & ~Q(edition__catalogue=Edition.Catalogue.TENANT_LETTERS)
    leases = Tenancy.objects.filter(household=home)
    leases = leases if of_all else leases.filter(pk__in=cases.values("tenancy"))
    homes = Household.objects.filter(pk=home.pk)
    homes = homes if of_all else homes.filter(pk__in=cases.values("household"))
    of_leases: dict[str, Any] = {} if of_all else {"debt__tenancy__in": leases}
    texts = tuple(
        each.name
        for each in Diagnostic._meta.concrete_fields  # noqa: SLF001
        if each.name not in HIDDEN and not each.is_relation
    )
    return (
        Table(
            section="Logement",
            rows=leases.select_related("landlord__organisation"),
            names=(
                "landlord", "landlord_name", "address", "building", "stair", "door", "postcode", "city", "reference", "lease_date", "rent",
                "charges", "aid", "aid_kind", "ended_on",
            ),
            day="lease_date",
        ),
        Table(section="Ce qui est su du ménage", rows=HouseholdFact.objects.filter(household__in=homes), names=("name", "value", "source", "known_on"), day="known_on"),
        Table(section="Mesures de protection", rows=LegalProtection.objects.filter(beneficiary__memberships__household__in=homes).distinct().select_related("beneficiary"), names=("beneficiary", "kind", "guardian_name", "service", "address", "phone", "judged_on", "court", "since", "until"), day="since", about=("beneficiary",)),
        Table(section="Départs du logement", rows=LeaseDeparture.objects.filter(tenancy__in=leases).select_related("beneficiary"), names=("beneficiary", "ground", "left_on", "event_on", "replaced_on"), day="left_on", about=("beneficiary",)),
        Table(section="Parts de la dette", rows=LeaseShare.objects.filter(tenancy__in=leases).select_related("beneficiary"), names=("beneficiary", "percent", "owed", "owed_on", "source"), day="owed_on", about=("beneficiary",)),
        Table(section="Dossiers", rows=listed.select_related("responsible_structure"), names=("kind", "responsible_structure", "opened_on", "closed_on", "outcome"), day="opened_on", about=("beneficiary",)),
        Table(section="Services qui y ont accès", rows=Participation.objects.filter(of_service).select_related("case", "structure"), names=("structure", "part", "level", "basis", "since", "until"), day="since"),
        Table(section="Demandes de partage", rows=SharingRequest.objects.filter(**of_cases).select_related("case", "structure"), names=("structure", "reason", "basis", "state", "asked_at", "decline_reason"), day="asked_at"),
        Table(section="Accès d’urgence", rows=EmergencyAccess.objects.filter(**of_cases).select_related("case", "structure"), names=("structure", "reason", "opened_at", "until", "ended_at"), day="opened_at"),
        Table(section="Consultations", rows=AccessEntry.objects.filter(**of_cases).select_related("case", "structure"), names=("structure", "kind", "right", "day"), day="day"),
        Table(section="Information de la personne", rows=InformationGiven.objects.filter(of_service).select_related("case", "structure", "beneficiary"), names=("beneficiary", "structure", "means", "given_on"), day="given_on", about=("beneficiary",)),
        Table(section="Contacts", rows=ContactAttempt.objects.filter(of_service).select_related("case", "structure"), names=("structure", "channel", "result", "made_on"), day="made_on"),
        Table(section="Rendez-vous", rows=Appointment.objects.filter(of_service).select_related("case", "structure", "person"), names=("person", "structure", "starts_at", "place", "details", "state"), day="starts_at", about=("person",)),
        Table(section="Référents", rows=Referent.objects.filter(**of_cases).select_related("case", "structure", "beneficiary"), names=("beneficiary", "structure", "state", "since", "until", "end_reason"), day="proposed_at", about=("beneficiary",)),
        Table(section="Diagnostic", rows=Diagnostic.objects.filter(**of_cases).select_related("case"), names=texts, day="made_on"),
        Table(section="Personnes du diagnostic", rows=DiagnosticPerson.objects.filter(diagnostic__case__in=cases).select_related("diagnostic", "beneficiary"), names=("beneficiary", "position", "activity", "since"), day="diagnostic__made_on", about=("beneficiary",)),
        Table(section="Ressources du diagnostic", rows=DiagnosticResource.objects.filter(diagnostic__case__in=cases).select_related("diagnostic", "person"), names=("person", "kind", "amount"), day="diagnostic__made_on", about=("person",)),
        Table(section="Mesures", rows=Measure.objects.filter(**of_cases).select_related("case"), names=("kind", "state", "decided_on", "amount_asked", "amount_granted", "reference", "decision"), day="decided_on"),
        Table(section="Dettes", rows=DebtStatement.objects.filter(debt__household=home, **of_leases).select_related("source"), names=("source", "as_of", "balance", "months_unpaid"), day="as_of"),
        Table(section="Vérifications de la dette", rows=RentCheck.objects.filter(tenancy__in=leases).select_related("structure"), names=("code", "finding", "amount", "evidence", "structure", "checked_on"), day="checked_on"),
        Table(section="Six et douze mois après", rows=LaterAnswer.objects.filter(**of_cases).select_related("case", "structure"), names=("months", "home", "trend", "plan", "structure", "known_on"), day="known_on"),
        Table(section="Plans", rows=RepaymentPlan.objects.filter(debt__household=home, **({} if of_all else of_cases)).select_related("case"), names=("amount", "monthly", "first_due_on", "state"), day="made_on"),
        Table(section="Trop-perçus notifiés", rows=OverpaymentNotice.objects.filter(**of_cases).select_related("case", "creditor"), names=("creditor", "letter_date", "received_on", "file_number"), day="letter_date"),
        Table(section="Lignes de trop-perçu", rows=DebtLine.objects.filter(notice__case__in=cases).select_related("notice"), names=("benefit", "amount", "since", "until", "closed_on", "outcome"), day="notice__letter_date"),
        Table(section="Questions à un organisme", rows=Question.objects.filter(line__notice__case__in=cases).select_related("structure"), names=("structure", "kind", "shared", "asked_at", "state", "answer", "decided_on", "amount", "meets_at"), day="asked_at"),
        Table(section="Questions à un organisme, par écrit", rows=QuestionText.objects.filter(question__line__notice__case__in=cases).select_related("question"), names=("side", "text"), day="question__asked_at"),
        Table(section="Observations", rows=Note.objects.filter(**of_cases).select_related("case", "structure"), names=("structure", "visibility", "written_at", "text"), day="written_at"),
        Table(section="Courriers", rows=Letter.objects.filter(Q(**of_cases) | (of_service & says_no_sum)).select_related("case", "structure", "recipient", "signer", "edition"), names=("recipient", "signer", "structure", "title", "made_on", "sent_on"), day="made_on", about=("recipient", "signer")),
        Table(section="Fiches avec code", rows=FamilyCode.objects.filter(**of_cases).select_related("case", "structure", "beneficiary"), names=("beneficiary", "structure", "made_at", "expires_on"), day="made_at", about=("beneficiary",)),
        Table(section="Pièces", rows=Document.objects.filter(of_service).select_related("case", "structure"), names=("structure", "kind", "title", "received_on"), day="received_on"),
    )  # fmt: skip


def _describe(row: Model, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """What is said, in the words of the model; what is empty is left out."""
    said = []
    for name in names:
        column: Any = row._meta.get_field(name)  # noqa: SLF001
        value = getattr(row, f"get_{name}_display")() if column.choices else getattr(row, name)
        stands_for_nobody = name == "landlord" and isinstance(row, Tenancy) and row.landlord_is_unknown
        if value not in (None, "", [], {}) and not stands_for_nobody:
            said.append((str(column.verbose_name), _say(value, name)))
    return tuple(said)


def _say(value: object, name: str) -> str:
    """As the pages write it."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return f"{localdate(value):%d/%m/%Y}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",") if name in NOT_MONEY else money(value)
    if isinstance(value, str) and name in FORMS:
        return FORMS[name](value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
