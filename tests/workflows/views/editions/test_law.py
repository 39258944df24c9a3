"""« État du droit »: the pilot reads every sentence with its source, says that he checked one, and is told what falls due."""

from datetime import date

import pytest

from cases.actions import editions
from cases.actions.editions import DEADLINES
from cases.actions.law import remind_of_amounts
from cases.models import Edition, JournalEntry, LawCheck
from notifications.told import find_audience
from tests.factories import NOON, member
from tests.pages import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
C01 = "/pilotage/droit/deadlines/C01/"
CHECKED = {"checked_on": "2026-11-23", "note": "Loi du 6 juillet 1989, article 24, I, lue sur Légifrance."}


def check(client, address=C01, **typed):
    seen = client.get(address).context["form"].initial["seen"]
    return client.post(address, {**CHECKED, "seen": seen, **typed}, follow=True)


def titles(client, query=""):
    context = client.get(f"/pilotage/droit/{query}").context
    return [line.statement.title for _, lines in context["sections"] for line in lines]


def test_every_rule_remedy_letter_and_amount_is_there_with_its_source(client, pilot):
    html = html_of(client.get("/pilotage/droit/"))
    for words in (
        "C01, ",
        "IND-12, ",
        "CSS R133-9-2, I, 2°, a",
        "RSA (CAF, MSA) : à qui écrire d’abord",
        "Barème des retenues : valeurs de 2025",
        "R0, Urgence, ou expulsion engagée",
        "Conservation : Dossiers en base active",
        "Avec le locataire : Recours DALO",
        "CCH, articles L441-2-3 et R441-14-1",
        "Courriers du locataire : délais de paiement demandés au juge",
        "Référents (action 11)",
        "Personne protégée : curatelle simple",
        "Code civil, articles 467 et 468",
    ):
        assert words in html, words


def test_the_list_is_filtered_by_action_and_by_what_is_to_be_verified(client, pilot):
    unsure = titles(client, "?action=indus&etat=a-verifier")
    assert "Barème des retenues : valeurs de 2025" in unsure
    assert not [title for title in unsure if title.startswith(("C01,", "IND-01,"))]
    assert titles(client, "?action=referents&sorte=recours") == []
    arrears = titles(client, "?action=impayes&sorte=regle")
    assert not [title for title in arrears if title.startswith("IND-")]
    assert len(titles(client, "?action=inconnue")) == len(titles(client))


def test_the_pilot_says_that_he_checked_a_rule_with_its_text(client, pilot):
    html = html_of(check(client))
    assert "Vérification enregistrée." in html
    assert "Vérifiée le 23/11/2026 par Sylvie Aubert." in html
    assert "lue sur Légifrance" in html
    assert "vérifiée le 23/11/2026 par Sylvie Aubert" in html_of(client.get("/pilotage/droit/?etat=verifie"))
    line = JournalEntry.objects.get(kind="law.checked")
    assert (line.actor, line.data["catalogue"], line.data["code"]) == (pilot, "deadlines", "C01")
    assert "Légifrance" not in str(line.data)


def test_what_is_checked_is_no_longer_to_be_verified(client, pilot):
    assert "C03" in " ".join(titles(client, "?etat=a-verifier"))
    check(client, "/pilotage/droit/deadlines/C03/")
    assert "C03" not in " ".join(titles(client, "?etat=a-verifier"))


