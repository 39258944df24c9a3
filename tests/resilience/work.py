"""What the processes under test are given to do, and what became of it: run in their database, said in JSON.

python -m tests.resilience.work prepare 60
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
    return {"session": session_of(manager), "worker": worker.pk, "pages": pages}


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
    said = prepare(int(sys.argv[2])) if sys.argv[1] == "prepare" else told()
    sys.stdout.write(json.dumps(said))
