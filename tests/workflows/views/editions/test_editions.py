"""Règles: the pilot reads, drafts, changes, tries, looks and publishes. Nobody else finds these pages."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cases.actions import editions
from cases.actions.deadlines import catalogue_in_force
from cases.actions.editions import DEADLINES, mark_of_draft, mark_of_rows
from cases.models import Deadline, DeadlineRule, Edition, JournalEntry
from tests.factories import NOON, member
from tests.journeys import scene
from tests.journeys.scene import case_at
from tests.pages import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
TODAY = NOON.date()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def draft(pilot) -> Edition:
    source = Edition.objects.get(catalogue="deadlines")
    return editions.open_draft(catalogue=DEADLINES, source=source, by=pilot, at=NOON)


def row_of(edition: Edition, code: str) -> dict[str, Any]:
    return next(row for row in DEADLINES.rows_of_edition(edition) if row["code"] == code)


def url(name: str, edition: Edition, *more: str) -> str:
    return reverse(name, args=["delais", edition.number, *more])


def form_of(answer) -> dict[str, Any]:
    """What the form of a rule holds as it opens."""
    editor = answer.context["editor"]
    typed: dict[str, Any] = {"vu": answer.context["seen"]} if "seen" in answer.context else {}
    for form in editor.forms:
        for field in form:
            value = field.value()
            if value not in (None, "") and value is not False:
                typed[field.html_name] = "on" if value is True else value
            elif field.html_name.endswith(("-fact", "-name")):
                typed[field.html_name] = ""
    return typed


def opened(client, edition: Edition, code: str) -> dict[str, Any]:
    return form_of(client.get(url("rules_rule", edition, code)))


def send(client, edition: Edition, code: str, **typed: Any):
    return client.post(url("rules_rule", edition, code), opened(client, edition, code) | typed)


def test_the_pilot_is_offered_what_this_version_corrects_reads_it_and_publishes_it(client, pilot):
    assert "avec ces corrections" not in html_of(client.get("/pilotage/regles/delais/"))
    DeadlineRule.objects.filter(code="C08").update(length=3)
    DeadlineRule.objects.filter(code="IND-24").delete()
    html = html_of(client.get("/pilotage/regles/delais/"))
    assert "Ouvrir un brouillon avec ces corrections" in html
    assert "C08 : Quitter les lieux après le commandement" in html
    answer = client.post("/pilotage/regles/delais/1/corriger/", follow=True)
    html = html_of(answer)
    assert "Brouillon ouvert avec les corrections de Relais (2)." in html
    assert "IND-24" in html
    draft = Edition.objects.get(catalogue="deadlines", state="draft")
    assert row_of(draft, "C08")["length"] == 2
    assert "avec ces corrections" not in html_of(client.get("/pilotage/regles/delais/"))


def test_where_a_release_corrects_nothing_no_draft_is_opened(client, pilot):
    answer = client.post("/pilotage/regles/delais/1/corriger/", follow=True)
    assert "n’apporte aucune correction" in html_of(answer)
    assert not Edition.objects.filter(catalogue="deadlines", state="draft").exists()


def test_the_pilot_is_told_of_his_own_rule_that_the_release_no_longer_has(client, pilot):
    """He wrote a margin into the rule that counted from the acceptance; the release counts by another one."""
    first = Edition.objects.get(catalogue="deadlines")
    DeadlineRule.objects.filter(edition=first, code="P-INFORM-14").update(code="P-INFORM", start="accepted")
    before = NOON - timedelta(days=2)
    own = editions.open_draft(catalogue=DEADLINES, source=first, by=pilot, at=before)
    row = row_of(own, "P-INFORM")
    editions.keep_rule(catalogue=DEADLINES, edition=own, row=row | {"safe_margin": 8}, seen=mark_of_rows(row))
    read = mark_of_draft(own, DEADLINES.rows_of_edition(own), among=DEADLINES.editions_of("grigny"))
    editions.publish(
        catalogue=DEADLINES, edition=own, effective_on=TODAY, note="Essai.", seen=read, by=pilot, at=before
    )
    assert "Relais n’a plus ces règles, que vous avez récrites : P-INFORM." in html_of(
        client.get("/pilotage/regles/delais/")
    )
    html = html_of(client.post("/pilotage/regles/delais/2/corriger/", follow=True))
    assert "Relais n’a plus P-INFORM, que vous avez récrite : la retirer du brouillon" in html


@pytest.mark.parametrize("role", ["agent", "manager", "administrator", "dpo"])
def test_nobody_but_a_pilot_finds_the_rules(client, role):
    client.force_login(member("caf-91", role))
    assert client.get("/pilotage/regles/").status_code == 404
    assert client.get("/pilotage/regles/delais/1/").status_code == 404
    assert client.post("/pilotage/regles/delais/1/copier/").status_code == 404
    assert not Edition.objects.filter(catalogue="deadlines", number=2).exists()


def test_the_pilot_of_another_action_reads_the_rules_and_changes_nothing(client, draft):
    client.force_login(member("ville-grigny", "pilot"))
    for path in ("delais/", "delais/1/", "delais/2/", "delais/2/C01/"):
        html = html_of(client.get(f"/pilotage/regles/{path}"))
        assert "Ouvrir un brouillon" not in html
        assert "Abandonner" not in html
        assert 'name="vu"' not in html
    assert "cellule impayés (pilotage) » change ces règles" in html_of(client.get("/pilotage/regles/delais/"))
    for path in ("abandonner/", "copier/", "changements/", "C01/", "C01/retirer/", "C01/remettre/", "ajouter/"):
        assert client.post(f"/pilotage/regles/delais/2/{path}").status_code == 403, path
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_who_only_works_at_the_desk_does_not_change_its_rules(client, draft):
    """A manager gives that role; the pilot’s is granted."""
    for role in ("agent", "manager"):
        client.force_login(member("caf-91-pilotage", role))
        assert client.post("/pilotage/regles/delais/2/abandonner/").status_code == 403


def test_a_colleague_whom_a_manager_would_make_a_pilot_is_none(client, draft):
    """As it was done on 27 November 2026: he then published reminders and dropped another action’s draft."""
    manager, colleague = member("mds-grigny", "manager"), member("mds-grigny")
    client.force_login(manager)
    roles = {"roles": ["agent", "pilot", "dpo"]}
    answer = client.post(reverse("member_roles", args=["mds-grigny", colleague.public_id]), roles)
    assert answer.context["form"].errors["roles"]
    client.force_login(colleague)
    assert client.get("/pilotage/regles/").status_code == 404


def test_the_list_says_what_is_in_force_since_when_and_what_is_unknown_is_not_found(client, pilot):
    html = html_of(client.get("/pilotage/regles/"))
    assert "Délais" in html
    assert "depuis le 18/10/2022" in html
    for path in ("horoscopes/", "delais/99/", "delais/1/C99/", "delais/comparer/?de=1&a=99", "delais/comparer/?de=x"):
        assert client.get(f"/pilotage/regles/{path}").status_code == 404, path


def test_an_edition_says_each_rule_in_plain_words(client, pilot):
    html = html_of(client.get("/pilotage/regles/delais/1/?cherche=C08"))
    for words in (
        "Quitter les lieux après le commandement",
        "Commandement de quitter les lieux signifié",
        "2 mois",
        "10 jours ouvrés avant le dernier jour",
        "L’expulsion peut être poursuivie, sauf du 1er novembre au 31 mars (trêve hivernale)",
        "lu dans le texte",
        "1 règle sur 133",
    ):
        assert words in html, words
    assert "Effet de la clause résolutoire" not in html
    assert "Aucune règle trouvée" in html_of(client.get("/pilotage/regles/delais/1/?cherche=zèbre"))


def test_a_draft_copies_the_edition_in_force_and_changes_nothing(client, pilot):
    answer = client.post("/pilotage/regles/delais/1/copier/", follow=True)
    assert answer.redirect_chain[-1][0] == "/pilotage/regles/delais/2/"
    assert "Rien ne change tant qu’elle n’est pas publiée" in html_of(answer)
    draft = Edition.objects.get(catalogue="deadlines", number=2)
    first = Edition.objects.get(catalogue="deadlines", number=1)
    assert (draft.state, draft.copied_from, draft.changed_by) == ("draft", first, pilot)
    assert draft.deadline_rules.count() == 133
    again = client.post("/pilotage/regles/delais/1/copier/", follow=True)
    assert "Un brouillon est déjà ouvert (édition 2)" in html_of(again)


def test_a_rule_saved_as_it_opens_says_the_same(client, draft):
    """The form loses nothing of any rule."""
    before = DEADLINES.describe_edition(draft)
    for code in before:
        answer = send(client, draft, code)
        assert answer.status_code == 302, (code, answer.context["editor"].faults)
    assert DEADLINES.describe_edition(draft) == before


def test_a_margin_is_changed_in_the_draft_only(client, draft):
    assert send(client, draft, "C08", safe_margin="15").status_code == 302
    assert row_of(draft, "C08")["safe_margin"] == 15
    assert catalogue_in_force(on=TODAY, territory="grigny").rule("C08").safe_margin == 10


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"title": ""}, "Donner un titre à la règle."),
        ({"safe_margin": "-1"}, "Écrire un nombre de jours ouvrés, ou 0."),
        ({"way-0-length": "deux"}, "Écrire la durée en chiffres, sans décimale."),
        ({"way-0-unit": "working_day", "way-0-mode": "franc"}, "Ce comptage ne vaut pas pour des jours ouvrés"),
        ({"who": ""}, "Choisir qui doit agir."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(client, draft, typed, refusal):
    answer = send(client, draft, "C08", consequence="Le préfet est saisi.", **typed)
    html = html_of(answer)
    assert answer.status_code == 200
    assert refusal in html
    assert "Le préfet est saisi." in html
    assert row_of(draft, "C08")["consequence"].startswith("L’expulsion peut être poursuivie, sauf du 1er novembre")


def test_what_relais_does_by_itself_after_the_last_day_is_said_and_is_not_changed_there(client, draft):
    html = html_of(client.get(url("rules_rule", draft, "P-ANSWER")))
    assert "À l’expiration, le responsable de la structure est alerté : cela ne se change pas ici." in html


def test_a_condition_is_added_filled_and_removed(client, draft):
    typed = opened(client, draft, "C08") | {"title": "Partir", "all-new": "benefit", "ligne": "all add"}
    answer = client.post(url("rules_rule", draft, "C08"), typed)
    html = html_of(answer)
    assert 'value="Partir"' in html
    assert "allocation aux adultes handicapés" in html
    filled = form_of(answer) | {"all-0-operator": "in", "all-0-value": ["rsa", "aah"]}
    assert client.post(url("rules_rule", draft, "C08"), filled).status_code == 302
    kept = row_of(draft, "C08")
    assert kept["title"] == "Partir"
    assert kept["condition"]["all"] == [{"key": "benefit", "operator": "in", "value": ["rsa", "aah"]}]
    answer = client.post(url("rules_rule", draft, "C08"), opened(client, draft, "C08") | {"ligne": "all-0 remove"})
    assert client.post(url("rules_rule", draft, "C08"), form_of(answer)).status_code == 302
    assert "all" not in row_of(draft, "C08")["condition"]


def test_a_condition_left_empty_is_refused(client, draft):
    answer = client.post(
        url("rules_rule", draft, "C08"), opened(client, draft, "C08") | {"all-new": "benefit", "ligne": "all add"}
    )
    refused = client.post(url("rules_rule", draft, "C08"), form_of(answer) | {"all-0-operator": "in"})
    assert "Choisir une réponse, ou retirer cette condition." in html_of(refused)


def test_another_way_to_count_is_added_and_two_that_may_hold_at_once_are_refused(client, draft):
    page = url("rules_rule", draft, "C08")
    answer = client.post(page, opened(client, draft, "C08") | {"ligne": "way add"})
    answer = client.post(page, form_of(answer) | {"way-1-length": "3", "ligne": "way-1 add", "way-1-new": "urgent"})
    answer = client.post(
        page, form_of(answer) | {"way-1-all-0-value": "oui", "ligne": "way-0 add", "way-0-new": "guarantor"}
    )
    refused = client.post(page, form_of(answer) | {"way-0-all-0-value": "oui", "way-1-unit": "day"})
    assert "peuvent valoir en même temps et ne donnent pas la même date" in html_of(refused)
    kept = client.post(page, form_of(refused) | {"ligne": "way-0-all-0 remove"})
    kept = client.post(page, form_of(kept) | {"ligne": "way-0 remove"})
    assert client.post(page, form_of(kept)).status_code == 302
    assert DEADLINES.describe_edition(draft)["C08"]["Durée"] == ("3 jours si urgence : oui",)


def test_conditions_that_contradict_each_other_are_refused(client, draft):
    page = url("rules_rule", draft, "C08")
    answer = client.post(page, opened(client, draft, "C08") | {"all-new": "urgent", "ligne": "all add"})
    answer = client.post(page, form_of(answer) | {"all-0-value": "oui", "all-new": "urgent", "ligne": "all add"})
    refused = client.post(page, form_of(answer) | {"all-1-value": "non"})
    assert "Elle ne s’appliquerait jamais, ses conditions se contredisent." in html_of(refused)


def test_facts_that_end_a_rule_are_added_and_removed(client, draft):
    typed = opened(client, draft, "C08")
    facts = [name for name in typed if name.endswith("-fact")]
    assert len(facts) == 6  # five of the rule, and one to fill
    assert send(client, draft, "C08", **{facts[0]: "", facts[5]: "debt_cleared"}).status_code == 302
    assert row_of(draft, "C08")["condition"]["until"] == [
        "evicted", "rehoused", "protocol_signed", "leave_delays_granted", "debt_cleared",
    ]  # fmt: skip


def test_what_another_pilot_changed_meanwhile_is_not_written_over(client, draft):
    typed = opened(client, draft, "C08")
    send(client, draft, "C08", safe_margin="12")
    refused = client.post(url("rules_rule", draft, "C08"), typed | {"safe_margin": "20"})
    assert "Cette règle a été modifiée ou retirée entre-temps" in html_of(refused)
    assert row_of(draft, "C08")["safe_margin"] == 12


def test_a_published_edition_is_read_only(client, pilot):
    page = "/pilotage/regles/delais/1/C08/"
    assert "Une édition publiée ne se modifie pas" in html_of(client.get(page))
    for path in ("C08/", "C08/retirer/", "C08/remettre/", "ajouter/", "changements/"):
        assert client.post(f"/pilotage/regles/delais/1/{path}").status_code == 404, path
    assert DeadlineRule.objects.get(code="C08").safe_margin == 10


NEW = {
    "code": "P-VISITE", "title": "Visiter le ménage", "start": "contact_asked", "who": "responsible",
    "safe_margin": "0", "confidence": "L", "way-0-length": "10", "way-0-unit": "working_day",
    "way-0-mode": "forward", "until-0-fact": "contacted",
}  # fmt: skip


def test_a_rule_is_added_under_a_code_given_once_and_its_start_changes_until_it_is_published(client, draft):
    assert client.post(url("rules_add", draft), NEW).status_code == 302
    assert DEADLINES.describe_edition(draft)["P-VISITE"]["Durée"] == ("10 jours ouvrés",)
    refused = client.post(url("rules_add", draft), NEW)
    assert "Ce code est déjà celui d’une règle de ce brouillon" in html_of(refused)
    assert send(client, draft, "P-VISITE", start="accepted").status_code == 302
    assert row_of(draft, "P-VISITE")["start"] == "accepted"
    assert send(client, draft, "C08", start="hearing").status_code == 302
    assert row_of(draft, "C08")["start"] == "order_to_leave_served"


def test_a_code_never_changes_its_sense(client, draft):
    client.post(url("rules_withdraw_rule", draft, "C08"))
    refused = client.post(url("rules_add", draft), NEW | {"code": "C08"})
    assert "Ce code a déjà servi pour une autre règle, et un code ne change pas de sens" in html_of(refused)
    assert "Visiter le ménage" in html_of(refused)
    came_back = client.post(url("rules_add", draft), NEW | {"code": "C08", "start": "order_to_leave_served"})
    assert came_back.status_code == 302


def test_a_draft_is_given_up_and_a_code_that_it_alone_had_is_free_again(client, draft):
    client.post(url("rules_add", draft), NEW)
    client.post(url("rules_drop", draft))
    assert "abandonnée" in html_of(client.get("/pilotage/regles/delais/"))
    assert client.post("/pilotage/regles/delais/1/copier/").status_code == 302
    third = Edition.objects.get(catalogue="deadlines", state="draft", number=3)
    assert client.post(url("rules_add", third), NEW | {"start": "accepted"}).status_code == 302


def test_a_rule_withdrawn_from_the_draft_is_put_back(client, draft):
    client.post(url("rules_withdraw_rule", draft, "C08"))
    assert "1 règle retirée" in html_of(client.get(url("rules_changes", draft)))
    client.post(url("rules_restore_rule", draft, "C08"))
    assert "Rien ne change encore" in html_of(client.get(url("rules_changes", draft)))


def test_the_dates_of_both_editions_are_side_by_side(client, draft):
    send(client, draft, "C08", safe_margin="15")
    html = html_of(client.get(url("rules_rule", draft, "C08"), {"depart": "2027-01-15", "essayer": "oui"}))
    assert "Avec le brouillon" in html
    assert "Avec l’édition en vigueur (1)" in html
    assert html.count("lun. 15/03/2027") == 2
    assert html.count("lun. 01/03/2027") == 1  # ten working days before
    assert html.count("lun. 22/02/2027") == 1  # fifteen


def publish(client, draft: Edition, *, day: date, note: str = "Marge portée à 15 jours.", **more: Any):
    seen = client.get(url("rules_changes", draft)).context["seen"]
    return client.post(
        url("rules_changes", draft), {"vu": seen, "effective_on": day.isoformat(), "note": note, **more}
    )


def test_what_changes_is_said_field_by_field(client, draft):
    send(client, draft, "C08", safe_margin="15")
    html = html_of(client.get(url("rules_changes", draft)))
    for words in ("1 règle modifiée", "Marge de sûreté", "10 jours ouvrés avant", "15 jours ouvrés avant"):
        assert words in html, words
    assert "Brouillon contrôlé" in html


def test_what_running_cases_would_have_is_counted_and_no_case_is_named(client, draft):
    case = case_at("contact", worker=member("caf-91")).case
    send(client, draft, "P-CONTACT-10", **{"way-0-length": "12"})
    html = html_of(client.get(url("rules_changes", draft)))
    assert "1 échéance court avec cette règle : elle garde sa date." in html
    assert "1 dossier des six derniers mois aurait une autre date." in html
    assert "vous en voyez le nombre, pas le détail" in html
    assert case.reference not in html


def test_the_cases_of_another_action_are_not_counted_for_who_changes_the_rules_of_all(client, draft):
    """The pilot of action 12 writes the delays of overpayments too; how many run, in how many cases, is not his to read."""
    send(client, draft, "IND-01", safe_margin="2")
    page = client.get(url("rules_changes", draft))
    before = html_of(page)
    assert "Aucune échéance de votre action ne court avec cette règle." in before
    assert "Seuls les dossiers de l’action que vous pilotez sont comptés" in before
    scene.overpaid(worker=member("caf-91"))
    assert Deadline.objects.running().filter(rule__code="IND-01").count() == 1
    after = client.get(url("rules_changes", draft))
    assert (after.context["impact"], after.context["changed"]) == (page.context["impact"], page.context["changed"])


@pytest.mark.parametrize("cases", [1, 3])
def test_the_page_of_what_changes_stays_within_its_queries(client, draft, django_assert_max_num_queries, cases):
    worker = member("caf-91")
    for _ in range(cases):
        case_at("contact", worker=worker)
    send(client, draft, "P-CONTACT-10", **{"way-0-length": "12"})
    send(client, draft, "C08", safe_margin="15")
    client.get(url("rules_changes", draft))
    with django_assert_max_num_queries(10):
        client.get(url("rules_changes", draft))


@pytest.mark.parametrize(
    "path", ["", "delais/", "delais/2/", "delais/2/C08/?depart=2027-01-15&essayer=oui", "rappels/1/"]
)
def test_each_page_stays_within_its_queries(client, draft, django_assert_max_num_queries, path):
    client.get(f"/pilotage/regles/{path}")
    with django_assert_max_num_queries(10):
        client.get(f"/pilotage/regles/{path}")


def test_an_edition_published_for_tomorrow_counts_from_tomorrow_on(client, draft, pilot):
    send(client, draft, "C08", safe_margin="15")
    answer = publish(client, draft, day=TOMORROW)
    assert answer.status_code == 302
    assert catalogue_in_force(on=TODAY, territory="grigny").rule("C08").safe_margin == 10
    assert catalogue_in_force(on=TOMORROW, territory="grigny").rule("C08").safe_margin == 15
    line = JournalEntry.objects.get(kind="edition.published")
    assert (line.actor, line.data["number"], line.data["effective_on"]) == (pilot, 2, "2026-11-25")
    html = html_of(client.get("/pilotage/regles/delais/"))
    assert "à venir" in html
    assert "Marge portée à 15 jours." in html


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (TODAY - timedelta(days=1), "Choisir aujourd’hui ou une date à venir."),
        (None, "Indiquer le premier jour d’application."),
    ],
)
def test_a_day_that_cannot_be_is_refused(client, draft, day, refusal):
    send(client, draft, "C08", safe_margin="15")
    seen = client.get(url("rules_changes", draft)).context["seen"]
    typed = {"vu": seen, "effective_on": day.isoformat() if day else "", "note": "Une note."}
    html = html_of(client.post(url("rules_changes", draft), typed))
    assert refusal in html
    assert "Une note." in html


def test_a_draft_that_changed_since_it_was_read_is_refused(client, draft):
    send(client, draft, "C08", safe_margin="15")
    seen = client.get(url("rules_changes", draft)).context["seen"]
    send(client, draft, "C08", safe_margin="25")
    typed = {"vu": seen, "effective_on": TOMORROW.isoformat(), "note": "Une note."}
    assert "a changé depuis l’ouverture de cette page" in html_of(client.post(url("rules_changes", draft), typed))


def test_an_edition_is_withdrawn_before_its_day_only(client, draft):
    send(client, draft, "C08", safe_margin="15")
    publish(client, draft, day=TOMORROW)
    assert "elle ne s’appliquera pas" in html_of(client.post(url("rules_withdraw", draft), follow=True))
    assert catalogue_in_force(on=TOMORROW, territory="grigny").rule("C08").safe_margin == 10
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        client.force_login(member("caf-91-pilotage", "pilot"))
        assert "retirée" in html_of(client.get("/pilotage/regles/delais/"))
    refused = client.post("/pilotage/regles/delais/1/retirer/", follow=True)
    assert "Seule une édition publiée qui n’est pas encore applicable se retire" in html_of(refused)


def test_a_draft_opened_after_a_publication_for_tomorrow_starts_from_it_and_drops_nothing(client, draft):
    send(client, draft, "C08", safe_margin="15")
    publish(client, draft, day=TOMORROW)
    html = html_of(client.get("/pilotage/regles/delais/"))
    assert 'action="/pilotage/regles/delais/2/copier/"' in html
    assert "la dernière publiée, l’édition 2, applicable" in html
    client.post("/pilotage/regles/delais/2/copier/")
    third = Edition.objects.get(catalogue="deadlines", number=3)
    html = html_of(client.get(url("rules_changes", third)))
    assert "comparé à l’édition 2, publiée pour le 25/11/2026." in html
    assert "Ce brouillon ne change rien à la dernière édition publiée." in html
    send(client, third, "P-CONTACT-10", **{"way-0-length": "12"})
    html = html_of(client.get(url("rules_changes", third)))
    assert "1 règle modifiée" in html
    publish(client, third, day=TOMORROW + timedelta(days=1))
    assert catalogue_in_force(on=TOMORROW + timedelta(days=1), territory="grigny").rule("C08").safe_margin == 15


def test_one_comes_back_to_older_rules_by_copying_them(client, draft, pilot):
    send(client, draft, "C08", safe_margin="15")
    publish(client, draft, day=TODAY)
    assert catalogue_in_force(on=TODAY, territory="grigny").rule("C08").safe_margin == 15
    client.post("/pilotage/regles/delais/1/copier/")
    third = Edition.objects.get(catalogue="deadlines", number=3)
    publish(client, third, day=TOMORROW, note="Retour.")
    assert catalogue_in_force(on=TOMORROW, territory="grigny").rule("C08").safe_margin == 10
    html = html_of(client.get("/pilotage/regles/delais/comparer/?de=1&a=3"))
    assert "Ces deux éditions disent la même chose." in html
    assert "15 jours ouvrés avant" in html_of(client.get("/pilotage/regles/delais/comparer/?de=1&a=2"))


def test_a_mark_is_of_what_was_read(draft):
    row = row_of(draft, "C08")
    assert mark_of_rows(row) == mark_of_rows(dict(row))
    assert mark_of_rows(row) != mark_of_rows({**row, "safe_margin": 11})


@pytest.mark.parametrize(
    "typed",
    [
        {"ligne": "way-9 remove"},
        {"ligne": "way-0-all-7 remove"},
        {"ligne": "way-x add", "way-x-new": "urgent"},
        {"ligne": "all add", "all-new": "horoscope"},
        {"ligne": "nowhere"},
        {"way-0-unit": "century"},
        {"until-0-fact": "apocalypse"},
        {"all-0-key": "horoscope"},
        {"all-0-key": "urgent", "all-0-value": "peut-être"},
        {"all-0-key": "report_date", "all-0-operator": "in", "all-0-value": "2027-01-01"},
        {"all-0-key": "benefit", "all-0-operator": "is_not", "all-0-value": ["rsa", "aah"]},
    ],
)
def test_whatever_is_sent_is_answered_by_the_page(client, draft, typed):
    before = row_of(draft, "C08")
    answer = send(client, draft, "C08", **typed)
    assert answer.status_code in {200, 302}
    assert row_of(draft, "C08")["condition"] == before["condition"]


def test_a_draft_that_cannot_be_read_is_corrected_by_its_pages(client, draft):
    """Made for another version of the product, say: each page opens, and says what to correct."""
    unread = {"until": ["apocalypse"], "all": [{"key": "horoscope", "value": True}]}
    DeadlineRule.objects.filter(edition=draft, code="C08").update(condition=unread)
    for page in (url("rules_edition", draft), url("rules_rule", draft, "C08")):
        assert client.get(page).status_code == 200, page
    html = html_of(client.get(url("rules_changes", draft)))
    assert "À corriger avant de publier" in html
    assert "le fait daté « apocalypse » n’est pas dans la liste des faits datés." in html
    assert "Publier cette édition" not in html
    assert send(client, draft, "C08", **{"until-0-fact": "left"}).status_code == 302
    assert "Publier cette édition" in html_of(client.get(url("rules_changes", draft)))
