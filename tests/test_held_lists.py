"""Behind the door, the second barrier: with the door taken away no list names a case of others (pages of one case are in
tests/cases/test_second_barrier.py); and whoever has the door is shown what he is shown without the barrier."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Q, Value
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from cases import permissions, written_once
from cases.models import Beneficiary, Case, Structure
from cases.models.members import Role
from cases.permissions import held_rights
from cases.permissions.held_rights import RightsOfDay
from cases.rules.rights import rights_of
from config.database_roles import Roles
from tests import factories
from tests.config.test_database_roles import application, roles
from tests.journeys import scene
from tests.journeys.scene import Scene
from tests.test_pages import ADDRESSES, LOOKS, patterns
from workflows.lists import LISTINGS
from workflows.views.parts.pages import CasePage, Page, StructurePage

__all__ = ["application", "roles"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.timeout(900)]

COMPARES = "nobody is compared of whom others have an open case: to hide it would open the comparison"
OPENS = "looks for households that others know, before a case is opened"
ASKS = "of a case in which one takes no part yet, or for a time only"
FOLLOWS = "of people whom one is only asked to follow"
COUNTS = "numbers of all the cases of a territory, never a name"
SERVES = "of the whole installation: what a structure or a territory would leave behind"
OFFICERS = "of officers, who take no part: who read what, and what is kept of whom"
NOT_HELD = {
    "Duplicates": COMPARES,
    "Merges": COMPARES,
    "ComparePeople": COMPARES,
    "UndoMerge": COMPARES,
    "ArrearsReportPage": OPENS,
    "NewNotice": OPENS,
    "DoubtfulLinePage": OPENS,
    "SentPage": "of the case that the counter opened, which its structure may not see",
    "Warnings": "debts that are in no case, or in none that was reported",
    "UndoImport": "asks that nobody has done anything since, of what the file opened",
    "FoundCasePage": ASKS,
    "SharingRequestsPage": ASKS,
    "EmergencyCase": ASKS,
    "EmergencyAccesses": ASKS,
    "Referents": FOLLOWS,
    "AnswerReferentProposal": FOLLOWS,
    "Notifications": "of what one was told, whoever takes part now, or is only asked to; it names a case through the door",
    "Open": "as the list of notices",
    "AnswerByLink": "its reader is whom the link was sent to, whoever is signed in",
    "Steering": COUNTS,
    "ProcedureOfPilot": COUNTS,
    "ReferentPilotPage": "numbers of cases whose card the pilot may open; it names a person through the door",
    "Backlogs": COUNTS,
    "HeatMapPage": COUNTS,
    "Indicators": COUNTS,
    "PilotPage": COUNTS,
    "InitialStock": COUNTS,
    "CausePage": COUNTS,
    "AlertPage": COUNTS,
    "ObservatorySwitch": COUNTS,
    "RulesPage": "what a draft would change of all the cases of a territory; those of others have a number, and no link",
    "AdministrationPage": SERVES,
    "InstallationPage": SERVES,
    "TracesPage": OFFICERS,
    "Archive": OFFICERS,
    "Corrections": OFFICERS,
}
"""Pages that the barrier does not hold, with all those that are made of them → why."""


NO_PAGE = {
    "login", "logout", "second_step", "password_change", "password_change_done", "password_reset",
    "password_reset_done", "password_reset_confirm", "password_reset_complete", "invitation",
    "accessibility", "legal_notices", "privacy", "privacy_of_city", "site_map", "help", "news", "live", "ready",
    "family_page",  # of no account: read as nobody, which holds it more (`permissions.reading_by_code`)
    "proconnect", "proconnect_return", "proconnect_out", "admin_login", "bounces",
    "observatories", "observatory", "observatory_quarter", "observatory_file",
    "calendar_file",  # of whom its key was made for, whoever is signed in, through the door
}  # fmt: skip
"""Addresses that no `Page` answers, and the barrier does not hold: they show no case, but where it is said."""


PAGES = {pattern.name: getattr(pattern.callback, "view_class", object) for pattern in patterns(get_resolver())}


def page_at(name: str) -> Any:
    """The class that answers there, if it is one of ours; what else there is names nobody."""
    page = PAGES.get(name, object)
    return page if issubclass(page, Page) else None


def is_held(name: str) -> bool:
    page = page_at(name)
    return page is not None and bool(page.held_back)


def test_each_page_is_held_or_says_why_not():
    pages = {page for name in ADDRESSES if (page := page_at(name))}
    saying = {next(each for each in page.__mro__ if "held_back" in vars(each)) for page in pages}
    assert {each.__name__ for each in saying if not each.held_back} == set(NOT_HELD)


def test_what_is_no_page_of_ours_names_no_case_or_is_known():
    assert {name for name in ADDRESSES if page_at(name) is None} == NO_PAGE


RIGHTS = frozenset[str]().union(
    *(rights_of(role, kind) for role in Role.values for kind in ("mds", "landlord", "caf_pilot"))
)


@pytest.fixture
def no_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody holds every right everywhere, and every case is everybody’s, whole."""

    def read_all(user: Any, *, at: Any) -> RightsOfDay:
        structures = list(Structure.objects.values_list("pk", "territory"))
        every = frozenset(pk for pk, _ in structures)
        return RightsOfDay(dict.fromkeys(RIGHTS, every), dict(structures), "grigny", may_replace=True)

    monkeypatch.setattr(held_rights, "_read_rights", read_all)
    monkeypatch.setattr(written_once, "write_for_nobody", written_once.write_for_nobody.__wrapped__)
    monkeypatch.setattr(permissions, "visible_cases", lambda user, **asked: Case.objects.all())
    monkeypatch.setattr(permissions, "visible_case_ids", lambda user, **asked: Case.objects.order_by().values("pk"))
    monkeypatch.setattr(permissions, "sees_case", lambda user, case, **asked: Q(pk__gt=0))
    monkeypatch.setattr(permissions, "shown_in_full", lambda user, **asked: Value(True))
    read_for = {"read_for": F("responsible_structure"), "is_assigned": Value(False)}
    monkeypatch.setattr(permissions, "read_for", lambda user, **asked: read_for)


