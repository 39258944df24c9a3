"""What the processes under test are given to do, and what became of it: run in their database, said in JSON.

python -m tests.resilience.work prepare 60
python -m tests.resilience.work ask-what-is-long
python -m tests.resilience.work told
"""

import json
import sys
from datetime import timedelta
from importlib import import_module
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from cases.models import JournalEntry, Outbox, User  # noqa: E402
from notifications.models import Delivery, Notice  # noqa: E402
from tests import factories  # noqa: E402
from workflows import tasks  # noqa: E402
from workflows.exports import jobs  # noqa: E402
from workflows.lists import build_listing  # noqa: E402
from workflows.models import CaseTask  # noqa: E402


def prepare(count: int) -> dict[str, Any]:
    """So many cases that wait for an answer of the CAF; who answers, and whom he names."""
    now = timezone.now()
    manager = factories.member("caf-91", "manager")
    worker = factories.member("caf-91")
    pages = []
    for number in range(count):
        lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF", reference=f"K{number}")
        case = factories.reported(lease, code="gestionnaire-b", at=now - timedelta(minutes=1), **factories.FAMILY)
        task = CaseTask.objects.open().of_case(case).get(node="answer")
        pages.append(reverse("step", args=[case.public_id, task.public_id]))
    pilot = factories.member("caf-91-pilotage", "pilot")
    return {
        "session": session_of(manager),
        "worker": worker.pk,
        "pages": pages,
        "pilot": session_of(pilot),
        "indicators": reverse("indicators"),
    }


def ask_what_is_long() -> dict[str, Any]:
    """The manager asks for an export, as of a list too long to be written at once, and a pilot for figures of now."""
    now, manager = timezone.now(), User.objects.get(memberships__role="manager")
    jobs.AT_ONCE = 0
    asked = build_listing("situations", user=manager, asked={"etat": "toutes"}, today=timezone.localdate(now))
    _, export = jobs.request_export(asked, file_type="csv", at=now)
    tasks.wake_worker(tasks.run_exports)
    tasks.wake_worker(tasks.count_figures)
    assert export
    return {"export": export.pk, "page": reverse("export", args=[export.public_id]), "at": now.isoformat()}


def session_of(user: User) -> str:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[1]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def told() -> dict[str, Any]:
    accepted = JournalEntry.objects.filter(kind="step.accepted").values_list("case", flat=True)
    assigned = JournalEntry.objects.filter(kind="professional.assigned")
    return {
        "accepted": list(accepted),
        "assigned": assigned.count(),
        "told of it": list(Notice.objects.filter(entry__in=assigned).values_list("user", flat=True)),
        "lines not told": Outbox.objects.count(),
        "mails": [str(pk) for pk in Delivery.objects.filter(state="sent").values_list("public_id", flat=True)],
        "addresses that fail": list(User.objects.exclude(failing_email="").values_list("email", flat=True)),
    }


if __name__ == "__main__":
    acts = {"prepare": lambda: prepare(int(sys.argv[2])), "ask-what-is-long": ask_what_is_long, "told": told}
    sys.stdout.write(json.dumps(acts[sys.argv[1]]()))
