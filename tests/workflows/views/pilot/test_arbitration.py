"""What waits for the pilot, the sheet of each, and the commission that decides them with its minutes."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cases import permissions
from cases.models import AccessEntry, JournalEntry, Participation
from tests import factories
from tests.factories import NOON, member, structure
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows import engine
from workflows.actions import commissions, milestones
from workflows.actions.commissions import CannotHold
from workflows.models import Commission, CommissionItem, KeptForm
from workflows.views.pilot.commission import minutes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
LIST = "/pilotage/arbitrages/"


def family(*, followed_by: str = "none", **named: str) -> Walk:
    home = factories.household(factories.person(**{"usual_name": "Ouattara", "first_names": "Awa", **named}))
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=home)
    facts = {**factories.FAMILY, "followed_by": followed_by}
    return Walk(factories.reported(lease, code="gestionnaire-b", **facts))


def declined_twice(**named: str) -> Walk:
    walk = family(followed_by="mds-grigny", **named)
    for reason in ("no_capacity", "unknown_here"):
        code = walk.waiting_for["answer"]
        walk.take("answer", by=member(code, "manager", last_name="Refuse"), accept=False, reason=reason)
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
    return walk


def unanswered(**named: str) -> Walk:
    walk = family(**named)
    engine.expire(walk.task("answer"), at=NOON, data={})
    walk.case.refresh_from_db()
    assert "arbitrate" in walk.waiting_for
    return walk


def sheet(walk: Walk) -> str:
    return reverse("arbitration_sheet", args=[walk.case.public_id])


def test_the_list_says_why_each_waits_and_which_rule_comes_next(client, pilot):
    declined_twice()
    unanswered(usual_name="Diallo")
    rows = client.get(LIST).context["rows"]
    assert [each.why for each in rows] == [
        "2 structures n’ont pas accepté",
        "CAF 91 – travail social : sans réponse dans le délai",
    ]
    html = html_of(client.get(LIST))
    assert "OUATTARA Awa" in html
    assert "Arbitrer" in html


def test_the_pilot_reads_that_nobody_arbitrates_overpayments(client, pilot):
    assert "Personne n’y pilote" in html_of(client.get(LIST))
    member("ville-grigny", "pilot")
    assert "Personne n’y pilote" not in html_of(client.get(LIST))


def test_the_list_costs_ten_queries_at_most_whatever_its_length(client, pilot, django_assert_max_num_queries):
    for number in range(4):
        declined_twice(usual_name=f"Famille{number}")
    with django_assert_max_num_queries(10):
        client.get(LIST)


def test_the_sheet_has_the_facts_the_criteria_who_declined_and_why(client, pilot):
    walk = declined_twice()
    html = html_of(client.get(sheet(walk)))
    for words in (
        "capacité dépassée",
        "ménage inconnu, suivi ailleurs",
        "Refuse",
        "Enfants à charge",
        "Prestations familiales",
        "Règle suivante",
        "structure déjà sollicitée, sans accord",
        "Inconnu :",
        "Motif : …",
    ):
        assert words in html, words


def test_the_sheet_writes_a_sum_as_everywhere_else(client, pilot):
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    case = factories.reported(lease, code="gestionnaire-b", balance="2008.08", **factories.FAMILY, followed_by="none")
    walk = Walk(case)
    engine.expire(walk.task("answer"), at=NOON, data={})
    html = html_of(client.get(sheet(walk)))
    assert "<dt>Dette</dt> <dd>2\u202f008,08\u00a0€" in html
    assert "2008,08" not in html


def test_a_case_says_that_the_pilot_decided_it_and_the_landlord_that_a_service_is_named(client, pilot):
    walk = declined_twice()
    commission = commissions.open_commission(
        desk=structure("caf-91-pilotage"), on=NOON.date(), present="CAF, MDS", by=pilot, at=NOON
    )
    chosen = {"structure": structure("udaf-91")}
    reason = "La mesure est la mieux placée."
    commissions.decide_item(item=commission.items.get(), data=chosen, reason=reason, by=pilot, at=NOON)

    client.force_login(member("udaf-91", "manager"))
    page = html_of(client.get(reverse("case", args=[walk.case.public_id])))
    assert "Attribuée à UDAF 91" in page
    assert "(CAF 91 – cellule impayés (pilotage)), le 24/11/2026, en commission du 24/11/2026." in page
    assert "2 structures ont décliné" in page
    assert "Décidée le" not in page
    assert reason not in page  # of a card
    Participation.objects.filter(case=walk.case, structure__code="udaf-91").update(level="full")
    assert f"Motif : {reason}" in html_of(client.get(reverse("case", args=[walk.case.public_id])))

    client.force_login(member("gestionnaire-b", "correspondent"))
    report = html_of(client.get(reverse("report_detail", args=[walk.case.reports.get().public_id])))
    assert "Le pilote du dispositif a désigné le service" in report
    assert "en cours de désignation" not in report
    assert "UDAF" not in report


def test_it_ends_with_the_decision(client, pilot):
    walk = declined_twice()
    assert client.get(sheet(walk)).status_code == 200
    walk.take("arbitrate", by=pilot, structure=structure("ccas-grigny"), out_of_scope=False)
    assert client.get(sheet(walk)).status_code == 404


def test_nobody_else_reads_it(client, pilot):
    walk = declined_twice()
    for other in (member("caf-91", "manager"), member("mds-grigny"), member("ville-grigny", "pilot")):
        client.force_login(other)
        assert client.get(sheet(walk)).status_code == 404
    client.force_login(member("caf-91", "manager"))
    assert client.get(LIST).status_code == 404


def test_the_sheet_costs_fifteen_queries_at_most(client, pilot, django_assert_max_num_queries):
    walk = declined_twice()
    with django_assert_max_num_queries(15):
        client.get(sheet(walk))
    assert AccessEntry.objects.filter(user=pilot, case=walk.case).exists()


@pytest.fixture
def two(pilot) -> list[Walk]:
    return [declined_twice(), unanswered(usual_name="Diallo")]


@pytest.fixture
def held(pilot, two) -> Commission:
    return commissions.open_commission(
        desk=structure("caf-91-pilotage"), on=NOON.date(), present="CAF, MDS, CCAS", by=pilot, at=NOON
    )


def page(item: CommissionItem) -> str:
    return reverse("commission_item", args=[item.commission.public_id, item.public_id])


def test_a_reason_found_again_after_a_colleague_decided_is_not_shown_as_if_it_waited(client, pilot, held):
    item = held.items.first()
    kept = KeptForm.objects.create(
        author=pilot, address=page(item), typed={"reason": ["Vu en réunion."]}, kept_at=NOON
    )
    commissions.close(commission=held, by=pilot, at=NOON)
    answer = client.post(page(item), {"reason": "Vu en réunion.", "typed_again": str(kept.public_id)})
    assert answer.status_code == 409
    assert "Cette situation est déjà décidée, ou la commission est close." in html_of(answer)
    assert KeptForm.objects.filter(pk=kept.pk).exists()


def test_the_agenda_is_what_waits_the_oldest_first(held, two):
    assert [item.case for item in held.items.all()] == [walk.case for walk in two]
    assert next(item.said for item in held.items.all()) == "2 structures n’ont pas accepté"


def test_it_is_held_from_its_opening_to_its_minutes(client, pilot, two):
    typed = {"desk": structure("caf-91-pilotage").pk, "on": "2026-11-24", "present": "CAF, MDS, CCAS"}
    agenda = html_of(client.post(reverse("commissions"), typed, follow=True))
    assert "Ordre du jour" in agenda
    assert "Ouattara" not in agenda
    first, second = CommissionItem.objects.order_by("rank")
    shown = html_of(client.get(page(first)))
    assert "OUATTARA Awa" in shown
    refused = html_of(client.post(page(first), {"structure": structure("ccas-grigny").pk}))
    assert "Dire en une phrase pourquoi" in refused
    assert "arbitrate" in two[0].waiting_for
    typed = {"structure": structure("ccas-grigny").pk, "reason": "Le CCAS connaît le ménage."}
    answer = client.post(page(first), typed)
    assert answer.headers["Location"] == page(second)
    assert two[0].waiting_for == {"answer": "ccas-grigny"}
    client.post(page(second), {"reporter": "oui", "reason": "Attendre la MDS."})
    assert "arbitrate" in two[1].waiting_for
    own = reverse("commission", args=[first.commission.public_id])
    minutes = html_of(client.post(own, {"clore": "oui"}, follow=True))
    assert "Compte rendu" in minutes
    assert "Attribuée à CCAS de Grigny" in minutes
    assert "Le CCAS connaît le ménage." in minutes
    assert "Reportée" in minutes
    assert "Attendre la MDS." in minutes
    for name in ("Ouattara", "OUATTARA", "Diallo", "DIALLO"):
        assert name not in minutes
    pdf = client.get(reverse("commission_minutes", args=[first.commission.public_id]))
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    kinds = JournalEntry.objects.filter(kind__in=("commission.opened", "step.arbitrated", "commission.closed"))
    assert list(kinds.order_by("pk").values_list("kind", flat=True)) == [
        "commission.opened",
        "step.arbitrated",
        "commission.closed",
    ]


def test_a_decision_is_that_of_the_pilot_and_his_card_ends_with_it(client, held, two, pilot):
    item = held.items.first()
    commissions.decide_item(
        item=item, data={"structure": None, "out_of_scope": True}, reason="Hors champ.", by=pilot, at=NOON
    )
    two[0].case.refresh_from_db()
    assert two[0].case.outcome == "out_of_scope"
    assert client.get(page(item)).status_code == 302
    with pytest.raises(CannotHold, match="déjà décidée"):
        commissions.decide_item(item=item, data={"structure": structure("adil-91")}, reason="Non.", by=pilot, at=NOON)


def test_out_of_scope_is_asked_about_first_where_an_order_is_announced_and_there_is_a_way_back(
    client, held, two, pilot
):
    case, item = two[0].case, held.items.first()
    milestones.keep_milestone(
        case=case, kind="order_to_pay_planned", happened_on=date(2026, 12, 1), structure=case.responsible_structure,
        by=None, at=NOON,
    )  # fmt: skip
    typed = {"out_of_scope": "on", "reason": "Hors champ."}
    asked = html_of(client.post(page(item), typed))
    assert "Commandement de payer envisagé par le bailleur, le 01/12/2026 : c’est annoncé" in asked
    assert "Hors champ." in asked
    case.refresh_from_db()
    assert case.is_open
    client.post(page(item), typed | {"confirmed": "out_of_scope"})
    case.refresh_from_db()
    assert case.outcome == "out_of_scope"
    client.post(reverse("case_reopen", args=[case.public_id]))
    case.refresh_from_db()
    assert case.is_open


@pytest.mark.parametrize("written", ["Mme ouattara refuse.", "OUATTARA : à revoir", "Awa Ouattara attend."])
def test_a_reason_that_names_the_household_is_refused_and_kept_beside_its_field(client, held, pilot, written):
    item = held.items.first()
    typed = {"structure": structure("ccas-grigny").pk, "reason": written}
    for sent in (typed, {"reporter": "oui", "reason": written}):
        html = html_of(client.post(page(item), sent))
        assert "Le compte rendu ne nomme personne : écrire autrement que «" in html
        assert written in html
    item.refresh_from_db()
    assert (item.result, item.reason) == ("", "")


def test_minutes_leave_out_a_name_that_a_reason_said_before(client, held, pilot):
    item = held.items.first()
    CommissionItem.objects.filter(pk=item.pk).update(reason="Awa Ouattara connaît le CCAS.", result="postponed")
    commissions.close(commission=held, by=pilot, at=NOON)
    html = html_of(client.get(reverse("commission", args=[held.public_id])))
    assert "[nom retiré] [nom retiré] connaît le CCAS." in html
    assert "Ouattara" not in html
    said = str(minutes(held, list(held.items.select_related("case", "task", "structure"))).blocks)
    assert "[nom retiré] [nom retiré] connaît le CCAS." in said
    assert "Ouattara" not in said


def test_a_reason_of_health_is_taken_and_its_author_told_be_it_of_a_postponed_case(client, held):
    typed = {"reporter": "oui", "reason": "Monsieur est dépressif."}
    html = html_of(client.post(page(held.items.first()), typed, follow=True))
    assert "À relire : « dépressif » (santé)." in html


def test_what_was_decided_elsewhere_is_said_so(client, held, two, pilot):
    two[0].take("arbitrate", by=pilot, structure=structure("adil-91"), out_of_scope=False)
    html = html_of(client.get(reverse("commission", args=[held.public_id])))
    assert "Décidée hors de la commission" in html
    item = held.items.first()
    assert client.get(page(item)).status_code == 302
    assert client.post(page(item), {"structure": structure("adil-91").pk, "reason": "Non."}).status_code == 302


def test_what_comes_later_joins_the_agenda(client, held, pilot):
    declined_twice(usual_name="Nsimba")
    answer = client.post(reverse("commission", args=[held.public_id]), {"actualiser": "oui"}, follow=True)
    assert "1 situation ajoutée à l’ordre du jour." in html_of(answer)
    assert [item.rank for item in held.items.all()] == [1, 2, 3]


def test_a_full_agenda_says_how_many_wait_and_takes_them_once_some_are_decided(client, pilot, two, monkeypatch):
    monkeypatch.setattr(commissions, "MOST", 1)
    desk = structure("caf-91-pilotage")
    held = commissions.open_commission(desk=desk, on=NOON.date(), present="", by=pilot, at=NOON)
    own = reverse("commission", args=[held.public_id])
    asked = html_of(client.post(own, {"actualiser": "oui"}, follow=True))
    assert "L’ordre du jour est plein." in asked
    assert "1 autre situation attend votre arbitrage. L’ordre du jour en laisse au plus 1 à décider" in asked
    commissions.postpone(item=held.items.get(), reason="", by=pilot, at=NOON)
    asked = html_of(client.post(own, {"actualiser": "oui"}, follow=True))
    assert "1 situation ajoutée à l’ordre du jour." in asked
    assert [item.case for item in held.items.all()] == [walk.case for walk in two]
    assert "L’ordre du jour est à jour." in html_of(client.post(own, {"actualiser": "oui"}, follow=True))


def test_refusals_are_told_in_french(client, held, two, pilot):
    desk = structure("caf-91-pilotage")
    with pytest.raises(CannotHold, match="déjà ouverte"):
        commissions.open_commission(desk=desk, on=NOON.date(), present="", by=pilot, at=NOON)
    with pytest.raises(CannotHold, match="Seul le pilote"):
        commissions.close(commission=held, by=member("ville-grigny", "pilot"), at=NOON)
    html = html_of(client.get(reverse("commission_minutes", args=[held.public_id]), follow=True))
    assert "une fois la commission close" in html
    commissions.close(commission=held, by=pilot, at=NOON + timedelta(hours=1))
    with pytest.raises(CannotHold, match="est close"):
        commissions.postpone(item=held.items.first(), reason="", by=pilot, at=NOON)
    for walk in two:
        walk.take("arbitrate", by=pilot, structure=structure("adil-91"), out_of_scope=False)
    with pytest.raises(CannotHold, match="n’attend d’arbitrage"):
        commissions.open_commission(desk=desk, on=NOON.date(), present="", by=pilot, at=NOON)
    assert Commission.objects.count() == 1


def test_another_pilot_does_not_find_it(client, held):
    client.force_login(member("ville-grigny", "pilot"))
    for url in (reverse("commission", args=[held.public_id]), page(held.items.first())):
        assert client.get(url).status_code == 404


def test_the_agenda_costs_ten_queries_at_most(client, held, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        client.get(reverse("commission", args=[held.public_id]))
    assert not permissions.can_view(member("mds-grigny"), held.items.first().case, at=NOON.date())