NUMBERED = re.compile(r"\b2026-\d{5}\b")
NOTHING_TO_WRITE = {"export: situations": (200, 302), "export: echeances": (200, 302)}
"""Of a list that is empty no file is made: one is led back to it."""
NO_NAME = "Inconnu"
"""A word of pages, too."""
OF_THE_FILE = {"import": {"LEROY", "DIALLO"}, "import_columns": {"LEROY", "DIALLO"}}
"""What a landlord wrote in his file, which is no case yet."""


Shown = dict[str, set[str]]


def shown(client: Client, made: Scene, *, of_reports: bool = False) -> tuple[Shown, dict[str, int]]:
    """Of every page that is held, and of every list as a file: the cases and the people that it names, where it names some;
    and how each answered."""
    people = set(Beneficiary.objects.values_list("usual_name", flat=True)) - {NO_NAME}
    keys = {str(key) for key in Case.objects.values_list("public_id", flat=True)}
    named = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in sorted({*people, *keys})))
    found, statuses = {}, {}
    for name, path, sent in asked(made):
        if of_reports and not getattr(page_at(name), "reads_reports", False):
            continue
        with transaction.atomic():
            answer = client.get(path) if sent is None else client.post(path, sent)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
            transaction.set_rollback(True)
        statuses[name] = answer.status_code
        text = content.decode(errors="ignore") if answer.status_code == 200 else ""
        if words := {*NUMBERED.findall(text), *named.findall(text)}:
            found[name] = words
    return found, statuses


