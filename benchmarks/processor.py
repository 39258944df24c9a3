"""What a page and an act ask of the processor and of the database: Python apart from PostgreSQL, whatever else the machine does.

Pages are asked for by everybody who may open them, each warm; acts are done on steps that wait, and undone.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import chain, islice
from statistics import median, quantiles
from time import process_time
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.timezone import localdate, now

from benchmarks.acts import WaitingAct, answers_to_give, contacts_to_record, find_open_steps
from benchmarks.measures import Clock, server_seconds
from cases import permissions
from cases.models import User
from cases.refusals import Refusal
from config.context import shell_context
from workflows import engine
from workflows.models import CaseTask
from workflows.queries.inbox import InboxList
from workflows.views.parts.inbox_tabs import inbox_address

PAGES = {
    "À faire": "inbox",
    "Situations": "cases",
    "Encours": "backlog",
    "Échéances": "deadlines",
    "Pilotage": "steering",
}
WARM, RUNS = 7, 3
"""PostgreSQL plans a prepared statement five times before it keeps a plan."""
ACTS = 25
BUSY = 500
"""Open steps."""


class SpentApart(NamedTuple):
    python: float
    """Milliseconds of this process."""
    database: float
    """Milliseconds of its server of PostgreSQL."""
    statements: int


def measure(host: str, *, most: int) -> Iterator[str]:
    """A line for each page, for the menu and for each act, as `most` people open them, here and there among all."""
    holders = _find_holders()
    everybody = list(User.objects.filter(is_active=True).order_by("pk"))
    asked = {*everybody[:: -(-len(everybody) // most)], *User.objects.filter(pk__in=holders)}
    people = {user: _client(user, host) for user in everybody if user in asked}
    for label, name in PAGES.items():
        yield _line(label, [_asked(client, reverse(name)) for client in people.values()])
    by_pk = {user.pk: client for user, client in people.items()}
    for pk, held in holders.items():
        for label, part in (("À faire", InboxList.MINE), ("En attente", InboxList.WAITING)):
            yield _line(f"{label}, de qui a {held} étapes", [_asked(by_pk[pk], inbox_address(part))])
    yield _line("Un dossier", [_asked(client, each) for client in people.values() for each in _some_cases(client)])
    today = localdate()
    for user in people:
        permissions.keep_rights(user)
        permissions.rights(user, at=today)
    yield _line("Le menu", [_repeat(partial(_open_menu, user)) for user in people])
    for label, acts in _acts().items():
        yield _line(label, [[spent] for spent in acts])


def _find_holders() -> dict[int, int]:
    """Who has about as many open steps as the busiest would in life, and who has the most here: how many each."""
    steps = CaseTask.objects.open().filter(is_human=True, owner__is_active=True)
    held = dict(steps.values_list("owner").annotate(Count("pk")).order_by("-pk__count", "owner"))
    likely = sorted(held, key=lambda pk: abs(held[pk] - BUSY))[:1]
    return {pk: held[pk] for pk in (*likely, *list(held)[:1])}


def _line(label: str, found: list[list[SpentApart] | None]) -> str:
    runs = [each for each in found if each]
    if not runs:
        return f"{label} : rien à mesurer"
    typical = [SpentApart(*(median(column) for column in zip(*each, strict=True))) for each in runs]
    every = sorted(spent.python for each in runs for spent in each)
    late = quantiles(every, n=20)[-1] if len(every) > 1 else every[0]
    return (
        f"{label} : {len(typical)} ; Python {median(each.python for each in typical):.1f} ms, p95 {late:.1f}, "
        f"le plus {max(each.python for each in typical):.1f} ; PostgreSQL {median(e.database for e in typical):.1f} ms, "
        f"le plus {max(each.database for each in typical):.1f} ; "
        f"{median(each.statements for each in typical):.0f} requêtes, au plus {max(e.statements for e in typical):.0f}"
    )


def _client(user: User, host: str) -> Client:
    client = Client(SERVER_NAME=host)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _asked(client: Client, address: str) -> list[SpentApart] | None:
    """None where this person may not open it."""
    if client.get(address).status_code != 200:
        return None
    return _repeat(lambda: client.get(address))


def _repeat(work: Callable[[], object]) -> list[SpentApart]:
    for _ in range(WARM):
        work()
    return [_spend(work) for _ in range(RUNS)]


def _spend(work: Callable[[], object]) -> SpentApart:
    clock = Clock()
    with clock.running():
        server, began = server_seconds(), process_time()
        work()
        python = process_time() - began
    return SpentApart(python * 1000, (server_seconds() - server) * 1000, clock.queries)


def _some_cases(client: Client) -> list[str]:
    """Addresses, of those that his list shows: the first, one of the middle, the last."""
    answer = client.get(reverse("cases"))
    shown = (
        re.findall(r'href="(/situations/[0-9a-f-]{36}/)"', answer.content.decode())
        if answer.status_code == 200
        else []
    )
    return sorted({shown[0], shown[len(shown) // 2], shown[-1]}) if shown else []


def _open_menu(user: User) -> None:
    """Besides the rights, which every page reads."""
    request: Any = RequestFactory().get("/aide/")
    request.user, request.session = user, {}
    context = shell_context(request)
    account: Any = context["account"]
    list(context["navigation"])  # type: ignore[call-overload]  # a lazy list
    account.unread, account.membership  # noqa: B018


def _acts() -> dict[str, list[SpentApart]]:
    at = now()
    found: dict[str, list[SpentApart]] = {"Accepter": [], "Accepter et suivre": [], "Contact établi": []}
    steps = find_open_steps()
    for act in chain(islice(answers_to_give(steps, at), ACTS * 8), islice(contacts_to_record(steps, at), ACTS * 2)):
        if len(found[act.label]) <= ACTS:
            found[act.label] += _complete(act, at)
    return {label: spent[1:] for label, spent in found.items()}


def _complete(act: WaitingAct, at: datetime) -> list[SpentApart]:
    """Empty where it is refused."""
    with transaction.atomic():
        task, by = CaseTask.objects.get(pk=act.task.pk), User.objects.get(pk=act.by.pk)
        try:
            return [_spend(lambda: engine.complete(task, by=by, at=at, data=act.data))]
        except Refusal:
            return []
        finally:
            transaction.set_rollback(True)
