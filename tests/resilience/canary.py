"""A household whose every word is rare: none may be seen outside of the pages. Run in the database of the processes.

python -m tests.resilience.canary
"""

import json
import re
import sys
from typing import Any

from tests.pages import without_ids

NAME, EMAIL, PHONE, AMOUNT = "Zyxquandre", "zyxquandre@canari.example", "+33698712345", "7391.57"
WORDS = re.compile(r"zyxquandre|canari\.example|98 ?71 ?23 ?45|\b7(?:\s|\\u202f|\\u00a0)?391(?:57)?\b", re.IGNORECASE)
"""As they might be written."""
REFUSE = """
CREATE FUNCTION refuse_what_is_typed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'refused' USING DETAIL = NEW::text; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON workflows_reportdraft FOR EACH ROW EXECUTE FUNCTION refuse_what_is_typed();
CREATE TRIGGER refuse BEFORE INSERT ON workflows_importrow FOR EACH ROW EXECUTE FUNCTION refuse_what_is_typed();
"""
"""From then on, what is typed there fails with an error that quotes it, as one of a constraint does."""


def words_seen(text: str) -> list[str]:
    return WORDS.findall(without_ids(text))


def prepare() -> dict[str, Any]:
    """A case of that household, that waits for an answer; who answers it; who reports it again."""
    from datetime import timedelta

    from django.urls import reverse
    from django.utils import timezone

    from tests import factories
    from tests.resilience.work import session_of
    from workflows.models import CaseTask

    manager = factories.member("caf-91", "manager", email=EMAIL, last_name=NAME)
    worker = factories.member("caf-91")
    home = factories.household(usual_name=NAME, phone=PHONE)
    lease = factories.tenancy(home=home, landlord="gestionnaire-b", housing="private", aid_kind="ALF", reference="K1")
    case = factories.reported(
        lease, code="gestionnaire-b", at=timezone.now() - timedelta(minutes=1), balance=AMOUNT, **factories.FAMILY
    )
    task = CaseTask.objects.open().of_case(case).get(node="answer")
    return {
        "session": session_of(manager),
        "manager": manager.pk,
        "worker": worker.pk,
        "case": str(case.public_id),
        "page": reverse("step", args=[case.public_id, task.public_id]),
        "job": send_file(),
    }


def send_file() -> int:
    """A landlord’s file that names the household; what is read of it is the worker’s to check."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.urls import reverse

    from tests import factories
    from tests.workflows.views.imports.sending import HEADINGS, as_shown, deposited

    setup_test_environment()
    client = Client()
    client.force_login(factories.member("bailleur-a", role="correspondent"))
    line = f"L7001;{NAME};Alice;17/05/1980;4 rue de la Plaine;91350;GRIGNY;450,00;80,00;{AMOUNT.replace('.', ',')}\n"
    job = deposited(client, HEADINGS + line)
    with connection.cursor() as cursor:
        cursor.execute(REFUSE)
    client.post(reverse("import_columns", args=[job.public_id]), as_shown(client, job))
    return job.pk


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(prepare()))
