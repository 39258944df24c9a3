"""The views that are saved of lists: who sees them, how many rows each holds, and saving, changing, deleting one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet, Value

from cases import journal
from cases.models import Structure, User
from cases.refusals import Refusal
from workflows.lists import LISTINGS
from workflows.lists.base import Listing
from workflows.models import SavedView

MOST = 8
"""Of a list, for one person; and as many for a structure."""
COUNTED = 6
"""Views whose rows are counted, the person’s own first: together one query, which must not slow the list down."""
UP_TO = 1000
"""Beyond, a count costs more than it tells: as on the list itself."""
MANAGES = "view_backlog"
"""Whoever holds it in a structure shares views there."""


class CannotSave(Refusal):
    """A view of a list is not saved so."""


@dataclass(frozen=True, kw_only=True)
class SavedViewSummary:
    view: SavedView
    listing: Listing
    """What it holds for whoever reads it."""
    count: int | None
    """None: not counted."""

    @property
    def is_broken(self) -> bool:
        return bool(self.listing.unknown_filters)

    @property
    def count_words(self) -> str | None:
        if self.count is None:
            return None
        return f"{UP_TO}+" if self.count > UP_TO else str(self.count)


def views_of(current: Listing) -> QuerySet[SavedView]:
    """Those that the reader of a list sees above it: his own, and those of the structures in which he has this list."""
    found = SavedView.objects.filter(list_code=current.code).select_related("structure")
    if current.of_structure:
        found = found.filter(structure=current.structure)
    places = frozenset[int]().union(*(current.held_rights.get(right, frozenset()) for right in current.rights))
    return found.filter(Q(owner=current.user, is_shared=False) | Q(is_shared=True, structure__in=places))


def summarise_views(current: Listing) -> list[SavedViewSummary]:
    """With their counts: two queries, however many views there are."""
    views = [(view, listing_of_view(view, current)) for view in views_of(current)]
    counts = count_rows({view.pk: of for view, of in views if not of.unknown_filters})
    return [SavedViewSummary(view=view, listing=of, count=counts.get(view.pk)) for view, of in views]


def listing_of_view(view: SavedView, current: Listing) -> Listing:
    """The same list as it is read now, with the filters of the view: each sees in it what he may see."""
    return current.with_filters(view.asked)


def count_rows(listings: Mapping[int, Listing]) -> dict[int, int]:
    """Rows of the first `COUNTED`, up to `UP_TO` and one more. One query."""
    parts = [_count_query(of, Value(pk)) for pk, of in list(listings.items())[:COUNTED]]
    found = dict(parts[0].union(*parts[1:], all=True)) if parts else {}
    return {pk: found.get(pk, 0) for pk in list(listings)[:COUNTED]}


def _count_query(of: Listing, view: Value) -> QuerySet[Any, Any]:
    found = of.find_rows().order_by()
    some = found.model.objects.order_by().filter(pk__in=found.values("pk")[: UP_TO + 1])
    return some.annotate(view=view).values("view").annotate(number=Count("pk")).values_list("view", "number")


def filters_to_keep(asked: Mapping[str, str], current: Listing) -> dict[str, str]:
    """The filters that a view keeps: not the structure of a list that is of one, which each address names."""
    names = [name for name in current.filters if not (current.of_structure and name == "structure")]
    return {name: asked[name] for name in names if asked.get(name)}


# Acts


@transaction.atomic
def save(current: Listing, *, name: str, share_in: Structure | None, at: datetime) -> SavedView:
    """Keep the filters of a list under a name. Refuses (`CannotSave`) no filter, one that no longer exists, a name
    already taken, and more than `MOST` views."""
    if refusal := current.refusal_of_filters:
        raise CannotSave(refusal)
    asked = filters_to_keep(current.asked, current)
    if not asked:
        raise CannotSave("Choisir au moins un filtre de la liste, puis enregistrer la vue.")
    view = SavedView(
        owner=current.user,
        list_code=current.code,
        structure=current.structure if current.of_structure else None,
        name=name,
        asked=asked,
        saved_at=at,
    )
    _set_sharing(view, share_in)
    _refuse_too_many(view)
    _save_view(view)
    _record_act("view.saved", view, by=current.user, at=at)
    return view


@transaction.atomic
def change(view: SavedView, *, name: str, share_in: Structure | None, by: User, at: datetime) -> None:
    """Another name, shared or no longer. Refuses (`CannotSave`) a name already taken."""
    view.name = name
    was_shared = view.is_shared
    _set_sharing(view, share_in)
    if view.is_shared != was_shared:
        _refuse_too_many(view)
    _save_view(view)
    _record_act("view.changed", view, by=by, at=at)


@transaction.atomic
def delete(view: SavedView, *, by: User, at: datetime) -> None:
    _record_act("view.deleted", view, by=by, at=at)
    view.delete()


def _set_sharing(view: SavedView, structure: Structure | None) -> None:
    view.is_shared = structure is not None
    if not LISTINGS[view.list_code].of_structure:
        view.structure = structure


def _refuse_too_many(view: SavedView) -> None:
    same = SavedView.objects.filter(list_code=view.list_code, is_shared=view.is_shared)
    same = same.filter(structure=view.structure) if view.is_shared else same.filter(owner=view.owner)
    if same.exclude(pk=view.pk).count() >= MOST:
        whose = "La structure a" if view.is_shared else "Vous avez"
        raise CannotSave(f"{whose} déjà {MOST} vues de cette liste : en supprimer une d’abord.")


def _save_view(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        whose = "Une vue de la structure" if view.is_shared else "Une de vos vues"
        raise CannotSave(f"{whose} porte déjà ce nom : en choisir un autre.") from error


def _record_act(kind: str, view: SavedView, *, by: User, at: datetime) -> None:
    journal.record(
        kind, at=at, by=by, structure=view.structure, view=view.pk, list=view.list_code, shared=view.is_shared
    )
