"""The page of a person, the correction of what is known of her, and the household over time."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import sharing
from cases.models import AccessEntry, Beneficiary, Case, HouseholdMember, JournalEntry, User
from tests.factories import NOON, member, membership_of, person, structure
from tests.workflows.views.case.test_case import followed_by, routed_to_the_caf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def holder(case: Case) -> Beneficiary:
    return case.household.memberships.get(position="holder", until=None).beneficiary


def supported_by(code: str, case: Case, *, level: str) -> None:
    sharing.take_part(case=case, structure=structure(code), part="support", level=level, at=NOON)


def joins(case: Case, position: str = "spouse", **fields) -> Beneficiary:
    someone = person(**fields)
    someone.save()
    HouseholdMember.objects.create(household=case.household, beneficiary=someone, position=position)
    return someone


def at(name: str, case: Case, *args) -> str:
    return reverse(name, args=[case.public_id, *args])


def opened(client: Client, user: User, where: str) -> str:
    client.force_login(user)
    answer = client.get(where)
    assert answer.status_code == 200, where
    return answer.content.decode()


def typed_in(html: str) -> dict[str, str]:
    """What a browser would send of the page’s form as it opened."""
    form = html[html.index('<form method="post" novalidate') :]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        unchecked = said.get("type") in ("checkbox", "radio") and "checked" not in tag
        if "name" in said and not unchecked:
            found[said["name"]] = said.get("value", "on" if said["type"] == "checkbox" else "")
    for name, options in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="(\w*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def correct(client: Client, user: User, case: Case, **changed) -> str:
    where = at("person_edit", case, holder(case).public_id)
    form = typed_in(opened(client, user, where)) | changed
    return client.post(
        where, {name: value for name, value in form.items() if value is not None}, follow=True
    ).content.decode()


def test_the_page_says_who_how_to_reach_her_and_what_to_mind(client, worker, case):
    Beneficiary.objects.filter(pk=holder(case).pk).update(
        no_message=True, language="portugais", needs_interpreter=True, caf_number="1234567"
    )
    html = opened(client, worker, at("person", case, holder(case).public_id))
    reached = ("06\xa012\xa034\xa056\xa078", "pas de message", "interprète nécessaire (portugais)", "1234567")
    for words in ("FERREIRA Ana", "Titulaire du bail", *reached):
        assert words in html


def test_who_follows_the_case_corrects_what_is_known_and_the_timeline_says_of_whom(client, worker, case):
    reached = {"phone": "07 11 22 33 44", "no_message": "on", "safe_address": "CCAS, 91350 Grigny"}
    assert "Fiche enregistrée." in correct(client, worker, case, birth_date="03/1984", **reached)
    known = holder(case)
    assert (known.phone, known.birth_date, known.no_message) == ("+33711223344", "1984-03", True)
    assert known.contact_instructions == ["pas de message", "courrier à l’adresse sûre seulement"]
    entry = JournalEntry.objects.get(kind="person.corrected")
    assert entry.case == case
    assert entry.data == {"person": known.pk, "fields": ["birth_date", "no_message", "phone", "safe_address"]}
    html = opened(client, worker, at("case", case))
    assert "a corrigé l’identité d’un bénéficiaire" in html
    assert "Ana Ferreira" in html


def test_saving_a_page_as_it_opened_writes_nothing(client, worker, case):
    before = Beneficiary.objects.filter(pk=holder(case).pk).values().get()
    assert "Rien n’a changé." in correct(client, worker, case)
    assert Beneficiary.objects.filter(pk=holder(case).pk).values().get() == before
    assert not JournalEntry.objects.filter(kind="person.corrected").exists()


def test_a_correction_made_meanwhile_by_someone_else_is_not_lost(client, worker, case):
    where = at("person_edit", case, holder(case).public_id)
    form = typed_in(opened(client, worker, where))
    Beneficiary.objects.filter(pk=holder(case).pk).update(phone="+33799999999", email="ana@example.org")
    html = client.post(where, form | {"language": "portugais"}, follow=True).content.decode()
    assert "Fiche enregistrée." in html
    known = holder(case)
    assert (known.phone, known.email, known.language) == ("+33799999999", "ana@example.org", "portugais")


def test_two_corrections_of_the_same_field_are_a_question_asked_once(client, worker, case):
    where = at("person_edit", case, holder(case).public_id)
    form = typed_in(opened(client, worker, where)) | {"phone": "0711223344"}
    Beneficiary.objects.filter(pk=holder(case).pk).update(phone="+33799999999")
    html = client.post(where, form).content.decode()
    assert "Devenu « 07\xa099\xa099\xa099\xa099 » entre-temps" in html
    assert 'value="0711223344"' in html
    again = client.post(where, typed_in(html), follow=True).content.decode()
    assert "Fiche enregistrée." in again
    assert holder(case).phone == "+33711223344"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"phone": "abc"}, "Numéro de téléphone illisible"),
        ({"birth_date": "31/02/1980"}, "Date de naissance impossible"),
        ({"caf_number": "184057812345678"}, "numéro de sécurité sociale"),
        ({"usual_name": ""}, "obligatoire"),
    ],
)
def test_a_wrong_value_is_said_and_nothing_typed_is_lost(client, worker, case, typed, said):
    html = correct(client, worker, case, language="lingala", **typed)
    assert said in html
    assert 'value="lingala"' in html
    assert holder(case).language == ""


def test_a_manager_of_the_structure_may_correct_and_the_pilot_may_not(client, worker, case):
    manager = member("caf-91", "manager")
    assert "Modifier la fiche" in opened(client, manager, at("person", case, holder(case).public_id))
    waiting = routed_to_the_caf()
    assert Case.objects.filter(pk=waiting.pk, participations__part="asked").exists()
    client.force_login(member("caf-91-pilotage", "pilot"))
    assert client.get(at("person_edit", case, holder(case).public_id)).status_code == 404


SAFE = "chez Mme Diop, 2 rue des Lilas, 91000 Évry"


def test_a_structure_that_is_merely_asked_reads_no_safe_address_and_rewrites_nobody(client, worker):
    case = routed_to_the_caf()
    Beneficiary.objects.filter(pk=holder(case).pk).update(safe_address=SAFE)
    where = at("person", case, holder(case).public_id)
    html = opened(client, worker, where)
    assert "Lilas" not in html
    assert "courrier à l’adresse sûre seulement" in html
    assert "masquée, connue du service qui suit la situation" in html
    assert "Modifier la fiche" not in html
    assert client.get(at("letters", case)).status_code == 403
    for name in ("person_edit", "person_place"):
        assert client.get(at(name, case, holder(case).public_id)).status_code == 403
    assert client.post(at("person_edit", case, holder(case).public_id), {"usual_name": "Autre"}).status_code == 403
    assert holder(case).usual_name == "Ferreira"


def noted_kinds() -> list[str]:
    return list(AccessEntry.objects.order_by("pk").values_list("kind", flat=True))


def test_who_answers_for_the_case_is_shown_the_safe_address_when_he_asks_and_that_is_noted(client, worker):
    case = followed_by(worker, until="contact")
    Beneficiary.objects.filter(pk=holder(case).pk).update(safe_address=SAFE)
    where = at("person", case, holder(case).public_id)
    html = opened(client, worker, where)
    assert "Lilas" not in html
    assert noted_kinds() == ["case"]
    [asked] = re.findall(r'href="([^"]+)">Afficher l’adresse sûre', html)
    html = opened(client, worker, where + asked)
    assert "Lilas" in html
    assert "Afficher l’adresse sûre" not in html
    assert noted_kinds() == ["case", "contact"]
    # The form in which it is corrected shows it too, and shows it again when it is refused.
    edit = at("person_edit", case, holder(case).public_id)
    assert "Lilas" in opened(client, worker, edit)
    client.post(edit, {"birth_date": "hier", "safe_address": SAFE})
    assert noted_kinds() == ["case", "contact", "contact", "contact"]


@pytest.mark.parametrize(("level", "reads"), [("card", False), ("full", True)])
def test_a_structure_in_support_is_shown_the_safe_address_when_it_sees_the_whole_case(client, case, level, reads):
    Beneficiary.objects.filter(pk=holder(case).pk).update(safe_address=SAFE)
    supported_by("ccas-grigny", case, level=level)
    manager = member("ccas-grigny", "manager")
    where = at("person", case, holder(case).public_id)
    assert ("Afficher l’adresse sûre" in opened(client, manager, where)) is reads
    assert ("Lilas" in opened(client, manager, f"{where}?adresse=sure")) is reads
    assert noted_kinds() == ["case", "contact" if reads else "case"]
    assert client.get(at("person_edit", case, holder(case).public_id)).status_code == (200 if reads else 403)


def test_no_list_and_no_card_says_the_safe_address(client, worker, case):
    Beneficiary.objects.filter(pk=holder(case).pk).update(safe_address=SAFE)
    for where in (reverse("inbox"), at("case", case), at("household", case), reverse("cases")):
        assert "Lilas" not in opened(client, worker, where), where


def test_a_person_of_another_household_is_not_found_under_a_case(client, worker, case):
    client.force_login(worker)
    other = holder(routed_to_the_caf())
    assert client.get(at("person", case, other.public_id)).status_code == 404


def test_who_sees_the_card_sees_the_adults_alone(client, worker):
    case = followed_by(worker, until="contact")
    adult, child = joins(case), joins(case, "child")
    assert "Joindre" in opened(client, worker, at("person", case, adult.public_id))
    assert client.get(at("person", case, child.public_id)).status_code == 404
    assert client.get(at("household", case)).status_code == 404


def test_who_no_longer_works_there_finds_no_page(client, worker, case):
    membership = membership_of(worker)
    membership.until = date(2026, 11, 1)
    membership.save()
    client.force_login(worker)
    for name in ("person", "person_edit", "person_place"):
        assert client.get(at(name, case, holder(case).public_id)).status_code == 404
    assert client.get(at("household", case)).status_code == 404


def place(client: Client, user: User, case: Case, someone: Beneficiary, **typed) -> str:
    where = at("person_place", case, someone.public_id)
    opened(client, user, where)
    return client.post(where, typed, follow=True).content.decode()


def history(case: Case) -> set[tuple[str, str, date | None, date | None]]:
    return set(case.household.memberships.values_list("beneficiary__first_names", "position", "since", "until"))


def test_a_person_is_added_to_the_household_once(client, worker, case):
    where = at("household_add", case)
    opened(client, worker, where)
    typed = {"usual_name": "Ferreira", "first_names": "Rui", "birth_date": "2015", "position": "child"}
    typed["since"] = "2015-03-01"
    assert "FERREIRA Rui fait partie du ménage." in client.post(where, typed, follow=True).content.decode()
    assert "déjà dans le ménage" in client.post(where, typed, follow=True).content.decode()
    assert history(case) == {("Ana", "holder", None, None), ("Rui", "child", date(2015, 3, 1), None)}


def test_a_departure_keeps_the_past_and_who_left_comes_back(client, worker, case):
    spouse = joins(case, first_names="Paulo")
    html = place(client, worker, case, spouse, what="leave", on="2026-11-10")
    assert "Auparavant" in html
    assert ("Paulo", "spouse", None, date(2026, 11, 10)) in history(case)
    of_case = opened(client, worker, at("case", case))
    household = of_case[of_case.index("<h2>Ménage</h2>") : of_case.index("<h3>Logement</h3>")]
    assert "Paulo" not in household
    html = place(client, worker, case, spouse, position="spouse", on="2026-11-09")
    assert "son retour ne peut pas précéder" in html
    place(client, worker, case, spouse, position="spouse", on="2026-11-20")
    assert {past for past in history(case) if past[0] == "Paulo"} == {
        ("Paulo", "spouse", None, date(2026, 11, 10)),
        ("Paulo", "spouse", date(2026, 11, 20), None),
    }


def test_another_holder_makes_the_former_one_a_co_holder_from_that_day(client, worker, case):
    spouse = joins(case, first_names="Paulo")
    place(client, worker, case, spouse, what="change", position="holder", on="2026-11-02")
    assert history(case) == {
        ("Ana", "holder", None, date(2026, 11, 1)),
        ("Ana", "co_holder", date(2026, 11, 2), None),
        ("Paulo", "spouse", None, date(2026, 11, 1)),
        ("Paulo", "holder", date(2026, 11, 2), None),
    }
    assert holder(case) == spouse
    lines = JournalEntry.objects.filter(kind="member.placed", case=case)
    assert [line.cause_id for line in lines.order_by("pk")] == [None, lines.order_by("pk")[0].pk]


def test_a_correction_leaves_no_past(client, worker, case):
    place(
        client, worker, case, joins(case, first_names="Paulo"), what="correct", position="co_holder", on="2020-05-01"
    )
    assert history(case) == {("Ana", "holder", None, None), ("Paulo", "co_holder", date(2020, 5, 1), None)}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"what": "leave", "on": "2026-11-10"}, "titulaire du bail"),
        ({"what": "change", "position": "other", "on": "2026-11-10"}, "Un ménage a un titulaire"),
        ({"what": "change", "position": "", "on": "2026-11-10"}, "Choisir la place"),
        ({"what": "change", "position": "co_holder", "on": ""}, "Indiquer la date"),
        ({"what": "leave", "on": "2026-11-25"}, "à venir"),
    ],
)
def test_what_a_household_cannot_be_is_refused_in_words(client, worker, case, typed, said):
    joins(case, first_names="Paulo")
    before = history(case)
    assert said in place(client, worker, case, holder(case), **typed)
    assert history(case) == before


def test_the_last_person_does_not_leave(client, worker, case):
    assert "dernière personne du ménage" in place(client, worker, case, holder(case), what="leave", on="2026-11-10")


def test_a_place_does_not_change_before_it_began(client, worker, case):
    spouse = joins(case, first_names="Paulo")
    case.household.memberships.filter(beneficiary=spouse).update(since=date(2026, 6, 1))
    html = place(client, worker, case, spouse, what="change", position="co_holder", on="2026-05-01")
    assert "depuis le 01/06/2026 : choisir une date qui suit" in html


@pytest.mark.parametrize("name", ["person", "person_edit", "person_place", "household"])
def test_each_page_reads_as_little_however_many_live_there(client, worker, case, name, django_assert_max_num_queries):
    for _ in range(8):
        joins(case, "child")
    client.force_login(worker)
    with django_assert_max_num_queries(20):
        client.get(at(name, case, *([] if name == "household" else [holder(case).public_id])))
