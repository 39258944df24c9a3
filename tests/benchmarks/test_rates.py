"""`manage.py measure_rates`: processes of their own do what waits, and it stays done."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from benchmarks.acts import KINDS, answers_to_give
from demo import seed
from tests import factories
from workflows.models import CaseTask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four cases of arrears, none answered."""
    monkeypatch.setattr("benchmarks.management.commands.measure_rates.is_seeded", lambda: True)
    factories.member("caf-91", "manager")
    factories.member("caf-91")
    for number in range(4):
        lease = factories.tenancy(
            home=factories.household(usual_name=f"Nom{number}"), landlord="gestionnaire-b", housing="private",
            aid_kind="ALF", reference=f"K{number}",
        )  # fmt: skip
        factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)
    assert CaseTask.objects.open().filter(node="answer").count() == 4


def test_each_step_that_waits_is_taken_once_by_one_of_the_processes(waiting: None):
    out = StringIO()
    call_command("measure_rates", processes=2, seconds=60.0, stdout=out)

    assert "refusé" not in out.getvalue()
    found = re.findall(r"^(\w+) : ([\d.]+) par seconde, de 2 processus$", out.getvalue(), re.MULTILINE)
    assert [kind for kind, _ in found] == ["accept", "contact"]
    assert all(float(rate) > 0 for _, rate in found)
    taken = CaseTask.objects.filter(node__in=("answer", "contact"))
    assert sorted(taken.values_list("node", "status")) == [("answer", "DONE")] * 4 + [("contact", "DONE")] * 4


def test_what_is_refused_is_not_counted_and_its_words_are_said(waiting: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(
        KINDS, "accept", lambda steps, at: (act for act in answers_to_give(steps, at) for _ in range(2))
    )

    out = StringIO()
    call_command("measure_rates", processes=1, seconds=60.0, stdout=out)

    assert re.search(
        r"^accept : [\d.]+ par seconde, de 1 processus\n  4 × refusé : Cette étape a déjà", out.getvalue()
    )
    assert CaseTask.objects.filter(node="answer", status="DONE").count() == 4


def test_it_says_that_nothing_waits(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchmarks.management.commands.measure_rates.is_seeded", lambda: True)
    with pytest.raises(CommandError, match="Aucune étape n’attend"):
        call_command("measure_rates")


def test_it_asks_for_the_demonstration(monkeypatch: pytest.MonkeyPatch):
    assert not seed.is_seeded()
    with pytest.raises(CommandError, match="Faire d’abord la démonstration"):
        call_command("measure_rates")
