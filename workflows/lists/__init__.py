"""The lists that people filter: what each holds, as its page, its export and the views that are saved of it."""

from collections.abc import Mapping
from datetime import date

from cases.models import Structure, User
from workflows.lists.backlog import BacklogListing
from workflows.lists.base import Listing
from workflows.lists.cases import CasesListing
from workflows.lists.deadlines import DeadlinesListing
from workflows.lists.people import PeopleListing
from workflows.lists.referents import ReferentsListing

LISTINGS: dict[str, type[Listing]] = {
    each.code: each for each in (CasesListing, BacklogListing, DeadlinesListing, PeopleListing, ReferentsListing)
}
"""Their codes are in addresses and in rows: they never change."""


def build_listing(
    code: str, *, user: User, asked: Mapping[str, str], today: date, structure: Structure | None = None
) -> Listing:
    return LISTINGS[code](user=user, asked=asked, today=today, structure=structure)
