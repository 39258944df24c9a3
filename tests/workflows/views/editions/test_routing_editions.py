"""The routing tables among the rules of the pilot: read in order, changed, tried, simulated on past situations, published."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cases.actions import editions
from cases.models import Edition
from tests import factories
from tests.factories import NOON, member
from tests.pages import html_of
from tests.workflows.views.editions.test_editions import form_of
from workflows.models import RoutingDecision
from workflows.routing.apply import decide_case, table_in_force
from workflows.routing.editable_tables import ARREARS_TABLE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
TOMORROW = NOON.date() + timedelta(days=1)
CATALOGUE = "orientation-impayes"
FAMILY: dict[str, Any] = {"dependent_children": 2, "family_benefits": True, "rsa": False, "age": 41, "employed": True}


@pytest.fixture
def draft(pilot) -> Edition:
    source = Edition.objects.get(catalogue="routing_arrears")
    return editions.open_draft(catalogue=ARREARS_TABLE, source=source, by=pilot, at=NOON)


def url(name, edition, *more, catalogue=CATALOGUE):
    return reverse(name, args=[catalogue, edition.number, *more])


def opened(client, edition: Edition, code: str) -> dict[str, Any]:
    return form_of(client.get(url("rules_rule", edition, code)))


def change(client, edition, code, **typed):
    data = {name: value for name, value in (opened(client, edition, code) | typed).items() if value is not None}
    return html_of(client.post(url("rules_rule", edition, code), data, follow=True))


def codes(edition: Edition) -> list[str]:
    return [row["code"] for row in ARREARS_TABLE.rows_of_edition(edition)]


def publish(client, edition, day=TOMORROW):
    seen = client.get(url("rules_changes", edition)).context["seen"]
    typed = {"vu": seen, "effective_on": day.isoformat(), "note": "Décidé par le comité."}
    return html_of(client.post(url("rules_changes", edition), typed, follow=True))


def family_in(housing: str, aid_kind: str):
    return factories.reported(factories.tenancy(housing=housing, aid_kind=aid_kind), **FAMILY)


def test_a_table_is_read_in_its_order_in_plain_words(client, pilot):
    edition = Edition.objects.get(catalogue="routing_arrears")
    html = html_of(client.get(url("rules_edition", edition)))
    for words in (
        "R3, Famille allocataire, parc privé, ALF",
        "Enfants à charge : au moins 1",
        "Aide au logement : ALF",
        "CAF 91",
        "après R11",
        "Contacter le ménage, 10 jours ouvrés",
        "Règle de repli",
        "La structure qui suit déjà le ménage",
    ):
        assert words in html, words
    assert html.index("R3, Famille") < html.index("R4, Famille") < html.index("R4b, Famille")


def test_the_table_of_overpayments_is_a_book_of_its_own(client, pilot):
    edition = Edition.objects.get(catalogue="routing_overpayment")
    html = html_of(client.get(url("rules_edition", edition, catalogue="orientation-trop-percus")))
    assert "T4, Bénéficiaire du RSA" in html
    assert "R3, Famille" not in html


def test_only_a_pilot_finds_them(client):
    client.force_login(member("caf-91", "manager"))
    assert client.get(f"/pilotage/regles/{CATALOGUE}/1/").status_code == 404


def test_a_row_saved_as_it_opens_says_the_same(client, draft):
    """The form loses nothing of any row, nor of their order."""
    before = ARREARS_TABLE.rows_of_edition(draft)
    for row in before:
        html = change(client, draft, row["code"])
        assert "Règle enregistrée dans le brouillon" in html, row["code"]
    said = ARREARS_TABLE.say([(draft, before), (draft, ARREARS_TABLE.rows_of_edition(draft))])
    assert said[0] == said[1]
    assert codes(draft) == [row["code"] for row in before]


def test_a_row_is_read_after_another_or_first(client, draft):
    assert codes(draft).index("R10") < codes(draft).index("R3")
    change(client, draft, "R10", after="R3")
    assert codes(draft)[codes(draft).index("R3") + 1] == "R10"
    change(client, draft, "R10", after="_first")
    assert codes(draft)[0] == "R10"


def test_a_condition_is_added_typed_and_removed(client, draft):
    typed = opened(client, draft, "R10") | {"all-new": "months_unpaid", "ligne": "all add"}
    page = html_of(client.post(url("rules_rule", draft, "R10"), typed))
    assert "Mois impayés" in page
    asked = {"all-1-key": "months_unpaid", "all-1-operator": "at_most", "all-1-value": "3"}
    assert "Règle enregistrée" in change(client, draft, "R10", **asked)
    row = next(row for row in ARREARS_TABLE.rows_of_edition(draft) if row["code"] == "R10")
    assert row["all"][1] == {"key": "months_unpaid", "operator": "at_most", "value": 3}
    typed = opened(client, draft, "R10") | {"ligne": "all-1 remove"}
    assert "all-1-key" not in html_of(client.post(url("rules_rule", draft, "R10"), typed))


def test_a_new_row_is_read_before_the_fallback(client, draft):
    page = form_of(client.get(url("rules_add", draft)))
    typed = page | {
        "code": "R20",
        "title": "Personne âgée seule",
        "lead": "structure:ccas-grigny",
        "contact_rule": "P-CONTACT-5",
        "reason": "80 ans ou plus : le CCAS visite à domicile.",
        "all-0-key": "age",
        "all-0-operator": "at_least",
        "all-0-value": "80",
    }
    assert "Règle ajoutée au brouillon" in html_of(client.post(url("rules_add", draft), typed, follow=True))
    assert codes(draft)[-2:] == ["R20", "R99"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"all-0-key": None}, "Ajouter au moins une condition"),
        ({"lead": ""}, "Choisir qui reçoit la situation."),
        ({"reason": ""}, "Écrire pourquoi cette structure reçoit la situation."),
        ({"otherwise": "udaf-91"}, "Ne sert que lorsqu’un fait désigne la structure"),
        ({"lead": "structure:mairie-evry"}, "Sélectionnez un choix valide"),
        (
            {"all-1-key": "debt_disputed", "all-1-value": "non"},
            "Ces conditions se contredisent : la règle ne s’appliquerait jamais.",
        ),
        ({"all-1-key": "age", "all-1-operator": "at_least", "all-1-value": "vieux"}, "Écrire un nombre en chiffres."),
    ],
)
def test_bad_input_is_told_in_french_and_nothing_typed_is_lost(client, draft, typed, words):
    before = ARREARS_TABLE.rows_of_edition(draft)
    html = change(client, draft, "R10", title="Dette contestée par le ménage", **typed)
    assert words in html
    assert "Dette contestée par le ménage" in html
    assert ARREARS_TABLE.rows_of_edition(draft) == before


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (
            lambda client, draft: client.post(url("rules_withdraw_rule", draft, "R99")),
            "une règle de repli, et une seule",
        ),
        (lambda client, draft: change(client, draft, "R4b", after="_first"), "s’applique toujours avant elle"),
    ],
)
def test_a_table_with_a_fault_is_not_published(client, draft, spoil, words):
    spoil(client, draft)
    html = html_of(client.get(url("rules_changes", draft)))
    assert words in html
    assert "Publier cette édition" not in html


def test_a_structure_that_takes_nothing_is_a_doubt_not_a_fault(client, draft):
    factories.structure("adil-91").__class__.objects.filter(code="adil-91").update(is_active=False)
    change(client, draft, "R10", title="Dette contestée")
    html = html_of(client.get(url("rules_changes", draft)))
    assert "n’est plus en service : la règle suivante s’applique." in html
    assert "Publier cette édition" in html


def test_an_invented_situation_is_sent_by_both_tables(client, draft):
    change(client, draft, "R3", lead="structure:ccas-grigny")
    asked = {
        "essayer": "oui",
        "dependent_children": "1",
        "family_benefits": "oui",
        "housing": "private",
        "aid_kind": "ALF",
    }
    [drafted, in_force] = client.get(url("rules_rule", draft, "R3"), asked).context["trial"]["results"]
    assert drafted["facts"] == [("Confiée à", "CCAS de Grigny"), ("Règle", "R3")]
    assert in_force["facts"][0][1].startswith("CAF ")


def test_past_situations_are_sent_again_with_both_tables_and_none_is_touched(client, pilot, draft):
    for _ in range(2):
        decide_case(family_in("private", "ALF"), at=NOON, by=None)
    decide_case(family_in("social", "APL"), at=NOON, by=None)
    before = list(RoutingDecision.objects.order_by("pk").values())
    change(client, draft, "R3", lead="structure:adil-91")
    answer = client.get(url("rules_changes", draft))
    found = answer.context["impact"]["found"]["simulated"]
    assert (found.tally.counted, found.tally.moved) == (3, 2)
    assert [(load.name[:4], load.before, load.after) for load in found.loads] == [("ADIL", 0, 2), ("CAF ", 2, 0)]
    html = html_of(answer)
    assert "2 iraient à une autre structure" in html
    assert "2 avec l’édition en vigueur, 2 avec le brouillon ; 2 iraient à une autre structure." in html
    assert "aucune situation n’est déplacée" in html
    assert list(RoutingDecision.objects.order_by("pk").values()) == before


def test_only_the_first_routing_of_a_situation_counts(client, draft):
    case = family_in("private", "ALF")
    decide_case(case, at=NOON, by=None)
    decide_case(case, at=NOON, by=None, declined=[factories.structure("caf-91").pk])
    change(client, draft, "R3", lead="structure:adil-91")
    found = client.get(url("rules_changes", draft)).context["impact"]["found"]["simulated"]
    assert (found.tally.counted, found.tally.moved) == (1, 1)


def test_the_number_of_queries_does_not_follow_that_of_situations(client, draft, django_assert_max_num_queries):
    change(client, draft, "R3", lead="structure:adil-91")
    for _ in range(4):
        decide_case(family_in("private", "ALF"), at=NOON, by=None)
    with django_assert_max_num_queries(20):
        client.get(url("rules_changes", draft))


def test_a_published_table_routes_from_its_day_on_and_the_old_one_comes_back(client, pilot, draft):
    change(client, draft, "R3", lead="structure:adil-91")
    publish(client, draft)
    assert leads(NOON.date()) == "caf-91"
    assert leads(TOMORROW) == "adil-91"
    with time_machine.travel(NOON + timedelta(days=7), tick=False):
        client.force_login(pilot)
        client.post(url("rules_copy", Edition.objects.get(catalogue="routing_arrears", number=1)))
        back = Edition.objects.get(catalogue="routing_arrears", number=3)
        publish(client, back, day=NOON.date() + timedelta(days=8))
    assert leads(NOON.date() + timedelta(days=7)) == "adil-91"
    assert leads(NOON.date() + timedelta(days=8)) == "caf-91"


def leads(on: date) -> str:
    """The structure of R3 on a day."""
    _, table = table_in_force(on=on, territory="grigny")
    lead = next(row for row in table.rows if row.code == "R3").lead
    assert lead
    return lead.structure
