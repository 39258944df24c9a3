"""What every page knows: the brand, the reader's day, who reads and where he may go."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.apps import apps
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from cases import permissions
from cases.models import Installation, Invitation, Membership, Role, StructureKind, Territory, User
from cases.permissions import COVERED, Rights
from cases.written_once import read_written
from workflows.queries.deadlines import READERS
from workflows.queries.inbox import Inbox
from workflows.views.parts.territories import CHOSEN

VERSION = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
NO_REAL_PEOPLE = "n’y saisissez aucune donnée sur des personnes réelles."


@dataclass(frozen=True)
class MenuPlace:
    """An entry of the menu, shown to those who hold one of the rights (to all when there is none)."""

    name: str
    label: str
    rights: tuple[str, ...] = ()
    for_members: bool = False
    """Only for those who work in a structure, whose territory says which rules are counted with."""
    for_counters: bool = False
    """Only for those who receive people at a counter."""
    for_landlords: bool = False
    """Only for the members of a landlord or a rent manager."""
    only_if_any: bool = False
    """Only while something waits there, or on its own pages."""
    for_operators: bool = False
    """Only for the members of a service that claims overpayments."""
    for_senders: bool = False
    """Only for the members of a structure that sends files of arrears."""
    for_managers_of_referents: bool = False
    """Only for the managers of structures whose members follow people; a pilot’s desk follows nobody."""
    seldom: bool = False
    """Folded under « Plus » where the menu is a bar: the daily places keep the room."""


SITUATIONS = MenuPlace(
    "cases", "Situations", ("handle_case", "answer_routing", "view_structure_cases", "pilot_action")
)
PLACES = (
    MenuPlace("inbox", "À faire"),
    MenuPlace("counter", "Guichet", ("open_case",), for_counters=True),
    SITUATIONS,
    MenuPlace("agenda", "Agenda", ("handle_case",)),
    MenuPlace("deadlines", "Échéances", READERS),
    MenuPlace("reports", "Mes signalements", ("report_arrears",), for_landlords=True),
    MenuPlace("questions", "Questions", ("answer_question",), for_operators=True),
    MenuPlace("lots", "Lots reçus", ("answer_routing",), only_if_any=True),
    MenuPlace("warnings", "Alertes", ("report_arrears",), for_landlords=True),
    MenuPlace("imports", "Imports", ("report_arrears",), for_senders=True),
    MenuPlace("backlog", "Encours", ("view_backlog",)),
    MenuPlace("my_people", "Mes bénéficiaires", ("be_referent",), seldom=True),
    MenuPlace("referents", "Référents", ("view_backlog",), for_managers_of_referents=True, seldom=True),
    MenuPlace("members", "Équipe", ("manage_members",), seldom=True),
    MenuPlace("archive", "Archives", ("view_structure_cases",), seldom=True),
    MenuPlace("warnings", "Alertes", ("view_backlog", "pilot_action"), seldom=True),
    MenuPlace("duplicates", "Doublons", ("handle_case", "pilot_action"), seldom=True),
    MenuPlace("notice", "Saisir un trop-perçu", ("handle_case",), seldom=True),
    MenuPlace("calculator", "Calculer un délai", for_members=True, seldom=True),
    MenuPlace("administration", "Administration", ("grant_roles",)),
    MenuPlace("steering", "Pilotage", ("pilot_action",)),
    MenuPlace("traces", "Traces", ("review_traces",)),
)


def brand(request: HttpRequest) -> dict[str, object]:
    warning = f"{'Outil de démonstration' if settings.DEMO else 'Version d’essai'} : {NO_REAL_PEOPLE}"
    # Nowhere but in production, whatever a copy of its database says.
    if settings.PRODUCTION and Installation.current().real_data_since:
        warning = ""
    return {"brand": {**Installation.brand(), "version": VERSION, "warning": warning}, "demo": settings.DEMO}


def shell_context(request: HttpRequest) -> dict[str, object]:
    today = timezone.localdate()
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"today": today, "account": None, "navigation": [], "has_seldom": False}
    # The page of the inbox has already read its own.
    inbox: Inbox = getattr(request, "inbox", None) or Inbox(user, today)
    # A page that is of a territory says which one it took.
    chosen = getattr(request, "territory", "") or request.session.get(CHOSEN, "")
    account = SignedInUser(user, inbox=inbox, chosen=chosen)
    entries = SimpleLazyObject(lambda: build_navigation(request.path, account, inbox))
    return {
        "today": today,
        "account": account,
        "navigation": entries,
        "has_seldom": SimpleLazyObject(lambda: any(entry.seldom for entry in entries)),
    }


@dataclass(frozen=True, kw_only=True)
class MenuLink:
    label: str
    url: str
    current: bool
    count: int = 0
    seldom: bool = False


def build_navigation(path: str, account: "SignedInUser", inbox: Inbox) -> list[MenuLink]:
    # A landlord’s steps are of cases in which he takes no part: they count the same on each page.
    with permissions.reading_past_barrier():
        of_inbox = inbox.menu_count
    counts = {
        "inbox": of_inbox,
        "lots": inbox.lot_count,
        "questions": inbox.question_count,
        "traces": inbox.subject_request_count,
    }
    return [
        MenuLink(label=place.label, url=url, current=current, count=counts.get(place.name, 0), seldom=place.seldom)
        for place in PLACES
        if account.may_enter(place) and (url := _url(place.name))
        for current in [_leads_to(url, path)]
        if current or counts.get(place.name) or not place.only_if_any
    ]


def _leads_to(url: str, path: str) -> bool:
    """The inbox is at the root of every address: it is current on its own page alone."""
    return path == url if url == "/" else path.startswith(url)


def _url(name: str) -> str:
    """Empty while the page does not exist in this installation."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _unread_count() -> Coalesce | Value:
    """For a query on memberships; 0 where the application that tells is not installed."""
    if not apps.is_installed("notifications"):
        return Value(0)
    notices = apps.get_model("notifications", "Notice").objects
    unread = notices.filter(user=OuterRef("user_id"), read_at=None).order_by().values("user")
    return Coalesce(Subquery(unread.annotate(count=Count("pk")).values("count")), 0)


