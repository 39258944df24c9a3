"""Calculer un délai: the same answer as the command, in a page for whoever is signed in."""

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from cases.actions.deadlines import catalogue_in_force
from cases.models import Edition
from tests.factories import member
from tests.pages import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]


@pytest.fixture
def reader(client):
    person = member("mds-grigny")
    client.force_login(person)
    return person


def calculate(client, **asked: str):
    return client.get(reverse("calculator"), asked)


def questions(answer) -> list[str]:
    return list(answer.context["questions"].fields)


def test_a_rule_and_a_date_give_both_dates_the_steps_the_article_and_who_acts(client, reader):
    answer = calculate(client, regle="C01", depart="2026-11-03", lease_date="2024-03-15")
    html = html_of(answer)
    for words in (
        "mar. 15/12/2026",
        "dans 21\u00a0jours",
        "mar. 08/12/2026",
        "03/11/2026 + 6 semaines → 15/12/2026 (mardi)",
        "Mardi : pas de report",
        "Loi n° 89-462, article 24, I",
        "La clause résolutoire est acquise : le bailleur peut assigner.",
        "Locataire",
        "La règle s’applique.",
        "lu dans le texte",
    ):
        assert words in html, words
    assert "Non renseigné" not in html


def test_an_older_lease_keeps_two_months_and_a_sunday_is_not_put_off(client, reader):
    computed = calculate(client, regle="C01", depart="03/11/2026", lease_date="2018-06-01").context["result"][
        "computed"
    ]
    assert (computed.legal_date, computed.safe_date) == (date(2027, 1, 3), date(2026, 12, 23))


def test_what_is_not_known_is_said(client, reader):
    html = html_of(calculate(client, regle="C01", depart="2026-11-03"))
    assert "Non renseigné : Dernière conclusion ou reconduction du bail." in html
    assert "la date la plus proche est retenue" in html


def test_a_rule_that_may_not_apply_says_so_and_what_is_to_be_verified(client, reader):
    html = html_of(calculate(client, regle="I01", depart="2026-11-24", report_date="2026-11-24"))
    assert "À vérifier : ce qui est connu ne suffit pas pour dire si la règle s’applique." in html
    assert "Non renseigné : Aide versée au bailleur." in html
    assert "source secondaire, à vérifier" in html


def test_a_rule_that_does_not_apply_gives_no_date(client, reader):
    answer = calculate(client, regle="I01", depart="2026-11-24", report_date="2026-11-24", direct_payment="non")
    assert answer.context["result"]["computed"].legal_date is None
    assert "La règle ne s’applique pas à cette situation." in html_of(answer)
    assert "Dernier jour" not in html_of(answer)


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        ("C03", ["depart"]),
        ("C01", ["depart", "lease_date"]),
        ("C02", ["depart", "guarantor"]),
        ("C07", ["depart", "decision"]),
        ("I01", ["depart", "report_date", "direct_payment"]),
        ("P-ANSWER", ["depart", "urgent"]),
    ],
)
def test_a_rule_asks_for_its_starting_fact_and_what_its_conditions_need(client, reader, rule, asked):
    answer = calculate(client, regle=rule)
    assert questions(answer) == asked
    assert "result" not in answer.context or answer.context["result"] is None
    assert "error-summary" not in html_of(answer)


def test_the_starting_fact_is_the_label_of_the_date(client, reader):
    assert "Date de départ : Commandement de payer signifié" in html_of(calculate(client, regle="C01"))


def test_rules_are_grouped_by_theme(client, reader):
    html = html_of(calculate(client))
    for title in ("Délais du partenariat", "Impayé et aide au logement", "Procédure d’expulsion", "Surendettement"):
        assert f'<optgroup label="{title}">' in html
    assert "Autres délais" not in html


def test_an_edition_from_before_themes_has_those_of_the_reference(client, reader):
    edition = Edition.objects.get(catalogue="deadlines")
    del edition.parameters["themes"]
    edition.save()
    assert '<optgroup label="Procédure d’expulsion">' in html_of(calculate(client))


