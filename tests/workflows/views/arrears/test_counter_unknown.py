"""At the counter, what the person does not know stays unknown: a case opens, and the first professional asks."""

from decimal import Decimal
from functools import partial

import pytest
from django.urls import reverse

from cases.models import Beneficiary, Case, Note, Tenancy
from cases.refusals import NotAllowed, Refusal
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.workflows.actions.test_counter import broken
from tests.workflows.views.arrears.test_counter import (
    FAMILY,
    known,
    known_lease,
    last_page,
    new,
    received,
    send,
    taken,
)
from tests.workflows.walk import Walk
from workflows.actions import landlords
from workflows.queries.threshold import legal_position

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
UNKNOWN = {"landlord": "", "balance": ""}


def accepted(client, **typed):
    """A case opened without landlord nor amount, that a professional of the CAF accepted: he, and the case."""
    case = received(client, **UNKNOWN | FAMILY | typed)
    if "qualify" in Walk(case).waiting_for:
        desk = factories.member("caf-91-pilotage", "pilot")
        Walk(case).take("qualify", by=desk, result="complete", facts={}, housing="private")
    worker = taken(case)
    client.force_login(worker)
    return worker, case


def informed(client, **typed):
    worker, case = accepted(client, **typed)
    contact = {"result": "reached", "channel": "phone", "made_on": NOON.date(), "informed_by": "phone"}
    Walk(case).take("contact", by=worker, **contact)
    return worker, case


def page(client, case):
    return html_of(client.get(reverse("case", args=[case.public_id])))


def name(client, case, **typed):
    """What a landlord, a balance or both answer, written on the page of the balance."""
    return client.post(reverse("case_balance", args=[case.public_id]), {"balance": "", "as_of": "2026-11-24"} | typed)


def test_a_case_opens_without_landlord_nor_amount_nothing_is_invented_and_the_last_page_says_so(client, yann):
    case = received(client, **UNKNOWN)
    assert case.tenancy.landlord_is_unknown
    assert case.tenancy.known_landlord == ""
    assert not case.tenancy.debt.statements.exists()
    assert case.reports.get().balance is None
    assert (case.tenancy.housing, case.tenancy.landlord_type) == ("", "")
    assert Walk(case).waiting_for == {"qualify": "caf-91-pilotage"}
    assert broken(NOON.date()) == []
    assert legal_position(case, on=NOON.date()) is None
    html = last_page(client, case)
    words = "non connu : le professionnel qui suivra la personne le demandera"
    assert f"<dt>Bailleur</dt><dd>{words}</dd>" in html
    assert f"<dt>Montant dû</dt><dd>{words}</dd>" in html


def test_the_amount_alone_may_be_unknown(client, yann):
    case = received(client, balance="")
    assert case.tenancy.landlord.code == "gestionnaire-b"
    assert "<dt>Bailleur</dt>" not in last_page(client, case)


def test_who_follows_asks_what_nobody_knew_and_writes_it_at_one_place(client, yann):
    _, case = informed(client)
    html = page(client, case)
    assert "À demander à la personne" in html
    assert "le nom de son bailleur" in html
    assert "le montant dû" in html
    assert "Bailleurs non partenaires" not in html
    assert reverse("case_balance", args=[case.public_id]) in html
    assert name(client, case, landlord="gestionnaire-b", landlord_name="", balance="1 200").status_code == 302
    lease = Tenancy.objects.get(pk=case.tenancy_id)
    assert lease.manager
    assert (lease.landlord.code, lease.manager.code, lease.housing) == ("gestionnaire-b", "gestionnaire-b", "private")
    assert lease.debt.creditor.code == "gestionnaire-b"
    assert lease.debt.statements.get().balance == Decimal(1200)
    assert "À demander à la personne" not in page(client, case)
    assert broken(NOON.date()) == []


def test_a_landlord_who_takes_no_part_is_named_by_who_follows_and_not_written_over(client, yann):
    worker, case = informed(client)
    empty = client.post(reverse("case_balance", args=[case.public_id]), {"as_of": "2026-11-24"})
    assert "Saisir le bailleur, le solde, ou les deux." in html_of(empty)
    assert "Cette structure est inconnue" in html_of(name(client, case, landlord="autres-bailleurs"))
    by_hand = partial(landlords.name_landlord, case=case, landlord=None, landlord_name="SCI des Chênes", at=NOON)
    with pytest.raises(NotAllowed):
        by_hand(by=factories.member("mds-grigny"))
    assert name(client, case, landlord_name="SCI des Tilleuls").status_code == 302
    lease = Tenancy.objects.get(pk=case.tenancy_id)
    assert (lease.known_landlord, lease.landlord_is_unknown) == ("SCI des Tilleuls", False)
    html = page(client, case)
    assert "le montant dû" in html
    assert "le nom de son bailleur" not in html
    with pytest.raises(Refusal, match="connu désormais"):
        by_hand(by=worker)