def _write_memberships(user: User, today: date, held: Rights) -> QuerySet[Membership]:
    rows = Membership.objects.active(today).filter(user=user).select_related("structure")
    invited = Invitation.objects.waiting().filter(user=OuterRef("user_id"))
    territory = Territory.objects.filter(code=OuterRef("structure__territory")).values("name")
    return rows.annotate(unread=_unread_count(), invited=Exists(invited), place=Subquery(territory))


class SignedInUser:
    """Who is signed in. Nothing is read before the header needs it."""

    def __init__(self, user: User, *, inbox: Inbox, chosen: str = "") -> None:
        """`chosen`: the code of the territory that he chose to read."""
        self._chosen = chosen
        self.name = user.get_full_name()
        self.email = user.email
        self._user = user
        self._inbox = inbox

    @cached_property
    def _memberships(self) -> list[Membership]:
        """With the count of the bell, so that the header costs one query."""
        return read_written(_write_memberships, self._user, self._inbox.today, {})

    @cached_property
    def territories(self) -> list[tuple[str, str]]:
        """Code and name of those in which the reader works, the chosen one first; as a rule there is one."""
        found = {row.structure.territory: row.place for row in self._memberships}  # type: ignore[attr-defined]  # annotated
        return sorted(found.items(), key=lambda each: (each[0] != self._chosen, each[0]))

    @property
    def territory(self) -> str:
        """The name of the one whose rules and figures are read."""
        return self.territories[0][1] if self.territories else ""

    @property
    def other_territories(self) -> list[tuple[str, str]]:
        return self.territories[1:]

    @property
    def memberships(self) -> list[str]:
        return [f"{row.structure.name}, {row.get_role_display()}" for row in self._memberships]

    @property
    def membership(self) -> str:
        return self.memberships[0] if self._memberships else "Aucun rattachement"

    @property
    def unread(self) -> int:
        return next((row.unread for row in self._memberships), 0)  # type: ignore[attr-defined]  # annotated

    @property
    def is_invited(self) -> bool:
        """Does another structure wait for the reader’s answer? Who has no structure finds it in his inbox."""
        return any(row.invited for row in self._memberships)  # type: ignore[attr-defined]  # annotated

    @cached_property
    def works_at_counter(self) -> bool:
        """Does the reader work at a counter?"""
        return any(
            row.role == Role.FRONT_DESK or row.structure.kind == StructureKind.FRONT_DESK for row in self._memberships
        )

    @property
    def report_url(self) -> str:
        return _url("report") if "report_arrears" in self._inbox.held_rights else ""

    @property
    def search_url(self) -> str:
        """For whoever has situations to find."""
        return _url("search") if self.may_enter(SITUATIONS) else ""

    @property
    def notice_url(self) -> str:
        return _url("notice") if "handle_case" in self._inbox.held_rights else ""

    @property
    def may_share_cases(self) -> bool:
        """May the reader ask that a case be shared, or answer who asks?"""
        return any(row.structure.may_help for row in self._memberships) or "pilot_action" in self._inbox.held_rights

    @property
    def may_be_replaced(self) -> bool:
        """Has the reader cases or steps of his own?"""
        return any(right in self._inbox.held_rights for right in COVERED)

    @property
    def notifications_url(self) -> str:
        return _url("notifications")

    def may_enter(self, place: MenuPlace) -> bool:
        if place.for_members and not self._memberships:
            return False
        if place.for_counters and not self.works_at_counter:
            return False
        if place.for_landlords and not any(row.structure.is_claimant for row in self._memberships):
            return False
        if place.for_operators and not any(row.structure.is_operator for row in self._memberships):
            return False
        if place.for_senders and not any(row.structure.sends_files for row in self._memberships):
            return False
        followed_in = self._inbox.held_rights.get("view_backlog", frozenset()) & self._inbox.held_rights.get(
            "be_referent", frozenset()
        )
        if place.for_managers_of_referents and not followed_in:
            return False
        return not place.rights or any(right in self._inbox.held_rights for right in place.rights)
