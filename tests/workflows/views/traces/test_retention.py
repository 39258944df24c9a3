"""The officer reads the limits, changes one within the law, has the list made, approves it, puts and lifts a hold."""

import pytest
from django.urls import reverse

from cases.actions import members
from cases.models import Household, JournalEntry, LegalHold, Membership, RetentionLimit, RetentionRun
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.workflows.views.traces.reading import rows_of, words_of
from workflows.actions import retention

pytestmark = pytest.mark.django_db


def limits(client):
    return {row[0]: row[1] for row in rows_of(client.get(reverse("retention")), "Durées de conservation")}


def test_limits_are_read_and_changed_within_the_law(client, officer):
    assert limits(client)["Dossiers en base active"] == "24 mois"
    url = reverse("retention_limit", args=["archive"])
    for length, said in (
        ("0", "La durée ne peut pas être inférieure à 6 mois"),
        ("36", "La durée ne peut pas dépasser 24 mois"),
    ):
        answer = client.post(url, {"length": length, "effective_on": "2026-11-24", "reason": "Décision du 3 novembre"})
        assert said in words_of(answer).replace("\N{NO-BREAK SPACE}", " ")
    assert RetentionLimit.objects.count() == 0
    client.post(url, {"length": "12", "effective_on": "2026-11-24", "reason": "Décision du 3 novembre"})
    assert limits(client)["Dossiers en base active"] == "12 mois"
    assert "Dossiers en base active : 12 mois à partir du" in words_of(client.get(reverse("retention")))
    told = JournalEntry.objects.get(kind="retention.limited")
    assert (told.actor, told.data["code"], told.data["length"]) == (officer, "archive", 12)


def test_lengths_to_check_are_confirmed_together_with_a_reason(client, officer):
    page, confirm = reverse("retention"), reverse("retention_confirm")
    assert words_of(client.get(page)).count("à vérifier") == 14  # thirteen lengths, and the sentence that counts them
    assert "Dossiers en base active : 24 mois" in words_of(client.get(confirm))
    client.post(
        reverse("retention_limit", args=["archive"]), {"length": "12", "effective_on": "2026-11-24", "reason": "Avis"}
    )
    assert "Ce champ est obligatoire" in words_of(client.post(confirm, {"reason": ""}))
    assert "12 durées confirmées." in words_of(client.post(confirm, {"reason": "Registre, point 7"}, follow=True))
    assert "à vérifier" not in words_of(client.get(page))
    assert limits(client)["Dossiers en base active"] == "12 mois"
    assert RetentionLimit.objects.filter(reason="Registre, point 7", by=officer).count() == 12
    assert "Chaque durée est déjà confirmée." in words_of(client.post(confirm, {"reason": "Registre, point 7"}))


def test_a_landlords_officer_finds_no_such_page(client):
    client.force_login(factories.member("bailleur-a", "dpo"))
    assert client.get(reverse("retention")).status_code == 404
    assert "Conservation" not in words_of(client.get(reverse("traces")))


def test_the_list_is_made_approved_and_done(client, officer, worker):
    case = scene.closed(worker=worker)
    home = case.household
    assert client.post(reverse("retention_propose")).url == reverse("retention")
    assert "Rien n’est à archiver ni à anonymiser aujourd’hui." in words_of(client.get(reverse("retention")))
    run = scene.due_for_archive(case, by=officer)
    url = reverse("retention_run", args=[run.public_id])
    page = client.get(url)
    assert rows_of(page, "Par service") == [
        ["Mettre en archive restreinte", case.responsible_structure.name, "à faire", "1"]
    ]
    assert case.reference in words_of(page)
    assert "Personne d’autre ne le peut aujourd’hui" in words_of(page)
    colleague = factories.member("caf-91", "dpo", first_name="Léa", last_name="Roux")
    assert "Peuvent l’approuver : Léa Roux." in words_of(client.get(url))
    assert "Approuver et faire" not in words_of(client.get(url))
    approve = reverse("retention_approve", args=[run.public_id])
    assert "par quelqu’un d’autre que son auteur" in words_of(client.post(approve, follow=True))
    client.force_login(colleague)
    assert "Approuver et faire" in words_of(client.get(url))
    client.post(approve)
    run.refresh_from_db()
    assert (run.state, run.approved_by) == ("running", colleague)
    client.force_login(officer)
    retention.run_waiting(at=NOON)
    assert rows_of(client.get(url), "Dossiers")[0][-1] == "laissé : un contact a eu lieu"
    assert Household.objects.get(pk=home.pk).archived_on is None
    assert RetentionRun.objects.get().state == "done"


def test_a_hold_is_put_by_the_number_of_a_case_and_lifted_with_a_reason(client, officer):
    case = scene.reported()
    url = reverse("legal_hold_new")
    client.post(url, {"case": case.reference, "reason": "litigation"})
    hold = LegalHold.objects.get()
    assert rows_of(client.get(reverse("retention")), "Dossiers gelés")[0][:2] == [
        case.reference,
        "Procédure en cours devant un juge",
    ]
    assert "Un gel est déjà posé pour ce ménage." in words_of(
        client.post(url, {"case": case.reference, "reason": "claim"})
    )
    client.post(reverse("legal_hold_lift", args=[hold.public_id]), {"reason": "wrong_person"})
    hold.refresh_from_db()
    assert (hold.lifted_by, hold.lift_reason) == (officer, "wrong_person")
    assert "Aucun gel." in words_of(client.get(reverse("retention")))


def test_an_administrator_reads_and_approves_the_list_of_the_only_officer_and_nothing_else(client, officer, worker):
    run = scene.due_for_archive(scene.closed(worker=worker), by=officer)
    url = reverse("retention_run", args=[run.public_id])
    administrator = factories.member("ville-grigny", "administrator")
    client.force_login(administrator)
    page = client.get(url)
    assert "Aucun autre délégué n’est là pour relire cette liste" in words_of(page)
    assert "Abandonner ce passage" not in words_of(page)
    for closed in ("retention", "traces"):
        assert client.get(reverse(closed)).status_code == 404
    assert client.post(reverse("retention_drop", args=[run.public_id])).status_code == 404
    factories.member("caf-91", "dpo")
    assert client.get(url).status_code == 404
    Membership.objects.filter(role="dpo").exclude(user=officer).delete()
    approve = reverse("retention_approve", args=[run.public_id])
    assert "Passage approuvé" in words_of(client.post(approve, follow=True))
    run.refresh_from_db()
    assert (run.state, run.approved_by) == ("running", administrator)


def test_who_reads_two_territories_is_led_by_a_notice_into_the_one_of_the_list(client, officer, worker):
    run = scene.due_for_archive(scene.closed(worker=worker), by=officer)
    factories.move_to_territory("mds-grigny", name="Athis")
    reader = factories.member("caf-91", "dpo")
    members.join(user=reader, structure=factories.structure("mds-grigny"), role="dpo", since=NOON.date(), at=NOON)
    client.force_login(reader)
    client.post(reverse("choose_territory"), {"territory": "athis"})
    url = reverse("retention_run", args=[run.public_id])
    assert "Approuver et faire" in words_of(client.get(url))
    assert client.session["territory"] == "grigny"
    elsewhere = factories.member("mds-grigny", "dpo")
    client.force_login(elsewhere)
    assert client.get(url).status_code == 404