def test_the_step_of_the_first_contact_says_what_to_ask(client, yann):
    _, case = accepted(client)
    task = Walk(case).task("contact")
    html = html_of(client.get(reverse("step", args=[case.public_id, task.public_id])))
    assert "À demander à la personne" in html
    assert "le nom de son bailleur" in html


def test_without_a_landlord_the_case_that_is_open_is_completed_and_no_second_one_opens(client, yann):
    key = str(known().tenancy.public_id)
    assert send(client, new(client), household=key, seen=[key], **UNKNOWN).status_code == 302
    assert (Case.objects.count(), Tenancy.objects.count()) == (1, 1)


def test_without_a_landlord_the_only_lease_of_a_known_household_is_hers(client, yann):
    lease = known_lease()
    case = received(client, **UNKNOWN)
    assert (case.household, case.tenancy) == (lease.household, lease)


def test_the_desk_is_asked_which_housing_it_is_since_no_landlord_says_it(client, yann):
    case = received(client, **UNKNOWN | FAMILY)
    client.force_login(factories.member("caf-91-pilotage", "pilot"))
    url = reverse("step", args=[case.public_id, Walk(case).task("qualify").public_id])
    html = html_of(client.get(url))
    assert "Manque pour orienter." in html
    assert "le nom de son bailleur" in html
    sent = {**FAMILY, "housing": "private", "result": "complete"}
    preview = html_of(client.post(url, sent | {"helper": "preview"}))
    assert "Avec ces réponses, elle irait chez CAF 91 – travail social." in preview
    assert client.post(url, sent).status_code == 302
    assert Tenancy.objects.get().housing == "private"
    assert Walk(case).waiting_for == {"answer": "caf-91"}


def test_which_housing_it_is_may_be_said_at_the_counter_and_routes_at_once(client, yann):
    case = received(client, **UNKNOWN | FAMILY, housing="private")
    assert Walk(case).waiting_for == {"answer": "caf-91"}


# Comment la joindre ?


def test_without_a_number_nor_an_address_it_is_asked_how_to_reach_her(client, yann):
    draft = new(client)
    html = html_of(send(client, draft, phone=""))
    assert "Comment la joindre ?" in html
    assert "Aucun moyen connu" in html
    assert not Case.objects.exists()
    assert "Comment la joindre ?" not in html_of(client.get(reverse("counter")))


def test_that_no_way_is_known_is_said_and_read_by_who_follows(client, yann):
    _, case = accepted(client, phone="", no_way="on")
    note = Note.objects.get()
    assert (note.case, note.visibility, note.is_to_reach) == (case, "shared", True)
    assert note.text == (
        "Aucun moyen connu de joindre la personne : ni téléphone ni adresse n’ont pu être donnés au guichet."
    )
    assert Beneficiary.objects.get().phone == ""
    assert "comment la joindre : ni téléphone, ni courriel, ni adresse" in page(client, case)


def test_a_number_typed_after_that_is_enough(client, yann):
    received(client, no_way="on")
    assert not Note.objects.exists()


def test_a_landlord_who_already_has_this_reference_is_not_named_in_its_place(client, yann):
    _, case = informed(client)
    Tenancy.objects.filter(pk=case.tenancy_id).update(reference="B-17")
    factories.tenancy(landlord="gestionnaire-b", reference="B-17")
    answer = name(client, case, landlord="gestionnaire-b", balance="1 200")
    assert "Ce bailleur a déjà un locataire sous la référence B-17" in html_of(answer)
    assert Tenancy.objects.get(pk=case.tenancy_id).landlord_is_unknown
    assert not case.tenancy.debt.statements.exists()


def test_what_a_later_visit_says_of_the_landlord_is_not_lost(client, yann):
    case = received(client, **UNKNOWN)
    key = str(case.tenancy.public_id)
    answer = send(client, new(client), household=key, seen=[key], landlord="gestionnaire-b", balance="")
    assert answer.status_code == 302
    note = Note.objects.get()
    assert (note.case, note.visibility, note.is_to_reach) == (case, "shared", False)
    assert note.text == "Bailleur selon BELHADJ Nadia, au guichet : Gestionnaire B."
    assert Tenancy.objects.get(pk=case.tenancy_id).landlord_is_unknown
