"""The limits in force: those of the reference file, until the data protection officers of a territory write others."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.timezone import localdate

from cases import journal
from cases.models import RetentionLimit, Structure, Territory, User
from cases.refusals import Refusal
from cases.rules.retention import RetentionKind, load_kinds


class CannotLimit(Refusal):
    """A limit is not within what the law allows."""


def read_lengths(territory: str, *, on: date) -> dict[str, int]:
    """How long each kind is kept there on that day. One query."""
    lengths = {code: kind.length for code, kind in load_kinds().items()}
    rows = RetentionLimit.objects.filter(territory=territory, effective_on__lte=on).order_by("effective_on", "pk")
    lengths |= {kind: length for kind, length in rows.values_list("kind", "length") if kind in lengths}
    return lengths


def read_shortest(kind: str, *, on: date) -> int:
    """Of what is of several territories at once (sessions, drafts, lists, traces): the shortest that one of them has."""
    chosen = RetentionLimit.objects.filter(territory=OuterRef("code"), kind=kind, effective_on__lte=on)
    last = Subquery(chosen.order_by("-effective_on", "-pk").values("length")[:1])
    first = load_kinds()[kind].length
    return min((length or first for length in Territory.objects.values_list(last, flat=True)), default=first)


def oldest_kept(kind: str, *, on: date) -> date:
    """What is of several territories and dates from before that day is over. One query."""
    return load_kinds()[kind].oldest_kept(on, read_shortest(kind, on=on))


def kept_for(kind: str, *, on: date) -> timedelta:
    """The same, for what is counted in days."""
    return timedelta(days=read_shortest(kind, on=on))


@transaction.atomic
def set_limit(
    *, structure: Structure, kind: str, length: int, effective_on: date, reason: str, by: User, at: datetime
) -> RetentionLimit:
    """`structure`: the officer’s own. Refuses (`CannotLimit`) a length out of the bounds of the law, and a day gone by."""
    known: Mapping[str, RetentionKind] = load_kinds()
    if kind not in known:
        raise CannotLimit("Cette nature de données n’existe pas.", field="kind")
    if fault := known[kind].find_fault(length):
        raise CannotLimit(fault, field="length")
    if effective_on < localdate(at):
        raise CannotLimit(
            "Une durée ne change pas dans le passé : choisir aujourd’hui ou plus tard.", field="effective_on"
        )
    made = RetentionLimit.objects.create(
        territory=structure.territory,
        kind=kind,
        length=length,
        effective_on=effective_on,
        reason=reason,
        by=by,
        set_at=at,
    )
    journal.record("retention.limited", at=at, by=by, structure=structure, limit=made.pk, code=kind, length=length)
    return made


def find_unconfirmed(territories: Iterable[str]) -> dict[str, list[RetentionKind]]:
    """Territory → the lengths that were read in no text, and that none of its officers has said yet. One query."""
    codes = list(territories)
    said = set(
        RetentionLimit.objects.filter(territory__in=codes).order_by().values_list("territory", "kind").distinct()
    )
    to_check = [kind for kind in load_kinds().values() if kind.is_to_check]
    return {code: [kind for kind in to_check if (code, kind.kind) not in said] for code in codes}


@transaction.atomic
def confirm_limits(*, structure: Structure, reason: str, by: User, at: datetime) -> list[RetentionLimit]:
    """The officer has read the lengths that were « à vérifier », and keeps them: each is his from today on. `structure`: his
    own. Refuses (`CannotLimit`) where none is left."""
    kinds = find_unconfirmed([structure.territory])[structure.territory]
    if not kinds:
        raise CannotLimit("Chaque durée est déjà confirmée.")
    lengths, today = read_lengths(structure.territory, on=localdate(at)), localdate(at)
    return [
        set_limit(
            structure=structure,
            kind=kind.kind,
            length=lengths[kind.kind],
            effective_on=today,
            reason=reason,
            by=by,
            at=at,
        )
        for kind in kinds
    ]


def read_history(territories: Iterable[str]) -> list[RetentionLimit]:
    """What was chosen, the newest first."""
    rows = RetentionLimit.objects.filter(territory__in=list(territories)).select_related("by")
    return list(rows.order_by("-pk")[:200])