def test_a_check_does_not_hold_for_a_rule_that_changed_since(client, pilot):
    check(client)
    source = Edition.objects.get(catalogue="deadlines", territory="grigny")
    draft = editions.open_draft(catalogue=DEADLINES, source=source, by=pilot, at=NOON)
    row = next(row for row in DEADLINES.rows_of_edition(draft) if row["code"] == "C01")
    editions.keep_rule(
        catalogue=DEADLINES,
        edition=draft,
        row=row | {"reference": "Loi n° 89-462, article 24 (nouvelle rédaction)"},
        seen=editions.mark_of_rows(row),
    )
    rows = DEADLINES.rows_of_edition(draft)
    seen = editions.mark_of_draft(draft, rows, among=DEADLINES.editions_of("grigny"))
    editions.publish(
        catalogue=DEADLINES, edition=draft, effective_on=date(2026, 11, 24), note="", seen=seen, by=pilot, at=NOON
    )
    html = html_of(client.get(C01))
    assert "changée depuis sa vérification du 23/11/2026" in html
    assert "écrite ici autrement que par Relais" in html
    assert [title for title in titles(client, "?etat=change") if title.startswith("C01")]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"checked_on": ""}, "Indiquer le jour où le texte a été lu."),
        ({"checked_on": "2026-11-25"}, "Cette date est à venir"),
        ({"note": " "}, "Dire ce qui a été lu"),
        ({"seen": "autre"}, "Cette règle a changé depuis l’ouverture de la page"),
    ],
)
def test_what_cannot_be_a_check_is_refused_and_nothing_typed_is_lost(client, pilot, typed, words):
    html = html_of(check(client, **typed))
    assert words in html
    assert not LawCheck.objects.exists()


def test_the_pilot_of_another_action_reads_and_checks_nothing(client, pilot):
    client.force_login(member("ville-grigny", "pilot"))
    page = client.get(C01)
    assert page.context["form"] is None
    assert client.post(C01, {**CHECKED, "seen": "x"}).status_code == 403
    assert not LawCheck.objects.exists()


@pytest.mark.parametrize(("structure", "role"), [("caf-91", "agent"), ("caf-91", "manager"), ("bailleur-a", "agent")])
def test_the_page_exists_for_no_one_but_the_pilots(client, structure, role):
    client.force_login(member(structure, role))
    assert [client.get(address).status_code for address in ("/pilotage/droit/", C01)] == [404, 404]


def test_a_sentence_that_is_not_there_is_not_found(client, pilot):
    assert client.get("/pilotage/droit/deadlines/C99/").status_code == 404


def test_the_page_costs_ten_queries_at_most(client, pilot, django_assert_max_num_queries):
    check(client)
    with django_assert_max_num_queries(10):
        client.get("/pilotage/droit/")


def test_an_amount_of_the_year_that_nobody_typed_is_said_on_the_page(client, pilot):
    html = html_of(client.get("/pilotage/droit/"))
    assert "en retard" in html
    assert "Barème des retenues sur prestations, 2026 : à saisir avant le 15/04/2026." in html
    assert "Plafonds de l’aide juridictionnelle, 2026 : à saisir avant le 15/04/2026." in html


@pytest.mark.parametrize(("day", "told"), [(date(2026, 4, 14), 0), (date(2026, 4, 15), 2), (date(2026, 12, 31), 2)])
def test_the_pilots_of_its_desk_are_told_from_15_april_and_once_a_year(day, told):
    maud = member("ville-grigny", "pilot", first_name="Maud")
    member("caf-91-pilotage", "pilot")
    at = NOON.replace(year=day.year, month=day.month, day=day.day)
    assert remind_of_amounts(at=at) == told
    assert remind_of_amounts(at=at) == 0
    lines = JournalEntry.objects.filter(kind="law.amount_due")
    assert {line.data["amount"] for line in lines} == ({"withholding", "legal_aid"} if told else set())
    for line in lines:
        assert line.data["year"] == 2026
        assert list(find_audience(line, on=day)) == [maud]


def test_an_amount_that_is_typed_is_told_to_nobody():
    edition = Edition.objects.get(catalogue="withholding", territory="grigny")
    row = edition.parameters["scales"][-1] | {"code": "2026", "from": "2026-01-01", "until": "2026-12-31"}
    edition.parameters["scales"].append(row)
    edition.parameters["legal_aid"] = [{"code": "aj-2026", "from": "2026-01-01"}]
    edition.save()
    assert remind_of_amounts(at=NOON) == 0