def asked(made: Scene) -> Iterator[tuple[str, str, dict[str, str] | None]]:
    """Name, address and form, if it is one that is sent: each page once, of the CAF if it is of a structure; then in each way
    in which it is looked at."""
    own = {}
    for name, address in ADDRESSES.items():
        if is_held(name) and not address.posts and not issubclass(page_at(name), CasePage):
            path = reverse(name, args=address.args(made))
            own[path] = name
            yield name, f"{path}?structure=caf-91" if issubclass(page_at(name), StructurePage) else path, None
    for title, (_, at) in LOOKS.items():
        plain, _, query = (path := at(made)).partition("?")
        if query and plain in own:
            yield f"{own[plain]}: {title}", path, None
    for code in LISTINGS:
        yield (
            f"export: {code}",
            reverse("export_ask", args=[code]),
            {
                "format": "csv",
                "structure": "caf-91",
                "liste": "ma-structure",
            },
        )


@pytest.mark.by_turns
@pytest.mark.pages
def test_without_the_door_no_list_names_a_case_of_others(roles: Roles, no_door: None, request: pytest.FixtureRequest):
    made, client, of_claimant = scene.build(), Client(raise_request_exception=False), Client()
    client.force_login(factories.member("cpam-91", "manager"))
    of_claimant.force_login(factories.member("autres-bailleurs", "correspondent"))
    # The owner’s role is not held.
    unheld, unheld_statuses = shown(client, made)
    _, of_claimant_unheld = shown(of_claimant, made, of_reports=True)
    assert unheld.keys() >= {
        "inbox", "cases", "deadlines", "deadlines: deadlines of the structure", "backlog_list", "lot", "arbitrations",
        "commission", "reports", "report_detail", "member", "export: situations", "export: echeances", "export: encours",
    }  # fmt: skip

    request.getfixturevalue("application")
    named, statuses = shown(client, made)
    assert named == OF_THE_FILE
    assert otherwise(statuses, than=unheld_statuses) == NOTHING_TO_WRITE
    # The barrier shows a claimant his reports, too, and this one made none.
    named, statuses = shown(of_claimant, made, of_reports=True)
    assert named == OF_THE_FILE
    assert otherwise(statuses, than=of_claimant_unheld) == {}


def otherwise(statuses: dict[str, int], *, than: dict[str, int]) -> dict[str, tuple[int, int]]:
    """What names nobody because it fails would prove nothing: a page answers as it does unheld, or what it is of does not
    exist."""
    return {
        name: (than[name], status)
        for name, status in statuses.items()
        if status != than[name] and not (status == HTTPStatus.NOT_FOUND and is_of_one(name))
    }


def is_of_one(name: str) -> bool:
    """Is it the page of one object, which may not exist, rather than a list?"""
    try:
        reverse(name.partition(":")[0])
    except NoReverseMatch:
        return not name.startswith("export:")
    return False


OF_ONE_ANSWER = re.compile(
    r'csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"|nonce="[^"]+"|name="once" value="[^"]+"'
)


@pytest.mark.by_turns
@pytest.mark.pages
def test_who_has_the_door_is_shown_the_same(roles: Roles, request: pytest.FixtureRequest):
    """On each page that is held, in each way in which it is looked at, but what a draw makes anew each time."""
    made = scene.build()
    own = {reverse(name, args=each.args(made)) for name, each in ADDRESSES.items() if is_held(name)}
    looks = {title: (who, path) for title, (who, at) in LOOKS.items() if (path := at(made)).partition("?")[0] in own}
    clients = {who: Client() for who, _ in looks.values() if who}
    for who, client in clients.items():
        client.force_login(getattr(made, who))

    def answers() -> dict[str, str]:
        found = {}
        for title, (who, path) in looks.items():
            with transaction.atomic():
                answer = clients[who].get(path)
                transaction.set_rollback(True)
            found[title] = "" if answer.streaming else OF_ONE_ANSWER.sub("", answer.content.decode(errors="ignore"))
        return found

    # The owner’s role is not held.
    unheld, again = answers(), answers()
    # The conditions of the opening say themselves as which role the database is asked.
    of_the_role = {"opening to data on real people", "opening, for an officer"}
    steady = [title for title in looks if unheld[title] == again[title] and title not in of_the_role]
    assert len(steady) > 170
    request.getfixturevalue("application")
    held = answers()
    assert [title for title in steady if held[title] != unheld[title]] == []
