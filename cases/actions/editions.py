"""Editions are drafted, changed rule by rule, published, withdrawn. What was published is never written again.

A catalogue is reached through its `EditableCatalogue`: how its rules are kept and checked. The acts are the same for all.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions.reference_files import find_file
from cases.models import DeadlineRule, Edition, User
from cases.refusals import Refusal
from cases.rules.catalogue_reading import read_reference
from cases.rules.editions import (
    Findings,
    Row,
    Said,
    check_deadlines,
    say_deadline,
)
from cases.rules.release_corrections import bring_words, complete_parameters

State = Edition.State
MOST_SAID = 3
"""Faults repeated in a refusal; the page has them all."""


class CannotEdit(Refusal):
    """An edition of rules is not changed or published so."""


@dataclass(frozen=True, kw_only=True)
class EditableCatalogue:
    """How the rules of a catalogue are kept, said and checked."""

    code: str
    """`Edition.Catalogue`."""
    read: Callable[[Sequence[Edition]], list[tuple[int, dict[str, Any]]]]
    """The edition and the row of each rule of these, each with its code, in the order in which they are read. One query."""
    published: Callable[[str, str], list[Row]]
    """The rows of a code in the editions that a territory published: what it has meant there."""
    put: Callable[[Edition, Sequence[Row]], None]
    """Write these rows, over those of the same codes."""
    take_out: Callable[[Edition, str], None]
    say: Callable[[Sequence[tuple[Edition, Sequence[Row]]]], list[dict[str, Said]]]
    """Of each edition, code → what the row says in plain words."""
    sense: Callable[[Row], frozenset[str]]
    """What a code means: a code that comes back keeps some of it."""
    check: Callable[[Edition, Sequence[Row], date], Findings]
    """What is wrong in an edition, if it came into force on that day."""
    released: Callable[[str], list[Row]]
    """The rows of a territory as this release writes them, in the shape of `read`, or as the installation does in files of
    its own."""
    completed: Callable[[Mapping[str, Any]], tuple[dict[str, Any], list[Row]]] = lambda words: (dict(words), [])
    """The words of an edition and those that a release has brought since, and the rules that come with them."""
    place: str = ""
    """The column of a row that says after which one it is read, where the order counts; empty elsewhere."""
    bring: Callable[[Mapping[str, Any]], dict[str, Any]] = dict
    """The words of an edition with all those that the release’s rows may name."""
    changed: Callable[[], None] = lambda: None
    """What has to follow at once from a publication or its withdrawal."""

    def rows_of_edition(self, edition: Edition) -> list[dict[str, Any]]:
        return [row for _, row in self.read([edition])]

    def rows_of(self, *editions: Edition) -> list[list[dict[str, Any]]]:
        """Those of each of these editions."""
        found = self.read(editions)
        return [[row for pk, row in found if pk == edition.pk] for edition in editions]

    def describe_edition(self, edition: Edition) -> dict[str, Said]:
        return self.say([(edition, self.rows_of_edition(edition))])[0]

    def editions_of(self, territory: str) -> QuerySet[Edition]:
        return Edition.objects.filter(catalogue=self.code, territory=territory)


def catalogue_in_parameters(
    *,
    code: str,
    rows_of: Callable[[Mapping[str, object]], list[dict[str, object]]],
    with_rows: Callable[[Mapping[str, object], Sequence[Row]], dict[str, object]],
    without: Callable[[Mapping[str, object], str], dict[str, object]],
    say_row: Callable[[Row], Said],
    sense: Callable[[Row], frozenset[str]],
    check: Callable[[Edition, Sequence[Row], date], Findings],
    released: Callable[[str], list[Row]],
    place: str = "",
) -> EditableCatalogue:
    """Of a catalogue whose rules are kept as one in the parameters of their edition, rather than each in a table."""

    def published(rule: str, territory: str) -> list[Row]:
        found = Edition.objects.filter(catalogue=code, state=State.PUBLISHED, territory=territory)
        return [row for edition in found for row in rows_of(edition.parameters) if row["code"] == rule]

    def put(edition: Edition, rows: Sequence[Row]) -> None:
        _save_parameters(edition, with_rows(edition.parameters, rows))

    def take_out(edition: Edition, code: str) -> None:
        _save_parameters(edition, without(edition.parameters, code))

    return EditableCatalogue(
        code=code,
        read=lambda editions: [(edition.pk, row) for edition in editions for row in rows_of(edition.parameters)],
        published=published,
        put=put,
        take_out=take_out,
        say=lambda editions: [{row["code"]: say_row(row) for row in rows} for _, rows in editions],
        sense=sense,
        check=check,
        released=released,
        place=place,
    )


def _save_parameters(edition: Edition, parameters: dict[str, object]) -> None:
    edition.parameters = parameters
    edition.save(update_fields=["parameters"])


def as_kept(rows: Iterable[Row]) -> list[Row]:
    """Rows of a file, in the shape in which the database gives them back."""
    found: list[Row] = json.loads(json.dumps(list(rows), cls=DjangoJSONEncoder))
    return found


def mark_of_rows(rows: Sequence[Row] | Row) -> str:
    """A short mark of what somebody has read: another mark, and it has changed since."""
    text = json.dumps(rows, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def mark_of_draft(draft: Edition, rows: Sequence[Row], *, among: Iterable[Edition]) -> str:
    """Of a draft and of the published editions of its catalogue (`among` all): what a pilot has read before he
    publishes."""
    published = sorted(edition.pk for edition in among if edition.state == State.PUBLISHED)
    return mark_of_rows({"draft": draft.pk, "published": published, "rows": list(rows)})


@transaction.atomic
def open_draft(*, catalogue: EditableCatalogue, source: Edition, by: User, at: datetime) -> Edition:
    """Open a draft that says what another edition says: the one in force, or an older one to come back to.

    A procedure that a release has brought since joins it: the pilot sees its rules among those that he would add.
    Refuses (`CannotEdit`) a second draft of the same catalogue, and whoever does not pilot at its desk.
    """
    territory = source.territory
    _lock(catalogue, territory)
    _refuse_stranger(catalogue, territory, by=by, at=at)
    opened = catalogue.editions_of(territory).filter(state=State.DRAFT).first()
    if opened:
        raise CannotEdit(
            f"Un brouillon est déjà ouvert (édition {opened.number}) : le publier ou l’abandonner d’abord."
        )
    words, brought = catalogue.completed(source.parameters)
    last = catalogue.editions_of(territory).aggregate(last=Max("number"))["last"] or 0
    made = Edition.objects.create(
        catalogue=catalogue.code,
        territory=territory,
        number=last + 1,
        effective_on=localdate(at),
        parameters=words,
        copied_from=source,
        changed_by=by,
        changed_at=at,
    )
    rows = catalogue.rows_of_edition(source)
    known = {row["code"] for row in rows}
    catalogue.put(made, [*rows, *(row for row in brought if row["code"] not in known)])
    _record_in_journal("edition.drafted", made, by=by, at=at, source=source.pk)
    return made


@transaction.atomic
def keep_rule(*, catalogue: EditableCatalogue, edition: Edition, row: Row, seen: str) -> None:
    """Write a rule of a draft. `seen`: the mark of the rule as it was read (empty for a new one).

    Refuses (`CannotEdit`) what somebody else changed meanwhile, and a new code that has meant something else.
    """
    _lock_draft(catalogue, edition)
    known = {each["code"]: each for each in catalogue.rows_of_edition(edition)}
    code = row["code"]
    if seen:
        if code not in known or mark_of_rows(known[code]) != seen:
            raise CannotEdit(
                "Cette règle a été modifiée ou retirée entre-temps : la rouvrir dans un autre onglet pour comparer."
            )
    elif code in known:
        raise CannotEdit("Ce code est déjà celui d’une règle de ce brouillon : en choisir un autre.", field="code")
    _check_sense(catalogue, row, edition.territory)
    catalogue.put(edition, [row])


@transaction.atomic
def withdraw_rule(*, catalogue: EditableCatalogue, edition: Edition, code: str) -> None:
    """Take a rule out of a draft. What already runs keeps it."""
    _lock_draft(catalogue, edition)
    catalogue.take_out(edition, code)


@transaction.atomic
def restore_rule(*, catalogue: EditableCatalogue, edition: Edition, code: str, source: Edition) -> None:
    """Make a rule of a draft what it is in another edition: what is not there is taken out."""
    _lock_draft(catalogue, edition)
    known = [row for row in catalogue.rows_of_edition(source) if row["code"] == code]
    if known:
        catalogue.put(edition, known)
    else:
        catalogue.take_out(edition, code)


@transaction.atomic
def drop(*, catalogue: EditableCatalogue, edition: Edition, by: User, at: datetime) -> None:
    """Give up a draft. It stays in history, and counts for nothing."""
    _lock_draft(catalogue, edition)
    _refuse_stranger(catalogue, edition.territory, by=by, at=at)
    _change_state(edition, State.WITHDRAWN, by=by, at=at)
    _record_in_journal("edition.dropped", edition, by=by, at=at)


@transaction.atomic
def publish(
    *, catalogue: EditableCatalogue, edition: Edition, effective_on: date, note: str, seen: str, by: User, at: datetime
) -> None:
    """Publish a draft: it applies to the facts of that day on. What already runs keeps the edition that counted it.

    `seen`: the mark of what the pilot read of it (`mark_of_draft`). Refuses (`CannotEdit`) a past day, a day that has
    an edition, an edition that changes nothing, one with faults, and what has changed since it was read.
    """
    _lock_draft(catalogue, edition)
    _refuse_stranger(catalogue, edition.territory, by=by, at=at)
    rows = catalogue.rows_of_edition(edition)
    if mark_of_draft(edition, rows, among=catalogue.editions_of(edition.territory)) != seen:
        raise CannotEdit(
            "Le brouillon, ou l’édition qu’il remplace, a changé depuis l’ouverture de cette page : relire ce qui "
            "changerait, puis publier."
        )
    if effective_on < localdate(at):
        raise CannotEdit("Choisir aujourd’hui ou une date à venir.", field="effective_on")
    other = catalogue.editions_of(edition.territory).filter(state=State.PUBLISHED, effective_on=effective_on).first()
    if other:
        raise CannotEdit(
            f"L’édition {other.number} est déjà publiée pour cette date : en choisir une autre, ou la retirer d’abord "
            "si elle n’est pas encore applicable.",
            field="effective_on",
        )
    faults = catalogue.check(edition, rows, effective_on).faults
    if faults:
        said = " ".join(f"{fault.code} : {fault.text}" if fault.code else fault.text for fault in faults[:MOST_SAID])
        raise CannotEdit(f"{len(faults)} point{'s' if len(faults) > 1 else ''} à corriger avant de publier. {said}")
    edition.effective_on, edition.note = effective_on, note
    _change_state(edition, State.PUBLISHED, by=by, at=at)
    catalogue.changed()
    _record_in_journal("edition.published", edition, by=by, at=at, effective_on=effective_on.isoformat())


@transaction.atomic
def withdraw(*, catalogue: EditableCatalogue, edition: Edition, by: User, at: datetime) -> None:
    """Withdraw a published edition before its day. Refuses (`CannotEdit`) one that already counts."""
    _lock(catalogue, edition.territory)
    _refuse_stranger(catalogue, edition.territory, by=by, at=at)
    edition.refresh_from_db()
    if edition.state != State.PUBLISHED or edition.effective_on <= localdate(at):
        raise CannotEdit(
            "Seule une édition publiée qui n’est pas encore applicable se retire. Pour revenir à d’anciennes règles : "
            "les copier dans un brouillon, puis le publier."
        )
    _change_state(edition, State.WITHDRAWN, by=by, at=at)
    catalogue.changed()
    _record_in_journal("edition.withdrawn", edition, by=by, at=at)


def _refuse_stranger(catalogue: EditableCatalogue, territory: str, *, by: User, at: datetime) -> None:
    if not permissions.changes_rules(by, catalogue.code, territory=territory, at=localdate(at)):
        raise CannotEdit("Seul le pilote de la structure à laquelle ces règles appartiennent les change.")


def _check_sense(catalogue: EditableCatalogue, row: Row, territory: str) -> None:
    meant = [catalogue.sense(each) for each in catalogue.published(row["code"], territory)]
    if meant and not any(sense & catalogue.sense(row) for sense in meant):
        raise CannotEdit(
            "Ce code a déjà servi pour une autre règle, et un code ne change pas de sens : en choisir un autre.",
            field="code",
        )


def _lock(catalogue: EditableCatalogue, territory: str) -> None:
    """One at a time for a catalogue of a territory: its editions are locked together, always in the same order."""
    list(catalogue.editions_of(territory).select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))


def _lock_draft(catalogue: EditableCatalogue, edition: Edition) -> None:
    _lock(catalogue, edition.territory)
    edition.refresh_from_db()
    if edition.state != State.DRAFT:
        raise CannotEdit("Ce brouillon a été publié ou abandonné entre-temps : en ouvrir un nouveau.")


def _change_state(edition: Edition, state: str, *, by: User, at: datetime) -> None:
    edition.state, edition.changed_by, edition.changed_at = state, by, at
    edition.save(update_fields=["state", "changed_by", "changed_at", "effective_on", "note"])


def _record_in_journal(kind: str, edition: Edition, *, by: User, at: datetime, **data: Any) -> None:
    journal.record(kind, at=at, by=by, edition=edition.pk, catalogue=edition.catalogue, number=edition.number, **data)


# The catalogue of the deadline rules


def _read_deadlines(editions: Sequence[Edition]) -> list[tuple[int, dict[str, object]]]:
    rules = DeadlineRule.objects.filter(edition__in=editions).order_by("code")
    return [(rule.edition_id, rule.as_row()) for rule in rules]


def _published_deadlines(code: str, territory: str) -> list[Row]:
    rules = DeadlineRule.objects.filter(code=code, edition__state=State.PUBLISHED, edition__territory=territory)
    return [rule.as_row() for rule in rules]


def _put_deadlines(edition: Edition, rows: Sequence[Row]) -> None:
    DeadlineRule.objects.filter(edition=edition, code__in=[row["code"] for row in rows]).delete()
    DeadlineRule.objects.bulk_create(DeadlineRule(edition=edition, **row) for row in rows)


def _take_out_deadline(edition: Edition, code: str) -> None:
    DeadlineRule.objects.filter(edition=edition, code=code).delete()


def words_of(edition: Edition) -> dict[str, Mapping[str, str]]:
    """The facts and the actors that its rules may name."""
    return {"milestones": edition.parameters["milestones"], "actors": edition.parameters["actors"]}


def _released_catalogue() -> dict[str, Any]:
    return _catalogue_of_folder(settings.REFERENCE_FOLDER)


@cache
def _catalogue_of_folder(own: str) -> dict[str, Any]:
    """What the files say, those of the installation’s `own` folder in place of the product’s."""
    return read_reference(find=find_file)


def _released_deadlines(territory: str) -> list[Row]:
    return _deadlines_of_folder(settings.REFERENCE_FOLDER)


@cache
def _deadlines_of_folder(own: str) -> list[Row]:
    """In the shape in which the database gives them back."""
    return as_kept(DeadlineRule(**row).as_row() for row in _catalogue_of_folder(own)["rules"])


DEADLINES = EditableCatalogue(
    code=Edition.Catalogue.DEADLINES,
    read=_read_deadlines,
    published=_published_deadlines,
    put=_put_deadlines,
    take_out=_take_out_deadline,
    say=lambda editions: [
        {row["code"]: say_deadline(row, **words_of(edition)) for row in rows} for edition, rows in editions
    ],
    sense=lambda row: frozenset({row["start"]}),
    check=lambda edition, rows, on: check_deadlines(rows, **words_of(edition)),
    completed=lambda words: complete_parameters(words, _released_catalogue()),
    released=_released_deadlines,
    bring=lambda words: bring_words(words, _released_catalogue()),
)
