"""Records that may be of one person: found, compared, made one or told apart, and undone, from their pages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Beneficiary, Case, DistinctPeople, HouseholdMember, JournalEntry, Merge, Report, Tenancy, User
from tests.factories import NOON, household, member, reported, structure, tenancy
from tests.workflows.views.people.test_person import opened, typed_in
from tests.workflows.walk import Walk
from workflows.queries import duplicates
from workflows.queries.duplicates import find_suspected_pairs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]

ANA: dict[str, Any] = {"usual_name": "Ferreira", "first_names": "Ana", "birth_date": "1984-03-12"}
REACHED = {"result": "reached", "channel": "phone", "made_on": NOON.date(), "informed_by": "phone"}
FACTS: dict[str, Any] = {"dependent_children": 2, "family_benefits": True, "rsa": False, "employed": False}


@pytest.fixture
def pilot() -> User:
    return member("caf-91-pilotage", "pilot")


def case_of(worker: User | None = None, *, landlord: str = "gestionnaire-b", reference: str = "", **who: Any) -> Case:
    """Followed by this professional, who has informed the person and sees the whole; or waiting for the CAF."""
    home = household(**ANA | who)
    lease = tenancy(
        landlord=landlord,
        home=home,
        housing="private",
        aid_kind="ALF",
        **({"reference": reference} if reference else {}),
    )
    case = reported(lease, code=landlord, **FACTS)
    if worker:
        walk = Walk(case)
        walk.take("answer", by=worker, accept=True, professional=worker)
        walk.take("contact", by=worker, **REACHED)
    return case


def holder(case: Case) -> Beneficiary:
    return HouseholdMember.objects.get(
        household=Case.objects.get(pk=case.pk).household_id, position="holder", until=None
    ).beneficiary


def compare(one: Case, other: Case) -> str:
    return reverse("compare_people", args=[holder(one).public_id, holder(other).public_id])


def test_two_records_of_one_person_are_proposed_with_the_reasons(client, worker):
    case_of(worker, phone="+33612345678")
    case_of(worker, usual_name="Ferreira Nogueira", phone="+33612345678")
    html = opened(client, worker, reverse("duplicates"))
    assert "FERREIRA Ana et FERREIRA NOGUEIRA Ana" in html
    assert "Nom proche, même date de naissance, même téléphone" in html


LEFT_OUT = "fiches ont en commun, le téléphone d’un service par exemple"


def test_a_phone_that_many_share_tells_nothing_of_two_of_them_and_the_page_says_so(client, worker, monkeypatch):
    monkeypatch.setattr(duplicates, "SHARED", 2)
    first, _ = (
        case_of(worker, usual_name=name, first_names=name, birth_date="", phone="+33612345678")
        for name in ("Ferreira", "Nguyen")
    )
    html = opened(client, worker, reverse("duplicates"))
    assert "FERREIRA Ferreira et NGUYEN Nguyen" in html
    assert LEFT_OUT not in html
    case_of(worker, usual_name="Sow", first_names="Sow", birth_date="", phone="+33612345678")
    html = opened(client, worker, reverse("duplicates"))
    assert "Aucun doublon à vérifier" in html
    assert LEFT_OUT in html
    assert LEFT_OUT not in opened(client, worker, f"{reverse('duplicates')}?personne={holder(first).public_id}")


def test_whoever_is_asked_about_is_paired_with_each_who_shares_a_sign_and_they_are_not_among_themselves(worker):
    case = case_of(worker, phone="+33612345678")
    for number in range(40):
        other = Beneficiary.objects.create(usual_name=f"Sow {number}", first_names="Awa", phone="+33612345678")
        HouseholdMember.objects.create(household=case.household, beneficiary=other, position="other")
    with CaptureQueriesContext(connection) as queries:
        find_suspected_pairs(worker, at=NOON.date(), about=holder(case))
    [paired] = [query["sql"] for query in queries if query["sql"].lstrip().startswith("WITH asked")]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {paired}")
        [[[plan]]] = cursor.fetchall()
    # 41 people, some by several signs; among themselves each sign would unfold 41 times 41.
    assert 40 <= max(unfolded_rows_of(plan["Plan"])) <= 200


def unfolded_rows_of(node: dict[str, Any]) -> Iterator[float]:
    """How many rows each part of a plan that unfolds an array gave; how the others are joined is PostgreSQL’s choice."""
    if node["Node Type"] == "Function Scan":
        yield node["Actual Rows"] * node["Actual Loops"]
    for part in node.get("Plans", ()):
        yield from unfolded_rows_of(part)


def test_those_entered_last_are_compared_and_the_page_says_that_there_are_others(client, worker, monkeypatch):
    monkeypatch.setattr(duplicates, "COMPARED", 2)
    first, *_ = (case_of(worker, phone=phone) for phone in ("+33612345678", "+33612345678", "+33612345679"))
    html = opened(client, worker, reverse("duplicates"))
    assert html.count("FERREIRA Ana et FERREIRA Ana") == 1
    assert "Seules les paires les plus proches parmi les fiches récentes sont montrées" in html
    html = opened(client, worker, f"{reverse('duplicates')}?personne={holder(first).public_id}")
    assert html.count("FERREIRA Ana et FERREIRA Ana") == 2
    monkeypatch.setattr(duplicates, "COMPARED", 1)
    html = opened(client, worker, reverse("duplicates"))
    assert "Aucun doublon à vérifier" in html
    assert "parmi les fiches récentes" in html


def test_whoever_is_asked_about_is_compared_with_all_who_share_her_birth_date(client, worker, monkeypatch):
    monkeypatch.setattr(duplicates, "SHARED", 1)
    first, _ = case_of(worker), case_of(worker)
    assert "Aucun doublon à vérifier" in opened(client, worker, reverse("duplicates"))
    html = opened(client, worker, f"{reverse('duplicates')}?personne={holder(first).public_id}")
    assert html.count("FERREIRA Ana et FERREIRA Ana") == 1


@pytest.mark.parametrize("of_other", ["", "12 rue des Lilas, 91000 Évry", "3 rue des Lilas, 91000 Évry"])
def test_where_a_person_hides_is_never_read_in_a_comparison(client, pilot, of_other):
    one, other = case_of(safe_address="12 rue des Lilas, 91000 Évry"), case_of(safe_address=of_other)
    html = opened(client, pilot, compare(one, other))
    assert "Adresse sûre pour le courrier" in html
    assert "masquée" in html
    assert "Lilas" not in html


def test_of_two_safe_addresses_that_nobody_reads_there_none_is_kept_by_chance(client, pilot):
    one = case_of(landlord="gestionnaire-b", safe_address="12 rue des Lilas, 91000 Évry")
    other = case_of(landlord="bailleur-a", safe_address="1 place du Marché, 91000 Évry")
    where, people = compare(one, other), {holder(one).pk, holder(other).pk}
    said = dict(Beneficiary.objects.filter(pk__in=people).values_list("pk", "safe_address"))
    assert "Choisir l’adresse sûre à garder" in merge(client, pilot, where)
    assert not Merge.objects.exists()
    # Two people: each keeps her own.
    assert "Choisir l’adresse sûre à garder" not in merge(client, pilot, where, what="home")
    client.post(reverse("unmerge", args=[Merge.objects.get().public_id]))
    merge(client, pilot, where, safe_address="absorbed")
    kept = Beneficiary.objects.get(pk__in=people, merged_into=None)
    assert kept.safe_address == said[next(iter(people - {kept.pk}))]


def test_a_name_alone_is_never_a_reason(client, worker):
    case_of(worker, birth_date="", phone="")
    other = case_of(worker, birth_date="")
    other.household.tenancies.update(address="9 rue Ailleurs", address_key="9 RUE AILLEURS")
    assert "Aucun doublon à vérifier" in opened(client, worker, reverse("duplicates"))


def test_records_told_apart_are_not_proposed_again(client, worker):
    one, other = case_of(worker), case_of(worker)
    where = compare(one, other)
    html = client_post(client, worker, where, apart="oui")
    assert "ne sera plus proposée" in html
    assert "Aucun doublon à vérifier" in html
    pair = DistinctPeople.objects.get()
    assert {pair.one, pair.other} == {holder(one), holder(other)}
    assert JournalEntry.objects.filter(kind="person.told_apart").count() == 1
    client.post(where, {"apart": "oui"})
    assert DistinctPeople.objects.count() == 1


def client_post(client: Client, user: User, where: str, **typed: Any) -> str:
    client.force_login(user)
    return client.post(where, typed, follow=True).content.decode()


def merge(client: Client, user: User, where: str, **changed: Any) -> str:
    """The page as it opened, with these answers, sent."""
    form = typed_in(opened(client, user, where)) | changed
    return client.post(where, form, follow=True).content.decode()


def test_two_records_and_their_households_become_one(client, worker):
    one = case_of(worker, landlord="gestionnaire-b", phone="+33612345678")
    other = case_of(worker, landlord="bailleur-a", usual_name="Ferreira Nogueira", no_message=True)
    html = merge(client, worker, compare(one, other))
    assert "Fiches et ménages réunis." in html
    other.refresh_from_db()
    assert other.household == one.household
    kept = holder(one)
    assert (kept.usual_name, kept.phone, kept.no_message) == ("Ferreira Nogueira", "+33612345678", True)


def test_the_values_chosen_are_those_kept(client, worker):
    one = case_of(worker, landlord="gestionnaire-b", phone="+33612345678")
    other = case_of(worker, landlord="bailleur-a", phone="+33700000000", usual_name="Ferreira Nogueira")
    merge(client, worker, compare(one, other), usual_name="kept", phone="absorbed")
    assert (holder(one).usual_name, holder(one).phone) == ("Ferreira", "+33700000000")


def test_people_of_two_households_may_be_one_person_or_one_household_alone(client, worker):
    one, other = case_of(worker, landlord="gestionnaire-b"), case_of(worker, landlord="bailleur-a")
    merge(client, worker, compare(one, other), what="person")
    other.refresh_from_db()
    assert one.household != other.household
    assert holder(one) == holder(other)


def test_two_people_of_one_household(client, worker):
    one, other = case_of(worker, landlord="gestionnaire-b"), case_of(worker, landlord="bailleur-a", first_names="Rui")
    html = merge(client, worker, compare(one, other), what="home")
    assert "Ménages réunis." in html
    places = set(one.household.memberships.values_list("beneficiary__first_names", "position"))
    assert places == {("Ana", "holder"), ("Rui", "co_holder")}


def test_two_open_cases_with_one_landlord_are_a_question_that_names_both(client, worker):
    one, other = case_of(worker, reference="L1"), case_of(worker, reference="L2")
    html = opened(client, worker, compare(one, other))
    assert f"garder le dossier {one.reference}, clore {other.reference} comme doublon" in html
    assert f"garder le dossier {other.reference}, clore {one.reference} comme doublon" in html
    refused = merge(client, worker, compare(one, other))
    assert "Dire ce que deviennent ces dossiers." in refused
    assert not Merge.objects.exists()


def test_the_case_that_is_not_kept_closes_as_a_duplicate_until_the_merge_is_undone(client, worker):
    one, other = case_of(worker, reference="L1"), case_of(worker, reference="L2")
    html = merge(client, worker, compare(one, other), case=str(one.public_id))
    assert f"Le dossier {one.reference} est clos comme doublon." in html
    one.refresh_from_db()
    assert (one.closed_on, one.outcome) == (NOON.date(), "duplicate")
    assert Walk(one).waiting_for == {}
    assert Walk(other).waiting_for == {"diagnose": "caf-91"}
    assert Report.objects.count() == 2
    entry = JournalEntry.objects.get(kind="case.closed", case=one)
    assert entry.cause
    assert entry.cause.kind == "person.merged"
    refused = client_post(client, worker, reverse("case_reopen", args=[one.public_id]))
    assert "clos comme doublon : défaire d’abord la réunion des fiches" in refused
    undo = reverse("unmerge", args=[Merge.objects.get().public_id])
    assert f"Le dossier {one.reference} avait été clos comme doublon" in opened(client, worker, undo)
    html = client_post(client, worker, undo)
    assert f"Fusion défaite : chaque fiche est comme avant. Le dossier {one.reference} est rouvert." in html
    one.refresh_from_db()
    assert one.is_open
    again = client.post(undo, follow=True)
    assert again.status_code == 409
    assert "déjà été défaite" in again.content.decode()


def test_cases_of_two_leases_may_both_go_on(client, worker):
    one, other = case_of(worker, reference="L1"), case_of(worker, reference="L2")
    merge(client, worker, compare(one, other), case="both")
    assert Case.objects.filter(closed_on=None).count() == 2
    assert Merge.objects.get().closed_case is None


def test_the_desk_says_who_can_reopen_what_it_may_not(client, worker, pilot):
    one, other = case_of(worker, reference="L1"), case_of(worker, reference="L2")
    merge(client, pilot, compare(one, other), case=str(one.public_id))
    done = Merge.objects.get()
    assert done.structure == structure("caf-91-pilotage")
    client.force_login(pilot)
    html = client.post(reverse("unmerge", args=[done.public_id]), follow=True).content.decode()
    assert f"Le dossier {one.reference} reste clos : CAF 91 – travail social peut le rouvrir." in html
    one.refresh_from_db()
    assert not one.is_open


def test_the_desk_undoes_what_it_merged_even_when_no_case_speaks_of_it_any_more(client, worker, pilot):
    one, other = case_of(landlord="gestionnaire-b"), case_of(landlord="bailleur-a")
    merge(client, pilot, compare(one, other))
    Case.objects.update(outcome="voided", closed_on=NOON.date())  # the imports that brought them were undone
    done = Merge.objects.get()
    assert reverse("unmerge", args=[done.public_id]) in opened(client, pilot, reverse("merges"))
    html = client.post(reverse("unmerge", args=[done.public_id]), follow=True).content.decode()
    assert "Fusion défaite" in html
    assert Beneficiary.objects.filter(merged_into=None).count() == 2


def test_only_those_who_see_both_whole_or_sit_at_the_desk_may_decide(client, worker, pilot):
    one, other = case_of(worker), case_of()  # the second waits for an answer: a card
    others = [("mds-grigny", "manager"), ("caf-91-recouvrement", "agent"), ("bailleur-a", "manager")]
    for user in (worker, *(member(code, role) for code, role in others)):
        client.force_login(user)
        assert client.get(compare(one, other)).status_code == 404
        assert client.post(compare(one, other), {"apart": "oui"}).status_code == 404
    assert "Est-ce la même personne ?" in opened(client, pilot, compare(one, other))


def test_the_desk_does_not_browse(client, worker, pilot):
    one = case_of(worker)
    other = case_of(worker, usual_name="Zhang", first_names="Wei", birth_date="1990-01-02")
    client.force_login(pilot)
    assert client.get(compare(one, other)).status_code == 404
    assert client.get(reverse("duplicates") + f"?personne={holder(one).public_id}").status_code == 200


def test_a_pilot_of_another_service_decides_nothing(client, worker):
    one, other = case_of(worker), case_of(worker)
    client.force_login(member("mds-grigny", "pilot"))
    assert client.get(compare(one, other)).status_code == 404
    assert "Aucun doublon" in client.get(reverse("duplicates")).content.decode()


def test_who_is_on_a_watch_list_only_is_nobody_s_to_compare(client, worker, pilot):
    case = case_of(worker)
    watched = household(**ANA)
    tenancy(home=watched)
    client.force_login(pilot)
    where = reverse("compare_people", args=[holder(case).public_id, watched.members.get().public_id])
    assert client.get(where).status_code == 404
    assert "Aucun doublon" in client.get(reverse("duplicates")).content.decode()


def test_what_each_sees_of_a_case_is_the_same_after_a_merge(client, worker, pilot):
    mds = member("mds-grigny", "manager")
    one, other = case_of(worker, reference="L1"), case_of(worker, landlord="bailleur-a")
    people = (worker, pilot, mds, member("caf-91", "manager"), member("caf-91"), member("bailleur-a", "manager"))
    before = [levels(user, one, other) for user in people]
    merge(client, worker, compare(one, other))
    assert [levels(user, one, other) for user in people] == before


def levels(user: User, *cases: Case) -> list[str]:
    from cases import permissions

    return [permissions.access_level(user, Case.objects.get(pk=case.pk), at=NOON.date()) for case in cases]


def test_the_page_of_a_person_says_she_was_two_and_the_former_address_leads_there(client, worker):
    one, other = case_of(worker), case_of(worker, landlord="bailleur-a")
    old, where = reverse("person", args=[other.public_id, holder(other).public_id]), compare(one, other)
    form = typed_in(opened(client, worker, where))
    client.post(where, form)
    assert "Ces fiches sont déjà réunies." in client.post(where, form, follow=True).content.decode()
    assert Merge.objects.count() == 1
    html = opened(client, worker, reverse("person", args=[one.public_id, holder(one).public_id]))
    assert "Réunie à une autre fiche le 24/11/2026" in html
    assert re.search(r'href="/doublons/fusions/[0-9a-f-]{36}/defaire/"', html)
    assert client.get(old).headers["Location"] == reverse("person", args=[other.public_id, holder(one).public_id])
    client.force_login(member("mds-grigny"))
    assert client.get(old).status_code == 404


def test_a_merge_that_another_rests_on_says_so_before_one_presses(client, worker):
    cases = [case_of(worker), case_of(worker, landlord="bailleur-a"), case_of(worker, landlord="gestionnaire-b")]
    merge(client, worker, compare(cases[0], cases[1]))
    first = Merge.objects.get()
    merge(client, worker, compare(cases[0], cases[2]), case="both")
    html = opened(client, worker, reverse("unmerge", args=[first.public_id]))
    assert "la défaire d’abord" in html
    assert "Défaire la fusion</button>" not in html


def test_other_records_of_a_person_are_looked_for_from_her_page(client, worker):
    one = case_of(worker)
    case_of(worker, usual_name="Ferreira", first_names="Anna", birth_date="1990-12-01", landlord="bailleur-a")
    html = opened(client, worker, f"{reverse('duplicates')}?personne={holder(one).public_id}")
    assert "De nom proche seulement" in html
    assert "FERREIRA Anna" in html
    assert client.get(f"{reverse('duplicates')}?personne=n-importe-quoi").status_code == 200


def test_the_list_reads_as_little_however_many_pairs(client, worker, django_assert_max_num_queries):
    for _ in range(4):
        case_of(worker)
    client.force_login(worker)
    with django_assert_max_num_queries(14):  # four are the session, the user, the header
        html = client.get(reverse("duplicates")).content.decode()
    assert html.count("Comparer et réunir") == 6


def test_pairs_that_matching_tells_apart_do_not_hide_those_to_decide(client, worker, monkeypatch):
    monkeypatch.setattr("workflows.queries.duplicates.MOST", 1)
    case_of(worker, phone="+33612345678")
    case_of(worker, birth_date="")
    Tenancy.objects.update(address_key="4 RUE PLAINE")
    other = case_of(worker, usual_name="Ferreira Nogueira", birth_date="1971-02-05", phone="+33612345678")
    other.household.tenancies.update(address="9 rue Ailleurs", address_key="9 RUE AILLEURS")
    html = opened(client, worker, reverse("duplicates"))
    assert html.count("Comparer et réunir") == 1
    assert "NOGUEIRA" not in html


def test_the_closest_names_are_proposed_and_not_the_first_of_the_alphabet(client, worker, monkeypatch):
    monkeypatch.setattr("workflows.queries.duplicates.RESEMBLING_SHOWN", 1)
    one = case_of(worker, usual_name="Traore", first_names="Fatoumata")
    born = {"birth_date": "1971-02-05", "landlord": "bailleur-a"}
    case_of(worker, usual_name="Camara", first_names="Fatoumata", **born)
    case_of(worker, usual_name="Traore", first_names="Fatou", **born)
    html = opened(client, worker, f"{reverse('duplicates')}?personne={holder(one).public_id}")
    assert "TRAORE Fatou</a>" in html
    assert "CAMARA" not in html
