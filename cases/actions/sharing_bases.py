"""The legal ground of what a structure sends: recorded by an administrator or by the officer of its body, asked before a card."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions.members import lock_structure
from cases.models import JournalEntry, SharingBasis, Structure, User
from cases.refusals import NotAllowed, Refusal

A_YEAR = timedelta(days=366)


class NoBasisRecorded(Refusal):
    """Nothing is shared of what a structure sends before somebody has said on what ground."""

    def __init__(self, structure: Structure) -> None:
        super().__init__(
            f"Aucun fondement juridique n’est enregistré pour ce que transmet {structure} : rien n’est partagé. Le délégué à"
            f" la protection des données de {structure.organisation} (Traces, « Fondements ») ou un administrateur de Relais"
            " (Administration, Structures) peut l’enregistrer."
        )


class CannotRecordBasis(Refusal):
    """A ground is not recorded so."""


def find_senders(user: User, *, at: date) -> QuerySet[Structure]:
    """Those whose ground a person says: he administers their territory, or is the officer of their body."""
    mine = permissions.administered_structures(user, at=at) | permissions.reviewed_structures(user, at=at)
    return Structure.objects.sending_files().filter(pk__in=mine.order_by().values("pk"))


def require_basis(structure: Structure, *, on: date) -> SharingBasis:
    """The ground in force of a structure. Refuses (`NoBasisRecorded`) where there is none."""
    found = SharingBasis.objects.in_force(structure, on=on)
    if found is None:
        raise NoBasisRecorded(structure)
    return found


def find_senders_without_basis(user: User, *, on: date) -> list[Structure]:
    """Those whose ground a person may say, in service, of which everything is refused: after an upgrade, each landlord of whom
    nobody said the ground yet."""
    said = SharingBasis.objects.filter(structure=OuterRef("pk"), since__lte=on).order_by("-pk").values("basis")[:1]
    senders = find_senders(user, at=on).filter(is_active=True).annotate(said=Subquery(said))
    return list(senders.filter(Q(said=None) | Q(said="")).order_by("name"))


@transaction.atomic
def record_basis(
    *,
    structure: Structure,
    basis: str,
    reference: str,
    is_to_verify: bool,
    since: date,
    by: User,
    at: datetime,
) -> SharingBasis:
    """Say on what ground a structure sends households from a day on; an empty `basis` ends it.

    Refuses (`NotAllowed`) who neither administers its territory nor is the officer of its body, and (`CannotRecordBasis`)
    a ground without its text, from a day before the one in force began, or more than a year ahead. One that was to begin
    on that day or later is replaced.
    """
    lock_structure(structure)
    if not find_senders(by, at=localdate(at)).filter(pk=structure.pk).exists():
        raise NotAllowed
    reference = reference.strip()
    if basis and not reference:
        raise CannotRecordBasis("Nommer le texte, la convention ou la délibération.", field="reference")
    today = localdate(at)
    if since > today + A_YEAR:
        raise CannotRecordBasis("Cette date est à plus d’un an : vérifier l’année.", field="since")
    last = SharingBasis.objects.of_sender(structure).filter(since__lte=today).first()
    if last and since < last.since:
        raise CannotRecordBasis(
            f"Un fondement court déjà à partir du {last.since:%d/%m/%Y} : choisir ce jour ou un jour suivant.",
            field="since",
        )
    made = SharingBasis.objects.create(
        structure=structure,
        basis=basis,
        reference=reference if basis else "",
        is_to_verify=is_to_verify and bool(basis),
        since=since,
        recorded_by=by,
        recorded_at=at,
    )
    _tell(made, by=by, at=at)
    return made


def _tell(made: SharingBasis, *, by: User, at: datetime) -> JournalEntry:
    return journal.record(
        "basis.recorded",
        at=at,
        by=by,
        structure=made.structure,
        sharing_basis=made.pk,
        basis=made.basis,
        to_verify=made.is_to_verify,
    )
