"""The code of a sheet: a structure opens its page, a code is made and ended, and a person opens it with her birth date.

What opens is the words of the sheet. A refusal never says which of its reasons it is: neither that a code exists, nor that
something was learnt of a person since.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import access_log
from cases.locks import lock_case
from cases.models import AccessEntry, Beneficiary, Case, FamilyCode, HouseholdMember, JournalEntry, Structure, User
from cases.refusals import Refusal
from cases.rules import family_codes as rules
from cases.rules.texts import Filled

VALID = timedelta(days=90)
End = FamilyCode.End
ELSEWHERE = "Ce qui est su de son ménage, ou d’un ménage où elle a vécu, ne le permet pas."
"""Who follows a household is not told what another service knows of who left it, nor of another home."""
OBSTACLES = {
    "fled": ELSEWHERE,
    "minded": "Une consigne de contact ou une adresse sûre l’interdit : qui vit avec une personne connaît sa date de naissance.",
    "protected": "Une mesure de protection l’interdit : voir avec qui exerce la mesure comment informer la personne.",
    "restricted": "Le traitement de ses données est limité : rien n’est montré ailleurs.",
    "opposed": "Une opposition au partage est enregistrée pour ce ménage.",
    "gone": "Le ménage est archivé, anonymisé ou réuni à un autre.",
    "unknown": "Sa date de naissance complète n’est pas connue : la corriger sur sa fiche, puis revenir.",
    "left": "Elle n’est pas, ou n’est plus, un adulte de ce ménage.",
}
"""Why a person has no code (`permissions.find_obstacles`), in words for whoever answers for her case."""
MADE = "Cette fiche est déjà préparée : rien n’a changé. Pas encore imprimée ? En préparer une autre, qui la remplace."
CLOSED = "Votre structure n’a pas ouvert la page de la famille : son responsable le fait sur la page Équipe."


class CannotMakeCode(Refusal):
    """A sheet bears no code."""


class CannotOpenPage(Refusal):
    """A structure does not open its page."""


# The structure


@transaction.atomic
def switch_page(*, structure: Structure, opens: bool, by: User, at: datetime) -> bool:
    """Its sheets may bear a code, or no more: then all of its codes end at once. Returns whether something changed.

    Refuses (`CannotOpenPage`) who does not answer for all of its cases, and a structure that accompanies nobody.
    """
    structure = Structure.objects.select_for_update(of=("self",)).get(pk=structure.pk)
    if not permissions.has_right(by, "view_structure_cases", structure.pk, at=localdate(at)):
        raise CannotOpenPage("Seul un responsable de la structure ouvre ou ferme sa page de la famille.")
    if opens and not structure.may_help:
        raise CannotOpenPage("Cette structure n’accompagne pas de ménage : elle ne remet pas de fiche.")
    if structure.opens_family_page == opens:
        return False
    structure.opens_family_page = opens
    structure.save(update_fields=["opens_family_page"])
    entry = journal.record("family_page.opened" if opens else "family_page.closed", at=at, by=by, structure=structure)
    if not opens:
        standing = FamilyCode.objects.standing().filter(structure=structure)
        _end(standing, End.SWITCHED_OFF, by=by, at=at, cause=entry)
    return True


# A code


def find_adults(case: Case, *, on: date) -> list[tuple[Beneficiary, str]]:
    """The adults of the household of a case, and why each may not have a code; empty: she may."""
    obstacles = permissions.find_obstacles(on=on)
    here = {f"here_{name}": each for name, each in permissions.find_obstacles(on=on, here_alone=True).items()}
    members = (
        HouseholdMember.objects.filter(household=case.household_id, until=None)
        .exclude(position=HouseholdMember.Position.CHILD)
        .select_related("beneficiary")
        .annotate(**obstacles, **here)
    )

    def why(member: HouseholdMember) -> str:
        met = [name for name in obstacles if getattr(member, name)]
        known = [OBSTACLES[name] for name in met if getattr(member, f"here_{name}")]
        return (known or [ELSEWHERE])[0] if met else ""

    return [(member.beneficiary, why(member)) for member in members]


@transaction.atomic
def make_code(
    *,
    case: Case,
    person: Beneficiary,
    structure: Structure,
    words: Filled,
    phone: str,
    public_id: UUID,
    by: User,
    at: datetime,
    cause: JournalEntry | None = None,
) -> tuple[FamilyCode, str]:
    """The code of a sheet just made; the former ones of this person here end. The code itself is returned once, and kept
    nowhere.

    Refuses (`CannotMakeCode`) whenever it would not open: the page asks the same (`permissions.good_codes`); and a sheet
    that was made already, under the same `public_id`.
    """
    case = lock_case(case.pk)
    on = localdate(at)
    if not Structure.objects.filter(pk=structure.pk, opens_family_page=True).exists():
        raise CannotMakeCode(CLOSED)
    why = dict(find_adults(case, on=on)).get(person, OBSTACLES["left"])
    if why:
        raise CannotMakeCode(f"Pas de code pour cette personne. {why}", field="recipient")
    if FamilyCode.objects.filter(public_id=public_id).exists():
        raise CannotMakeCode(MADE)
    former = FamilyCode.objects.standing().filter(case=case, beneficiary=person, structure=structure)
    _end(former, End.REPLACED, by=by, at=at, cause=cause)
    drawn = rules.draw_code()
    code = FamilyCode.objects.create(
        public_id=public_id,
        case=case,
        household=case.household,
        beneficiary=person,
        structure=structure,
        made_by=by,
        made_at=at,
        expires_on=on + VALID,
        digest=rules.digest_of(drawn),
        words={"subject": words.subject, "blocks": list(words.blocks), "phone": phone},
    )
    if not permissions.good_codes(on=on).filter(pk=code.pk).exists():
        raise CannotMakeCode("Seule la structure responsable d’un dossier ouvert remet une fiche avec code.")
    journal.record("family_code.made", at=at, case=case, by=by, structure=structure, cause=cause, code=code.pk)
    return code, drawn


@transaction.atomic
def revoke(*, code: FamilyCode, by: User, at: datetime) -> None:
    """It opens nothing from now on. Nothing happens to one that has ended."""
    lock_case(code.case_id)
    _end(FamilyCode.objects.standing().filter(pk=code.pk), End.REVOKED, by=by, at=at)


def end_useless(*, at: datetime) -> int:
    """Those that open nothing any more end for good, even if what ended them is taken back later. Returns how many."""
    on = localdate(at)
    found = FamilyCode.objects.standing().exclude(pk__in=permissions.good_codes(on=on).values("pk"))
    ended = 0
    for code in list(found.order_by("pk")):
        reason = End.EXPIRED if code.expires_on < on else End.NO_LONGER_SAFE
        with transaction.atomic():
            ended += _end(FamilyCode.objects.standing().filter(pk=code.pk), reason, by=None, at=at)
    return ended


def _end(
    codes: Iterable[FamilyCode], reason: str, *, by: User | None, at: datetime, cause: JournalEntry | None = None
) -> int:
    """Inside an act. Each has its line in the journal, which does not say what was learnt of whom."""
    ended = 0
    for code in list(codes):
        values: dict[str, Any] = {"ended_at": at, "ended_by": by, "end_reason": reason, "words": {}}
        if FamilyCode.objects.standing().filter(pk=code.pk).update(**values):
            of_whom: Any = {"case": Case(pk=code.case_id), "structure": Structure(pk=code.structure_id)}
            journal.record("family_code.ended", at=at, by=by, cause=cause, code=code.pk, reason=str(reason), **of_whom)
            ended += 1
    return ended


# The person


@transaction.atomic
def open_sheet(*, digest: str, birth_date: date, at: datetime) -> Filled | None:
    """The words of the sheet whose code was typed, if it is hers and still good; else None, whatever the reason.

    Each try is a line of the access log: « la personne elle-même » when it opens, else nobody knows who tried. After ten
    wrong birth dates the code is over. Read as nobody (`permissions.reading_by_code`).
    """
    found = FamilyCode.objects.standing().select_for_update(of=("self",)).filter(digest=digest).first()
    if found is None or not rules.is_same(found.digest, digest):
        _note(None, AccessEntry.Kind.MISSED, right=AccessEntry.Right.CODE, at=at)
        return None
    good = permissions.good_codes(on=localdate(at)).filter(pk=found.pk).exists()
    born = Beneficiary.objects.filter(pk=found.beneficiary_id).values_list("birth_date", flat=True).first() or ""
    if not rules.is_same(born, birth_date.isoformat()) or not good:
        _note(found, AccessEntry.Kind.MISSED, right=AccessEntry.Right.CODE, at=at)
        _count_try(found, at=at)
        return None
    FamilyCode.objects.filter(pk=found.pk).update(failed_tries=0)
    _note(found, AccessEntry.Kind.FAMILY, right=AccessEntry.Right.PERSON, at=at)
    return found.sheet


def note_refused(*, at: datetime) -> None:
    """Too many tries: the first that is refused is written down, those after it say nothing new."""
    _note(None, AccessEntry.Kind.MISSED, right=AccessEntry.Right.CODE, at=at, reason="too_many")


def _count_try(code: FamilyCode, *, at: datetime) -> None:
    if code.failed_tries + 1 < FamilyCode.TRIES:
        FamilyCode.objects.filter(pk=code.pk).update(failed_tries=code.failed_tries + 1)
    else:
        _end([code], End.TRIES, by=None, at=at)


def _note(code: FamilyCode | None, kind: str, *, right: str, at: datetime, reason: str = "") -> None:
    """Of no account, and for no structure. The case is named by its number: it is not read."""
    case = Case(pk=code.case_id) if code else None
    access_log.note(
        user=None, kind=kind, case=case, structure=None, right=right, page="family_page", reason=reason, at=at
    )
