"""Removing the application that tells leaves a working product: nobody is told, and all else goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
A_DAY_OF_WORK = """
import sys
sys.modules["notifications"] = None  # whoever imports it fails
from config import embedded
embedded.start_servers()
import django
django.setup()
from datetime import timedelta
from django.core.management import call_command
from django.test import Client
from cases.models import Outbox
from config.ticking import tick
from tests import factories
from tests.workflows.walk import Walk

call_command("migrate", interactive=False, verbosity=0)
lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
walk = Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))
worker = factories.member("caf-91")
walk.take("answer", by=worker, accept=True, professional=worker, reason="")
done = tick(at=factories.NOON + timedelta(days=30))
assert "rappels" not in done and "courriels envoyés" not in done
browser = Client(SERVER_NAME="localhost")
browser.force_login(worker)
for address in ("/", "/situations/", f"/situations/{walk.case.public_id}/", "/echeances/", "/agenda/"):
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    assert "Notifications" not in answer.content.decode(), address
print(f"{Outbox.objects.count()} lines, {sorted(task.node for task in walk.case.tasks.open())}")
embedded.stop_servers()
"""


@pytest.mark.long
def test_a_case_is_reported_accepted_shown_and_goes_on_with_time(home: Path):
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "RELAIS_HOME": str(home),
        "RELAIS_MODE": "development",
        "DEBUG": "false",
        "DJANGO_SETTINGS_MODULE": "tests.settings_without_notifications",
    }
    done = subprocess.run(
        [sys.executable, "-c", A_DAY_OF_WORK], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("['contact']\n"), done.stdout
