"""« Ouvrir aux données réelles » : two persons attest, an administrator opens, and what is no longer true is told."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.urls import reverse

from cases.actions import members
from cases.models import Installation, JournalEntry, User
from config.alerts import tell_administrators
from config.models import SealCheck
from config.opening.acts import CannotAttest, CannotMoveBanner, attest, close_to_real_data, open_to_real_data
from config.opening.conditions import ask_conditions
from config.opening.models import Attestation
from config.service_state import read_service_state
from config.services.items import Level
from notifications.told import find_audience
from tests import factories
from tests.config.opening.ready import attestation
from tests.factories import NOON
from tests.pages import html_of
from tests.two_cities import make_valbrune

PAGE = "/administration/ouverture/"
AIPD = f"{PAGE}aipd/"
BANNER = "Version d’essai : n’y saisissez aucune donnée sur des personnes réelles."
SENT = {"done_on": "2026-11-03", "done_by": "Mme Roy, DPO", "words": "Lue et signée, dans le dossier partagé."}


def has_banner(client: Any) -> bool:
    Installation.forget()
    return BANNER in html_of(client.get(reverse("help")))


@pytest.fixture
def at_work(client, anne) -> User:
    """Signed in, and who he is was just proved."""
    sign_in(client, anne)
    return anne


def sign_in(client: Any, person: User, *, proved: tuple[str, ...] = ("proved_at", "second_factor_at")) -> None:
    client.force_login(person)
    session = client.session
    session.update(dict.fromkeys(proved, NOON.isoformat()))
    session.save()


def test_an_administrator_takes_the_banner_away_and_all_who_answer_for_it_are_told(client, at_work, yves):
    assert has_banner(client)
    page = html_of(client.get(PAGE))
    assert "Chaque condition est remplie." in page
    assert "Lu et signé, dans le dossier partagé." in page
    assert "Le bandeau est retiré" in html_of(client.post(f"{PAGE}retirer/", follow=True))
    assert not has_banner(client)
    entry = JournalEntry.objects.get(kind="opening.opened")
    told = set(find_audience(entry, on=NOON.date()).values_list("first_name", flat=True))
    assert (entry.actor, told) == (at_work, {"Ben", "Yves"})
    assert "retiré par Anne Xavier" in html_of(client.get(PAGE))
    assert "C’est déjà fait" in html_of(client.post(f"{PAGE}retirer/", follow=True))


def test_it_asks_who_is_there_once_more(client, anne):
    sign_in(client, anne, proved=("second_factor_at",))
    assert client.post(f"{PAGE}retirer/").url.startswith("/connexion/confirmer/")
    assert client.post(AIPD, SENT).url.startswith("/connexion/confirmer/")
    assert has_banner(client)


def test_a_missing_condition_is_shown_refused_and_noted(client, at_work):
    SealCheck.objects.all().delete()
    page = html_of(client.get(PAGE))
    assert "Relais vérifie : 1 à mettre en ordre" in page
    assert "Aucun jour n’est scellé et vérifié." in page
    assert "Par qui tient le serveur." in page
    refused = html_of(client.post(f"{PAGE}retirer/", follow=True))
    assert "Le bandeau reste. Une condition n’est pas remplie" in refused
    assert has_banner(client)
    assert JournalEntry.objects.get(kind="opening.refused").data == {"conditions": ["seals"]}


@pytest.mark.parametrize("is_demo", [True, False])
def test_a_demonstration_never_opens_and_with_a_copy_outside_production_keeps_it_whatever_the_database_says(
    client, anne, settings, is_demo
):
    if is_demo:
        settings.DEMO = True
        with pytest.raises(CannotMoveBanner, match="Une démonstration garde toujours son bandeau"):
            open_to_real_data(by=anne, at=NOON)
        settings.DEMO = False
    open_to_real_data(by=anne, at=NOON)
    assert not has_banner(client)
    settings.PRODUCTION, settings.DEMO = False, is_demo
    Installation.forget()
    assert "n’y saisissez aucune donnée sur des personnes réelles" in html_of(client.get(reverse("help")))


def test_what_is_no_longer_true_is_told_to_administrators_after_an_hour_and_the_banner_stays_away(client, anne):
    open_to_real_data(by=anne, at=NOON)
    Installation.forget()
    assert opening_item(NOON).level is Level.GOOD
    SealCheck.objects.update(checked_at=NOON - timedelta(hours=27))
    for minutes in (0, 59, 60):
        ask_conditions(at=NOON + timedelta(minutes=minutes))
        tell_administrators(read_service_state(NOON + timedelta(minutes=minutes)))
    about = [message for message in mail.outbox if "Les traces scellées sont vérifiées chaque jour" in message.body]
    assert sorted(address for message in about for address in message.to) == sorted(
        User.objects.filter(first_name__in=["Anne", "Ben"]).values_list("email", flat=True)
    )
    assert not has_banner(client)


def opening_item(at: Any) -> Any:
    return next(item for item in read_service_state(at).items if item.code == "opening")


def test_an_officer_puts_it_back_with_a_reason(client, anne, yves):
    open_to_real_data(by=anne, at=NOON)
    sign_in(client, yves)
    assert "Choisir pourquoi" in html_of(client.post(f"{PAGE}remettre/", {"reason": ""}, follow=True))
    assert not has_banner(client)
    assert "Le bandeau est remis" in html_of(client.post(f"{PAGE}remettre/", {"reason": "incident"}, follow=True))
    assert has_banner(client)
    entry = JournalEntry.objects.get(kind="opening.closed")
    assert (entry.actor, entry.data) == (yves, {"reason": "incident"})
    with pytest.raises(CannotMoveBanner, match="déjà là"):
        close_to_real_data(reason="incident", by=anne, at=NOON)


def test_an_officer_does_not_open(client, anne, yves):
    sign_in(client, yves)
    page = html_of(client.get(PAGE))
    assert "Retirer le bandeau</button>" not in page
    assert "Seul un administrateur" in html_of(client.post(f"{PAGE}retirer/", follow=True))
    assert has_banner(client)


# Attesting


def test_two_persons_attest_each_in_his_name(client, anne, yves):
    Attestation.objects.filter(condition="aipd").delete()
    sign_in(client, anne)
    assert "Reste à attester par un administrateur et par le délégué." in html_of(client.get(PAGE))
    assert "Attesté" in html_of(client.post(AIPD, SENT, follow=True))
    assert "Reste à attester par le délégué." in html_of(client.get(PAGE))
    client.post(AIPD, SENT | {"words": "Relue ce matin, version 2, dans le dossier."})
    assert "Reste à attester par le délégué." in html_of(client.get(PAGE))
    sign_in(client, yves)
    client.post(AIPD, SENT)
    assert "Chaque condition est remplie." in html_of(client.get(PAGE))
    assert "Relue ce matin, version 2" in html_of(client.get(AIPD))
    counted = Attestation.objects.filter(condition="aipd", withdrawn_at=None).values_list(
        "by__first_name", "territory"
    )
    assert sorted(counted) == [("Anne", ""), ("Yves", "grigny")]
    assert Attestation.objects.filter(condition="aipd", withdrawn_by=anne).count() == 1


def test_one_person_who_holds_both_roles_attests_one_side(anne):
    Attestation.objects.all().delete()
    both = factories.member("ville-grigny", "administrator")
    members.join(user=both, structure=factories.structure("caf-91"), role="dpo", since=NOON.date(), at=NOON)
    for _twice in range(2):
        [made] = attest(condition="aipd", by=both, at=NOON, **attestation())
        assert made.territory == ""
    [first] = attest(condition="notice", by=anne, at=NOON, **attestation())
    [second] = attest(condition="notice", by=both, at=NOON, **attestation())
    assert (first.territory, second.territory) == ("", "grigny")


def test_who_was_officer_and_became_administrator_is_still_one_person(anne, yves):
    for membership in yves.memberships.all():
        members.end_membership(membership=membership, on=NOON.date(), at=NOON)
    members.join(
        user=yves, structure=factories.structure("ville-grigny"), role="administrator", since=NOON.date(), at=NOON
    )
    yves = User.objects.get(pk=yves.pk)
    with (
        time_machine.travel(NOON + timedelta(days=1), tick=False),
        pytest.raises(CannotAttest, match="deux personnes"),
    ):
        attest(condition="aipd", by=yves, at=NOON + timedelta(days=1), **attestation())


def test_an_officer_reads_the_words_of_his_territory_and_of_the_installation_alone(client, anne, yves):
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    lune = factories.member(make_valbrune().structure("mds").code, "dpo", first_name="Lune", last_name="Sow")
    for person, words in ((anne, "Lu dans le dossier de la mairie."), (yves, "Lu dans l’armoire de Grigny.")):
        attest(condition="aipd", by=person, at=NOON, **attestation(words=words))
    theirs = attestation(words="Lu dans le coffre de Valbrune, salle 3.", done_by="Mme Lo, DPO")
    attest(condition="aipd", by=lune, at=NOON, **theirs)
    for person, read, unread in (
        (yves, "Lu dans l’armoire de Grigny.", ("Valbrune, salle 3", "Mme Lo", "Lune Sow")),
        (lune, "Lu dans le coffre de Valbrune, salle 3.", ("armoire", "Yves Marchal")),
    ):
        sign_in(client, person)
        for address in (AIPD, PAGE):
            page = html_of(client.get(address))
            assert read in page
            assert "Lu dans le dossier de la mairie." in page
            assert [words for words in unread if words in page] == []
    assert "Attesté pour Grigny." in html_of(client.get(PAGE))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"done_on": "2026-11-25"}, "choisir un jour passé"),
        ({"words": "ok"}, "Dire en une phrase"),
        ({"done_by": ""}, "Ce champ est obligatoire"),
        ({"done_on": "hier"}, "Date impossible"),
    ],
)
def test_what_says_nothing_is_refused_beside_its_field(client, at_work, changes, words):
    before = Attestation.objects.count()
    assert words in html_of(client.post(AIPD, SENT | changes))
    assert Attestation.objects.count() == before


def test_a_backup_restored_more_than_a_year_ago_is_not_attested(client, at_work):
    for day, words in (("2025-11-24", "le refaire, puis l’attester"), ("2025-11-25", "Attesté")):
        answer = client.post(f"{PAGE}retablissement/", SENT | {"done_on": day}, follow=True)
        assert words in html_of(answer)


def test_an_attestation_is_withdrawn_by_its_side_and_the_condition_is_no_longer_true(client, at_work):
    assert client.get(f"{PAGE}seals/").status_code == 404  # nobody attests that one
    assert "n’est plus remplie" in html_of(client.post(f"{AIPD}retirer/", follow=True))
    assert "Reste à attester par un administrateur." in html_of(client.get(PAGE))
    assert "rien n’a été retiré" in html_of(client.post(f"{AIPD}retirer/", follow=True))
    kinds = JournalEntry.objects.filter(actor=at_work, kind="opening.withdrawn")
    assert [each.data["condition"] for each in kinds] == ["aipd"]


@pytest.mark.parametrize(
    ("code", "role"),
    [("caf-91", "agent"), ("caf-91", "manager"), ("bailleur-a", "dpo"), ("bailleur-a", "administrator")],
)
def test_nobody_else_reads_it(client, anne, code, role):
    person = factories.member(code, role)
    sign_in(client, person)
    for path in (PAGE, AIPD):
        assert client.get(path).status_code == 404
    with pytest.raises(CannotMoveBanner):
        open_to_real_data(by=person, at=NOON)
    with pytest.raises(CannotMoveBanner):
        close_to_real_data(reason="incident", by=person, at=NOON)
    with pytest.raises(CannotAttest):
        attest(condition="aipd", by=person, at=NOON, **attestation())


def test_administration_and_retention_lead_there(client, at_work, yves):
    assert f'href="{PAGE}"' in html_of(client.get(reverse("administration")))
    sign_in(client, yves)
    assert f'href="{PAGE}"' in html_of(client.get(reverse("retention")))


def test_the_page_has_its_budget_and_finds_who_put_the_banner_back_without_walking_the_journal(
    client, at_work, django_assert_max_num_queries
):
    client.get(PAGE)
    with django_assert_max_num_queries(45) as queries:
        client.get(PAGE)
    [asked] = [each["sql"] for each in queries if "'opening.closed'" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + asked[asked.index('SELECT "cases_journalentry"') :])
        assert "openings_newest_first" in "".join(line for (line,) in cursor.fetchall())