def test_of_a_choice_made_elsewhere_only_what_the_rule_names_is_offered(client, reader):
    answer = calculate(client, regle="P-CONTACT-5")
    assert answer.context["questions"].fields["contact_rule"].choices == [
        ("", "Je ne sais pas"), ("P-CONTACT-5", "Contacter le ménage rapidement"), ("autre", "Autre"),
    ]  # fmt: skip
    other = calculate(client, regle="P-CONTACT-5", depart="2026-11-24", contact_rule="autre")
    assert other.context["result"]["computed"].applies is False


def command(rule: str, **context: str) -> dict[str, Any]:
    out = StringIO()
    given = [f"{key}={value}" for key, value in context.items() if key != "depart"]
    more = ["--context", *given] if given else []
    call_command("compute_deadline", rule, "--start", context["depart"], *more, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.mark.parametrize(
    "context",
    [{}, {"report_date": "2027-01-04", "lease_date": "2018-06-01", "direct_payment": "oui", "urgent": "oui"}],
)
def test_the_page_and_the_command_say_the_same_of_every_rule(client, reader, context):
    for rule in catalogue_in_force(on=date(2026, 11, 3), territory="grigny").rules:
        known = {key.code: context[key.code] for key in rule.context_keys if key.code in context}
        asked = {"depart": "2026-11-03", **known}
        result = calculate(client, regle=rule.code, **asked).context["result"]
        assert result["computed"].as_json() == command(rule.code, **asked), rule.code


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"regle": ""}, "Choisir le délai à calculer."),
        ({"regle": "C99"}, "Ce délai n’est pas dans les règles en vigueur à cette date : en choisir un autre."),
        ({"regle": "C01", "depart": "32/11/2026"}, "Date impossible : l’écrire jour/mois/année"),
        ({"regle": "C01", "depart": "", "calculer": "oui"}, "Indiquer la date de départ."),
        ({"regle": "C01", "depart": "0026-11-03"}, "Vérifier l’année"),
        ({"regle": "C01", "depart": "9999-12-31"}, "Vérifier l’année"),
        ({"regle": "C01", "depart": "2026-11-03", "lease_date": "hier"}, "Date impossible"),
        ({"regle": "C02", "depart": "2026-11-03", "guarantor": "peut-être"}, "peut-être"),
    ],
)
def test_what_is_wrong_is_said_in_french_beside_what_was_typed(client, reader, asked, message):
    answer = calculate(client, **asked)
    html = html_of(answer)
    assert answer.status_code == 200
    assert message in html
    assert "error-summary" in html
    for typed in set(asked.values()) - {"C99"}:
        assert typed in html


def test_an_answer_is_kept_when_another_rule_is_chosen_before_any_date(client, reader):
    assert 'value="2018-06-01"' in html_of(calculate(client, regle="C01", depart="", lease_date="2018-06-01"))


@pytest.mark.parametrize(
    ("code", "role"),
    [
        ("bailleur-a", "correspondent"),
        ("ccas-grigny-accueil", "front_desk"),
        ("caf-91", "dpo"),
        ("caf-91-pilotage", "pilot"),
    ],
)
def test_whoever_is_signed_in_may_count(client, code, role):
    client.force_login(member(code, role))
    assert "mar. 15/12/2026" in html_of(calculate(client, regle="C01", depart="2026-11-03"))


def test_it_costs_seven_queries_at_most(client, reader, django_assert_max_num_queries):
    calculate(client)
    with django_assert_max_num_queries(7):
        calculate(client, regle="C01", depart="2026-11-03")


def test_a_delay_says_what_stops_it_and_what_remains_possible(client, reader):
    html = html_of(calculate(client, regle="C08", depart="2027-01-15", calculer="oui"))
    assert "Suspendu par" in html
    assert "Commandement de quitter les lieux non transmis au préfet" in html
    assert "Commandement de quitter les lieux transmis au préfet" in html
    assert "Des délais d’un mois à un an peuvent être demandés au juge de l’exécution" in html
