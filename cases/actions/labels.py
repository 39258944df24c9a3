"""Labels of a structure: its managers word them; whoever works there on a case puts them on it, or takes them off."""

import re
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.locks import lock_case
from cases.models import Case, CaseLabel, JournalEntry, Label, Participation, Structure, User
from cases.models.labels import LONGEST
from cases.refusals import Refusal

MOST = 40
"""In use in a structure: beyond, nobody finds the right one."""
WORDS_BY = "view_backlog"
"""Whoever holds it in a structure words its labels."""
NUMBER = re.compile(r"(\d[ .-]?){6}")
"""A phone, a file or a person’s number."""


class CannotLabel(Refusal):
    """A label is not made, put or taken off so."""


# The labels of a structure


@transaction.atomic
def create(*, structure: Structure, words: str, by: User, at: datetime) -> Label:
    """Refuses (`CannotLabel`) who does not manage the structure, words that are no label or that it has, and too many."""
    _refuse_stranger(structure, by=by, on=localdate(at))
    words = _clean_words(words)
    if Label.objects.in_use().filter(structure=structure).count() >= MOST:
        raise CannotLabel(f"La structure a déjà {MOST} étiquettes : en retirer une d’abord.")
    label = Label(structure=structure, words=words, created_by=by, created_at=at)
    _save_label(label)
    _record_in_journal("label.created", label, by=by, at=at)
    return label


@transaction.atomic
def rename(*, label: Label, words: str, by: User, at: datetime) -> None:
    """On every case at once. Refuses (`CannotLabel`) as `create` does, and one that was retired."""
    label = _in_use(label)
    _refuse_stranger(label.structure, by=by, on=localdate(at))
    words = _clean_words(words)
    if words == label.words:
        return
    label.words = words
    _save_label(label)
    _record_in_journal("label.renamed", label, by=by, at=at)


@transaction.atomic
def retire(*, label: Label, by: User, at: datetime) -> int:
    """It is proposed no longer, and leaves the cases that have it. Returns how many."""
    label = _in_use(label)
    _refuse_stranger(label.structure, by=by, on=localdate(at))
    count, _ = CaseLabel.objects.filter(label=label).delete()
    label.retired_at = at
    label.save(update_fields=["retired_at"])
    _record_in_journal("label.retired", label, by=by, at=at, cases=count)
    return count


def find_by_words(structure: Structure, words: str) -> Label | None:
    """The one that the structure already has under these words, however they are typed."""
    return Label.objects.in_use().filter(structure=structure, words__iexact=" ".join(words.split())).first()


# Those of a case


@transaction.atomic
def put(
    *, case: Case, label: Label, by: User, at: datetime, cause: JournalEntry | None = None, **data: Any
) -> JournalEntry:
    """Refuses (`CannotLabel`) who does not work on the case for that structure, a label retired, or already there."""
    lock_case(case.pk)
    label = _in_use(label)
    _refuse_outsider(case, label.structure, by=by, on=localdate(at))
    _, is_new = CaseLabel.objects.get_or_create(case=case, label=label, defaults={"put_by": by, "put_at": at})
    if not is_new:
        raise CannotLabel("Ce dossier la porte déjà.")
    return _record_in_journal("label.put", label, by=by, at=at, case=case, cause=cause, **data)


@transaction.atomic
def take_off(
    *, case: Case, label: Label, by: User, at: datetime, cause: JournalEntry | None = None, **data: Any
) -> JournalEntry:
    """Refuses (`CannotLabel`) who does not work on the case for that structure, and a label that is not there."""
    lock_case(case.pk)
    _refuse_outsider(case, label.structure, by=by, on=localdate(at))
    found, _ = CaseLabel.objects.filter(case=case, label=label).delete()
    if not found:
        raise CannotLabel("Ce dossier ne la porte pas.")
    return _record_in_journal("label.taken_off", label, by=by, at=at, case=case, cause=cause, **data)


@transaction.atomic
def set_case_labels(
    *, case: Case, structure: Structure, chosen: Collection[Label], words: str = "", by: User, at: datetime
) -> bool:
    """These are the labels of the case for that structure, and no other; with `words`, one more, new if need be.

    Returns whether anything changed. Refuses (`CannotLabel`) as the acts of which it is made.
    """
    lock_case(case.pk)
    wanted = {label.pk: label for label in chosen}
    if words:
        more = find_by_words(structure, words) or create(structure=structure, words=words, by=by, at=at)
        wanted[more.pk] = more
    there = {label.pk: label for label in Label.objects.filter(structure=structure, put__case=case)}
    for pk in sorted(there.keys() - wanted.keys()):
        take_off(case=case, label=there[pk], by=by, at=at)
    for pk in sorted(wanted.keys() - there.keys()):
        put(case=case, label=wanted[pk], by=by, at=at)
    return there.keys() != wanted.keys()


def put_by(structure: Structure, case: Case) -> QuerySet[CaseLabel]:
    return CaseLabel.objects.filter(case=case, label__structure=structure)


def leave_case(*, case: Case, structure: Structure) -> None:
    """The structure no longer takes part in the case: what it wrote on it for itself goes."""
    put_by(structure, case).delete()


def _clean_words(words: str) -> str:
    words = " ".join(words.split())
    if not words:
        raise CannotLabel("Écrire l’étiquette : un ou deux mots suffisent.")
    if len(words) > LONGEST:
        raise CannotLabel(f"Une étiquette a {LONGEST} caractères au plus : la raccourcir.")
    if NUMBER.search(words):
        raise CannotLabel("Une étiquette ne porte pas de numéro : il dirait de qui elle parle.")
    return words


def _save_label(label: Label) -> None:
    try:
        with transaction.atomic():
            label.save()
    except IntegrityError as error:
        raise CannotLabel(f"La structure a déjà l’étiquette « {label.words} ».") from error


def _in_use(label: Label) -> Label:
    """As it stands, locked: nobody retires it meanwhile."""
    found = Label.objects.in_use().filter(pk=label.pk).select_for_update(of=("self",)).select_related("structure")
    for each in found:
        return each
    raise CannotLabel("Cette étiquette n’est plus en usage.")


def _refuse_stranger(structure: Structure, *, by: User, on: date) -> None:
    if not permissions.has_right(by, WORDS_BY, structure.pk, at=on):
        raise CannotLabel("Seul un responsable de la structure en crée les étiquettes.")


def _refuse_outsider(case: Case, structure: Structure, *, by: User, on: date) -> None:
    """He works there, and sees a case in which it takes part."""
    takes_part = Participation.objects.filter(case=case, structure=structure, until=None).exists()
    works_there = structure.pk in permissions.labelling_structure_ids(permissions.rights(by, at=on))
    if not (takes_part and works_there and permissions.can_view(by, case, at=on)):
        raise CannotLabel("Ce dossier n’est pas, ou plus, de ceux de la structure.")


def _record_in_journal(
    kind: str,
    label: Label,
    *,
    by: User,
    at: datetime,
    case: Case | None = None,
    cause: JournalEntry | None = None,
    **data: object,
) -> JournalEntry:
    return journal.record(
        kind, at=at, case=case, by=by, structure=label.structure, cause=cause, label=label.pk, **data
    )
