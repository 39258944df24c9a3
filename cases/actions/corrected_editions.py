"""What a release corrects in the rules of a running installation: a draft offered to the pilot, never over his own words."""

from datetime import datetime

from django.db import transaction

from cases.actions.editions import CannotEdit, EditableCatalogue, mark_of_rows, open_draft
from cases.models import Edition, User
from cases.rules.editions import Row
from cases.rules.release_corrections import ReleaseCorrections, find_corrections, without_place

FROM_RELEASE = "from_release"
"""In the parameters of an edition: code → mark of the row that a release brought."""
ORDER_FROM_RELEASE = "order_from_release"
"""In the parameters of an edition whose order counts: the codes in the order that a corrected draft gave them."""


def corrections_of(catalogue: EditableCatalogue, source: Edition) -> ReleaseCorrections:
    """What this release would correct in an edition, never over what a pilot wrote.

    A row is a release’s as long as it is what the first edition said, or what a corrected draft took (`FROM_RELEASE`).
    """
    first = catalogue.editions_of(source.territory).order_by("number")[0]
    begun, current = catalogue.rows_of(first, source)
    marks = {row["code"]: {_mark_of_words(catalogue, row)} for row in begun}
    orders = [[row["code"] for row in begun]]
    if ORDER_FROM_RELEASE in source.parameters:
        orders.append(source.parameters[ORDER_FROM_RELEASE])
    for code, mark in source.parameters.get(FROM_RELEASE, {}).items():
        marks.setdefault(code, set()).add(mark)
    return find_corrections(
        current=current,
        released=catalogue.released(source.territory),
        is_own=lambda row: _mark_of_words(catalogue, row) not in marks.get(row["code"], ()),
        known=marks.keys(),
        place=catalogue.place,
        orders=orders,
    )


def _mark_of_words(catalogue: EditableCatalogue, row: Row) -> str:
    """What the row says, wherever it stands."""
    return mark_of_rows(without_place(row, catalogue.place))


@transaction.atomic
def open_corrected_draft(
    *, catalogue: EditableCatalogue, source: Edition, by: User, at: datetime
) -> ReleaseCorrections:
    """Open a draft of an edition with what this release corrects: the pilot reads the differences, and publishes it or not.

    Refuses (`CannotEdit`) as `open_draft` does, and where nothing would change.
    """
    found = corrections_of(catalogue, source)
    if not found:
        raise CannotEdit("Cette version de Relais n’apporte aucune correction à ces règles.")
    draft = open_draft(catalogue=catalogue, source=source, by=by, at=at)
    draft.parameters = catalogue.bring(draft.parameters)
    marks = {row["code"]: _mark_of_words(catalogue, row) for row in found.taken}
    draft.parameters[FROM_RELEASE] = draft.parameters.get(FROM_RELEASE, {}) | marks
    draft.save(update_fields=["parameters"])
    catalogue.put(draft, found.taken)
    for code in found.dropped:
        catalogue.take_out(draft, code)
    if catalogue.place:
        draft.parameters[ORDER_FROM_RELEASE] = [row["code"] for row in catalogue.rows_of_edition(draft)]
        draft.save(update_fields=["parameters"])
    return found
