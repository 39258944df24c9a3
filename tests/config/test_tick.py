"""`manage.py tick`: what is due, done by hand, at an instant that one may choose."""

from datetime import date
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from notifications.models import Notice
from tests import factories
from tests.journeys.scene import case_at
from workflows.actions.members import end_all_memberships

pytestmark = pytest.mark.django_db


def tick(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("tick", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_an_unanswered_case_reaches_its_manager_by_bell_and_e_mail_once():
    manager = factories.member("caf-91", "manager")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)
    tick("--at", "2026-11-24T13:00")
    before = Notice.objects.filter(user=manager).count()
    mail.outbox.clear()

    assert "échéances : alert_manager : 1" in tick("--at", "2026-12-02T08:00")
    told = Notice.objects.filter(user=manager).order_by("pk").values_list("entry__kind", flat=True)
    assert list(told)[before:] == ["task.escalated"]
    assert [message.to for message in mail.outbox] == [[manager.email]]

    assert tick("--at", "2026-12-02T08:00") == [
        "départs sans relais : 0",
        "suivis repris : 0",
        "dossiers du stock libérés : 0",
        "personnes transférées : 0",
        "brouillons oubliés : 0",
        "codes de fiches finis : 0",
        "saisies en attente oubliées : 0",
        "rappels : 0",
        "lignes annoncées : 0",
        "courriels envoyés : 0",
        "mots de passe envoyés : 0",
        "comptes fermés : 0",
        "lignes importées : 0",
        "veilles oubliées : 0",
        "droits échus retirés : 0",
        "fichiers abandonnés : 0",
        "listes exportées : 0",
        "exports supprimés : 0",
        "traces d’import effacées : 0",
        "orientations reprises : 0",
        "situations simulées : 0",
        "ménages archivés ou anonymisés : 0",
        "dossiers de personnes préparés : 0",
        "dossiers de personnes supprimés : 0",
        "simulations oubliées : 0",
        "pièces vérifiées : 0",
    ]


def test_an_unreadable_instant_is_refused():
    with pytest.raises(CommandError, match="n’est pas une date ISO 8601"):
        tick("--at", "demain")


def test_what_a_leaver_held_comes_back_before_anybody_is_told_of_it():
    """Else he would be told alone of what ends on his last day, who sees it no more on the next."""
    manager, going = factories.member("caf-91", "manager"), factories.member("caf-91")
    walk = case_at("contact", worker=going)
    end_all_memberships(
        user=going, structure=factories.structure("caf-91"), last_day=date(2026, 12, 8), by=manager, at=factories.NOON
    )
    tick("--at", "2026-12-09T06:00")
    kinds = list(walk.case.journal.order_by("pk").values_list("kind", flat=True))
    assert "deadline.missed" in kinds
    assert kinds.index("professional.released") < kinds.index("deadline.missed")
