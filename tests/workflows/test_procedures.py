"""A procedure is declared once: all that lists, opens, draws, counts and tells it follows from there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from cases.models import CaseKind
from cases.rules.procedures import PROCEDURES, Procedure, register_procedure
from tests.factories import household, structure
from workflows.flows import FLOWS
from workflows.models import CaseWithoutStep

ROOT = Path(__file__).resolve().parents[2]


def test_three_procedures_are_declared():
    assert [(each.kind, each.title, str(each.pilot), str(each.legal_basis)) for each in PROCEDURES.values()] == [
        ("arrears", "impayé de loyer", "caf_pilot", "SH-8"),
        ("overpayment", "trop-perçu", "city", "SH-3"),
        ("coordination", "coordination", "department", "SH-1"),
    ]
    assert list(FLOWS) == ["arrears", "overpayment", "debt_line", "referent", "coordinator"]


def test_a_kind_is_of_one_procedure():
    other = Procedure(kind=CaseKind.ARREARS, title="autre", legal_basis="SH-1", pilot="city", flows={})
    with pytest.raises(ValueError, match="two procedures for the cases of kind arrears"):
        register_procedure(other)
    assert PROCEDURES[CaseKind.ARREARS].title == "impayé de loyer"


@pytest.mark.django_db
def test_the_database_looks_for_a_step_where_the_procedure_says_that_there_is_one():
    insert = (
        "INSERT INTO cases_case (public_id, kind, household_id, beneficiary_id, responsible_structure_id,"
        " opened_by_structure_id, opened_on, is_urgent, is_initial_stock, outcome, territory)"
        " VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, '2026-11-24', false, false, '', 'grigny')"
    )
    told = {}
    for kind in [*PROCEDURES, "another"]:
        home, place = household(), structure("ccas-grigny").pk
        person = home.memberships.get().beneficiary_id if kind == CaseKind.COORDINATION else None
        with connection.cursor() as cursor:
            cursor.execute(insert, [kind, home.pk, person, place, place])
        told[kind] = CaseWithoutStep.objects.filter(case__household=home).exists()
    assert told == {"arrears": True, "overpayment": True, "coordination": False, "another": True}
    assert {kind: told[kind] for kind in PROCEDURES} == {
        kind: procedure.needs_next_step for kind, procedure in PROCEDURES.items()
    }


A_POWER_CUT = """
from config import embedded
embedded.start_servers()
import django
django.setup()
from datetime import timedelta
import time_machine
from django.core.management import call_command
from django.test import Client
from config.ticking import tick
from tests import factories
from tests.energy.opening import open_energy_case
from tests.factories import NOON
from workflows.actions.reopen import reopen_case
from workflows.models import CaseTask, CaseWithoutStep

call_command("migrate", interactive=False, verbosity=0)
clock = time_machine.travel(NOON, tick=False)
clock.start()
worker, manager = factories.member("ccas-grigny"), factories.member("ccas-grigny", "manager")
case = open_energy_case(
    household=factories.household(), structure=factories.structure("ccas-grigny"), by=worker, at=NOON
)
print(case.get_kind_display(), case.participations.get().basis)
task = CaseTask.objects.open().get()
print(task.node, task.owner == worker, task.due_on, [str(each.rule.code) for each in task.deadlines.all()])

browser = Client(SERVER_NAME="localhost")

def page(address, *, by, holds):
    browser.force_login(by)
    answer = browser.get(address)
    html = answer.content.decode()
    assert answer.status_code == 200, (address, answer.status_code)
    for words in holds:
        assert words in html, (address, words)

here = f"/situations/{case.public_id}/"
step = f"{here}etapes/{task.public_id}/"
page("/", by=worker, holds=["Demander un délai au fournisseur", "Noter l’appel"])
page(here, by=worker, holds=["Demander un délai au fournisseur", "Coupure d’énergie, dossier"])
page(step, by=worker, holds=["suspend la coupure"])
page("/echeances/", by=worker, holds=["Demander un délai au fournisseur"])
page("/encours/?structure=ccas-grigny&vue=procedures", by=manager, holds=["Coupure d’énergie"])
page("/encours/procedures/energy/?structure=ccas-grigny", by=manager, holds=["Rendre compte au ménage"])

# Nobody does it: who is late is told of it.
clock.stop()
clock = time_machine.travel(NOON + timedelta(days=7), tick=False)
clock.start()
tick(at=NOON + timedelta(days=7))
page("/notifications/", by=worker, holds=[case.reference, "Demander un délai au fournisseur"])

browser.force_login(worker)
sent = browser.post(step, {"answer": "waits", "turn": 0})
assert sent.status_code == 302, sent.content.decode()
task = CaseTask.objects.open().get()
print(task.node, task.due_on)
page(here, by=worker, holds=["a demandé un délai au fournisseur d’énergie", "Rendre compte au ménage"])
browser.force_login(worker)
sent = browser.post(f"{here}etapes/{task.public_id}/", {"turn": 0})
assert sent.status_code == 302, sent.content.decode()
case.refresh_from_db()
print(case.get_outcome_display(), CaseTask.objects.open().count(), CaseWithoutStep.objects.count())
reopen_case(case=case, by=worker, at=NOON + timedelta(days=7))
print([task.node for task in CaseTask.objects.open()])
call_command("check_invariants")
embedded.stop_servers()
"""


@pytest.mark.long
def test_a_fourth_procedure_is_opened_shown_taken_told_closed_and_reopened(home: Path):
    files = [path for path in (ROOT / "tests" / "energy").iterdir() if path.suffix in (".py", ".toml")]
    assert len(files) <= 8
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "RELAIS_HOME": str(home),
        "RELAIS_MODE": "development",
        "DEBUG": "false",
        "DJANGO_SETTINGS_MODULE": "tests.settings_with_a_fourth_procedure",
    }
    done = subprocess.run(
        [sys.executable, "-c", A_POWER_CUT], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:5] == [
        "coupure d’énergie SH-5",
        "ask_supplier True 2026-11-26 ['E-ASK']",
        "tell_household 2026-12-04",  # five days end on a Sunday: before the week-end
        "droits ouverts ou rappel d’aide 0 0",
        "['ask_supplier']",
    ]
