"""A lot, as the manager of the structure that receives it answers it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from cases.models import Case, JournalEntry, Participation
from notifications import digest
from notifications.delivery import send_due
from notifications.fanout import drain_outbox
from notifications.models import Delivery, Notice
from tests import factories
from tests.factories import NOON
from tests.journeys.scene import lot_accepted
from tests.pages import html_of
from tests.workflows.imports.test_undo import HEADINGS, imported, undone
from tests.workflows.walk import Walk
from workflows.models import CaseTask, ImportJob

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WITH_FACTS = [*HEADINGS, "Bailleur", "Nature aide", "Nb enfants à charge", "PF", "RSA"]
FAMILY = ["PRIVE SCI", "ALF", "2", "oui", "non"]


def lot(folder: Path, *, number: int = 3, facts: list[str] = FAMILY, decade: int = 198) -> ImportJob:
    """Private housing, ALF, children: the CAF (R3). The CAF’s own list tells all the facts."""
    lines = [
        ["", f"NOM{place}", "Alice", f"17/05/{decade}{place}", "", "450,00", "80,00", "1 060,00", *facts]
        for place in range(number)
    ]
    return imported(folder, *lines, headings=WITH_FACTS, code="caf-91")


def page_of(job: ImportJob) -> str:
    return reverse("lot", args=[job.public_id, "caf-91"])


def ticked(*cases: Case) -> list[str]:
    return [str(task.public_id) for task in CaseTask.objects.open().filter(case__in=cases)]


def waiting() -> list[str]:
    return sorted(CaseTask.objects.open().values_list("node", flat=True))


def test_a_lot_is_told_once_and_leads_to_its_table(client, manager, tmp_path):
    job = lot(tmp_path)
    assert waiting() == ["answer"] * 3
    drain_outbox(at=NOON)
    notice = Notice.objects.get(user=manager)
    assert notice.entry.kind == "lot.received"
    shown = client.get(reverse("notifications")).content.decode()
    assert "Un import oriente 3 situations vers votre structure" in shown
    assert "vous n’avez plus accès" not in shown
    answer = client.post(reverse("notification", args=[notice.public_id]))
    assert answer.url == page_of(job)


def test_a_case_that_is_reported_alone_is_still_told_as_such(manager):
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)
    drain_outbox(at=NOON)
    assert list(Notice.objects.filter(user=manager).values_list("entry__kind", flat=True)) == ["step.routed"]


def test_several_cases_are_accepted_and_given_at_once_each_in_its_journal(client, manager, tmp_path):
    job, worker = lot(tmp_path), factories.member("caf-91", first_name="Paul", last_name="Diallo")
    first, second, third = Case.objects.order_by("pk")
    data = {"task": ticked(first, second), "accept": "yes", "professional": worker.pk, "reason": ""}
    shown = client.post(page_of(job), data, follow=True).content.decode()
    assert "2 situations acceptées et confiées à Paul Diallo." in shown
    assert [case.responsible_structure.code for case in Case.objects.order_by("pk")][:2] == ["caf-91"] * 2
    accepted = JournalEntry.objects.filter(kind="step.accepted").order_by("case_id")
    assert [(entry.case, entry.actor) for entry in accepted] == [(first, manager), (second, manager)]
    assert [task.case for task in CaseTask.objects.open().filter(node="answer")] == [third]


def test_several_cases_are_declined_with_one_reason(client, manager, tmp_path):
    job = lot(tmp_path)
    data = {"task": ticked(*Case.objects.all()), "accept": "no", "reason": "no_capacity"}
    shown = client.post(page_of(job), data, follow=True).content.decode()
    assert "3 situations déclinées." in shown
    assert "Tout ce lot a reçu une réponse" in shown
    reasons = JournalEntry.objects.filter(kind="step.declined").values_list("data__reason", flat=True)
    assert list(reasons) == ["no_capacity"] * 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"accept": "yes"}, "Nommer le professionnel"),
        ({"accept": "no"}, "Indiquer pourquoi"),
        ({}, "Choisir : accepter, ou décliner."),
        ({"accept": "no", "reason": "no_capacity", "task": []}, "Cocher au moins une situation"),
    ],
)
def test_what_is_missing_is_said_and_nothing_moves(client, manager, tmp_path, typed: dict[str, Any], said: str):
    job = lot(tmp_path, number=1)
    shown = client.post(page_of(job), {"task": ticked(Case.objects.get()), **typed}).content.decode()
    assert said in shown
    assert waiting() == ["answer"]


def test_a_case_answered_meanwhile_does_not_hold_back_the_others(client, manager, tmp_path):
    job, worker = lot(tmp_path), factories.member("caf-91")
    keys = ticked(*Case.objects.all())
    first = Case.objects.order_by("pk")[0]
    data = {"task": ticked(first), "accept": "yes", "professional": worker.pk}
    client.post(page_of(job), data)
    shown = client.post(page_of(job), {**data, "task": keys}, follow=True).content.decode()
    assert "2 situations acceptées" in shown
    assert JournalEntry.objects.filter(kind="step.accepted").count() == 3


def test_a_lot_of_another_structure_does_not_exist(client, tmp_path):
    job = lot(tmp_path, number=1)
    client.force_login(factories.member("mds-grigny", "manager"))
    assert client.get(page_of(job)).status_code == 404
    assert client.get(reverse("lot", args=[job.public_id, "mds-grigny"])).status_code == 404
    client.force_login(factories.member("bailleur-a", "correspondent"))
    assert client.get(reverse("lots")).status_code == 404


def test_the_list_of_lots_counts_what_still_waits(client, manager, tmp_path, django_assert_max_num_queries):
    job = lot(tmp_path)
    with django_assert_max_num_queries(10):
        page = client.get(reverse("lots"))
    assert [(found.job, found.structure.code, found.count) for found in page.context["lots"]] == [(job, "caf-91", 3)]
    with django_assert_max_num_queries(14):
        assert client.get(page_of(job)).status_code == 200


def test_all_the_cases_of_a_lot_are_ticked_at_once(client, manager, tmp_path):
    job = lot(tmp_path)
    assert len(client.get(page_of(job)).context["chosen"]) == 0
    assert len(client.get(page_of(job), {"tout": "oui"}).context["chosen"]) == 3


def test_the_lot_of_an_undone_import_is_empty(client, manager, tmp_path):
    job = lot(tmp_path)
    undone(job, by=factories.member("caf-91", "manager"))
    assert client.get(reverse("lots")).context["lots"] == []
    assert "Tout ce lot a reçu une réponse" in client.get(page_of(job)).content.decode()


def test_no_mail_of_a_lot_names_anyone(manager, tmp_path):
    lot(tmp_path)
    drain_outbox(at=NOON)
    assert mail.outbox == []  # sent by the tick, with a reference or nothing
    assert Notice.objects.get(user=manager).case is None


def sent() -> list[tuple[list[str], str]]:
    mail.outbox.clear()
    drain_outbox(at=NOON)
    send_due(at=NOON)
    return [(message.to, str(message.subject)) for message in mail.outbox]


def test_who_is_given_several_cases_of_a_lot_is_told_once(client, manager, tmp_path):
    job, worker = lot(tmp_path, number=3), factories.member("caf-91", first_name="Paul", last_name="Diallo")
    sent()
    client.post(page_of(job), {"task": ticked(*Case.objects.all()), "accept": "yes", "professional": worker.pk})
    assert sent() == [([worker.email], "Relais : 3 dossiers confiés")]
    assert all(f"dossier {case.reference} : " in str(mail.outbox[0].body) for case in Case.objects.all())
    notice = Notice.objects.exclude(entry__kind="lot.received").get(user=worker)
    assert (notice.entry.kind, notice.entry.data["count"]) == ("cases.handed_over", 3)
    client.force_login(worker)
    assert "vous a confié 3 situations" in client.get(reverse("notifications")).content.decode()
    assert client.post(reverse("notification", args=[notice.public_id])).url == reverse("inbox")


def test_what_a_lot_declines_is_one_lot_for_the_next_structure(client, tmp_path):
    """On RSA and over sixty, without children: for the MDS (R5), then for the CCAS (R6)."""
    job = lot(tmp_path, facts=["PRIVE SCI", "ALS", "0", "non", "oui"], decade=195)
    mds, ccas = factories.member("mds-grigny", "manager"), factories.member("ccas-grigny", "manager")
    assert [to for to, _subject in sent()] == [[mds.email]]
    client.force_login(mds)
    answer = {"task": ticked(*Case.objects.all()), "accept": "no", "reason": "no_capacity"}
    client.post(reverse("lot", args=[job.public_id, "mds-grigny"]), answer)
    assert [to for to, _subject in sent()] == [[ccas.email]]
    client.force_login(ccas)
    lots = client.get(reverse("lots")).context["lots"]
    assert [(found.structure.code, found.count) for found in lots] == [("ccas-grigny", 3)]


def test_the_menu_counts_lots_not_their_cases_and_shows_no_entry_without(client, manager, tmp_path):
    def counted() -> list[int]:
        navigation = client.get(reverse("inbox")).context["navigation"]
        return [entry.count for entry in navigation if entry.label == "Lots reçus"]

    assert counted() == []
    lot(tmp_path)
    assert counted() == [1]
    assert [found.count for found in client.get(reverse("lots")).context["lots"]] == [3]


def test_a_lot_says_the_children_and_how_much_each_colleague_has_and_no_sum_of_a_card(client, manager, tmp_path):
    busy = factories.member("caf-91", first_name="Paul", last_name="Diallo")
    job = lot(tmp_path, number=2)
    first, second = Case.objects.order_by("pk")
    data = {"task": ticked(first), "accept": "yes", "professional": busy.pk, "reason": ""}
    client.post(page_of(job), data)
    page = client.get(page_of(job))
    [line] = page.context["lines"]
    assert (line.task.case, line.children, line.debt) == (second, 2, None)
    shown = html_of(page)
    assert '<td data-label="Enfants">2</td>' in shown
    assert "Paul Diallo (1 dossier)" in shown
    assert "Dette" not in shown[shown.index("<main") : shown.index("</main")]


def test_a_lot_says_the_debt_to_who_sees_the_whole_case(client, manager, tmp_path):
    job = lot(tmp_path, number=1)
    Participation.objects.filter(case=Case.objects.get(), structure__code="caf-91").update(level="full")
    shown = html_of(client.get(page_of(job))).replace("\u202f", " ").replace("\u00a0", " ")
    assert '<th scope="col" class="num">Dette</th>' in shown
    assert "1 060,00 €" in shown


def test_a_lot_accepted_by_mistake_is_taken_back_but_for_what_has_moved(client, manager, tmp_path):
    job = lot(tmp_path)
    worker = factories.member("caf-91", last_name="Sow")
    cases = list(Case.objects.order_by("pk"))
    said = client.post(page_of(job), {"accept": "yes", "professional": worker.pk, "task": ticked(*cases)}, follow=True)
    entry = JournalEntry.objects.get(kind="lot.answered")
    undo = reverse("lot_take_back", args=[job.public_id, "caf-91", entry.pk])
    assert f'<a href="{undo}">Retirer</a>' in html_of(said)
    assert "Retirer : 3 situations acceptées" in html_of(client.get(undo))
    Walk(cases[0]).take("contact", by=worker, result="again", channel="phone", made_on=NOON.date())
    html = html_of(client.post(undo, follow=True))
    assert "2 situations à répondre de nouveau." in html
    assert f"Dossier {cases[0].reference} : Le dossier a avancé depuis cette acceptation" in html
    assert waiting() == ["answer", "answer", "contact"]
    assert "déjà retiré" in html_of(client.post(undo, follow=True))
    drain_outbox(at=NOON)
    assert list(Notice.objects.filter(user=worker).order_by("pk").values_list("entry__kind", flat=True)) == [
        "lot.received",
        "cases.handed_over",
        "lot.taken_back",
    ]


def test_of_a_lot_whose_acceptances_are_gone_nothing_is_taken_back_and_that_is_said(client, manager, tmp_path):
    entry = lot_accepted(lot(tmp_path), by=manager, worker=factories.member("caf-91"))
    undo = reverse("lot_take_back", args=[ImportJob.objects.get().public_id, "caf-91", entry.pk])
    assert "il n’y a rien à retirer" in html_of(client.post(undo))
    assert not JournalEntry.objects.filter(kind="lot.taken_back").exists()


def test_the_summary_of_the_morning_counts_of_a_lot_what_waits_by_then(client, manager, tmp_path):
    colleague = factories.member("caf-91")
    job, morning = lot(tmp_path), NOON + timedelta(days=1)
    drain_outbox(at=NOON)
    cases = list(Case.objects.all())
    data = {"task": ticked(cases[0]), "accept": "yes", "professional": manager.pk, "reason": ""}
    client.post(page_of(job), data)
    said = digest.build_digest_parts(Delivery.objects.get(user=colleague), on=morning.date())
    assert [part.words for part in said] == ["2 situations à prendre"]
    client.post(page_of(job), data | {"task": ticked(*cases[1:])})
    assert digest.build_digest_parts(Delivery.objects.get(user=colleague), on=morning.date()) == []
