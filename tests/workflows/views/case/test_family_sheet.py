"""The sheet with a code: made by who answers for the case, read by the person herself, and by nobody else, ever."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from cases import permissions
from cases.actions import family_codes
from cases.actions.case import close_case
from cases.actions.person_file import read_person_file
from cases.models import (
    AccessEntry,
    Beneficiary,
    Case,
    FamilyCode,
    Household,
    HouseholdMember,
    JournalEntry,
    LeaseDeparture,
    LegalProtection,
    Letter,
    Merge,
    Note,
    ProcessingRestriction,
    SharingObjection,
    Structure,
    User,
)
from cases.rules import family_codes as rules
from cases.rules.letters import read_letters
from cases.rules.texts import Filled
from config.accounts import limits
from config.accounts.models import TriedCount
from config.database_roles import Roles
from tests import factories
from tests.config.test_database_roles import application, roles
from tests.factories import NOON
from tests.pages import html_of
from tests.workflows.views.case.test_case import followed_by
from workflows.queries.accesses import sum_up
from workflows.ticking import follow_time

__all__ = ["application", "roles"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
BORN, TYPED = "1984-03-12", "12/03/1984"
CLOSED = "Ce code et cette date n’ouvrent rien."
ASKED = {"answer_by": "2026-12-01", "phone": "01 69 00 00 01"}
CODE = re.compile(r"[2-9A-Y]{4}(?:-[2-9A-Y]{4}){3}")


@pytest.fixture
def worker() -> User:
    return factories.member("caf-91", first_name="Claire", last_name="Montel", phone="0169000001")


@pytest.fixture
def case(worker: User) -> Case:
    """Of the CAF, whose manager opened its page; its holder was born on 12 March 1984."""
    found: Case = followed_by(worker)
    person_of(found, birth_date=BORN)
    switch(opens=True)
    return found


def switch(*, opens: bool) -> None:
    caf = Structure.objects.get(code="caf-91")
    family_codes.switch_page(structure=caf, opens=opens, by=factories.member("caf-91", "manager"), at=NOON)


def person_of(case: Case, **fields: Any) -> Beneficiary:
    person: Beneficiary = case.household.memberships.get(position="holder").beneficiary
    for name, value in fields.items():
        setattr(person, name, value)
    person.save()
    return person


def living_with(case: Case, position: str = "co_holder", until: date | None = None, **known: Any) -> Beneficiary:
    """Somebody else of the household."""
    other = factories.person(**known)
    other.save()
    HouseholdMember.objects.create(household=case.household, beneficiary=other, position=position, until=until)
    return other


def print_sheet(case: Case, worker: User, **typed: str) -> str:
    """Through the page, by who follows the case. The code."""
    client = Client()
    client.force_login(worker)
    typed = {"recipient": str(person_of(case).public_id), **ASKED, **typed}
    html = html_of(client.post(reverse("family_sheet", args=[case.public_id]), typed))
    found = CODE.search(html)
    assert found, html
    return found[0]


def read(code: str, born: str = TYPED) -> Any:
    return Client().post(reverse("family_page"), {"code": code, "birth_date": born})


def opens(code: str, born: str = TYPED) -> bool:
    html = html_of(read(code, born))
    assert ("Ma fiche" in html) != (CLOSED in html)
    return "Ma fiche" in html


# From the manager to the family


def test_the_words_of_the_sheet_are_read_with_the_code_and_the_birth_date(client: Client, worker: User, case: Case):
    code = print_sheet(case, worker)
    answer = read(code.lower().replace("-", " "), "12 03 1984")
    html = html_of(answer)
    for words in (
        "Un retard de loyer nous a été signalé.",
        "Le service : CAF 91",
        "La personne : Claire Montel.",
        "Son téléphone : 01 69 00 00 01.",
        "Vous avez une réponse avant le 1er décembre 2026.",
        "Une pièce d’identité ou un titre de séjour.",
        "Vous pouvez refuser que des services partagent vos informations.",
    ):
        assert words in html.replace("\u00a0", " ").replace("\u202f", " ")
    person = person_of(case)
    assert person.usual_name.lower() not in html.lower()
    assert "€" not in html
    headers = {name: answer[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")}
    assert headers == {
        "Cache-Control": "no-store, private",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
    }
    assert '<meta name="robots" content="noindex, nofollow">' in html


def test_the_paper_says_the_same_words_and_only_the_paper_bears_the_code(client: Client, worker: User, case: Case):
    code = print_sheet(case, worker)
    made = FamilyCode.objects.get()
    client.force_login(worker)
    pdf = client.post(reverse("family_sheet_pdf", args=[case.public_id, made.public_id]), {"code": code})
    kept = Letter.objects.get()
    with kept.file.open() as file:
        paper, copy = text_of(pdf.content), text_of(file.read())
    assert code in paper
    assert "marche jusqu’au 22 février 2027" in paper
    assert code not in copy
    said = [
        made.words["subject"],
        *(words for block in made.words["blocks"] for words in (block["text"], *block["items"])),
    ]
    page = html_of(read(code))
    for words in filter(None, said):
        assert squeezed(words) in squeezed(paper)
        assert squeezed(words) in squeezed(copy)
        assert squeezed(words) in squeezed(page)
    # Neither kept nor found again: its digest alone is.
    assert made.digest == rules.digest_of(code)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_familycode f WHERE f::text LIKE %s", [f"%{code}%"])
        assert cursor.fetchone() == (0,)
    assert (kept.recipient, kept.title) == (person_of(case), "Fiche avec code, impayé de loyer")
    # Another code prints nothing.
    other = client.post(
        reverse("family_sheet_pdf", args=[case.public_id, made.public_id]), {"code": "2222-2222-2222-2222"}
    )
    assert other.status_code == 302


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_sentences_of_the_sheets_are_short():
    from cases.letters.compose import letters_in_force

    edition, _ = letters_in_force(on=NOON.date(), territory="grigny")
    own = [text for text in read_letters(edition.parameters).values() if text.to_family]
    assert {text.to_family for text in own} == {"arrears", "overpayment"}
    papers = {row["label"] for row in edition.parameters["papers"]}
    said = [
        words for text in own for block in text.blocks for words in (block.text, *block.items) if words not in papers
    ]
    sentences = [sentence for words in said for sentence in re.split(r"[.?!:] ?", words) if sentence]
    assert len(sentences) > 40
    assert [sentence for sentence in sentences if len(sentence.split()) > 15] == []


def test_nothing_is_offered_before_a_manager_has_opened_the_page(client: Client, worker: User):
    case = followed_by(worker)
    person_of(case, birth_date=BORN)
    client.force_login(worker)
    assert "Fiche avec code" not in html_of(client.get(reverse("letters", args=[case.public_id])))
    page = reverse("family_sheet", args=[case.public_id])
    assert "Votre structure n’a pas ouvert la page de la famille" in html_of(client.get(page))
    client.post(page, {"recipient": str(person_of(case).public_id), **ASKED})
    assert not FamilyCode.objects.exists()
    assert not Letter.objects.exists()

    switch_url = reverse("switch_family_page", args=["caf-91"])
    assert client.get(switch_url).status_code == 404
    manager = factories.member("caf-91", "manager")
    client.force_login(manager)
    assert "Ouvrir la page de la famille" in html_of(client.get(switch_url))
    client.post(switch_url, {"opens": "oui"})
    line = JournalEntry.objects.get(kind="family_page.opened")
    assert (line.actor, line.structure.code) == (manager, "caf-91")  # type: ignore[union-attr]
    client.force_login(worker)
    assert "Fiche avec code" in html_of(client.get(reverse("letters", args=[case.public_id])))
    assert opens(print_sheet(case, worker))


def test_a_bad_day_is_said_and_nothing_is_made(client: Client, worker: User, case: Case):
    client.force_login(worker)
    typed = {"recipient": str(person_of(case).public_id), **ASKED, "answer_by": "2026-11-24"}
    html = html_of(client.post(reverse("family_sheet", args=[case.public_id]), typed))
    assert "Choisir un jour à venir, avant le 23/01/2027." in html
    assert 'value="2026-11-24"' in html
    assert not FamilyCode.objects.exists()


# What ends a code


def instruct(case: Case, **said: Any) -> None:
    person_of(case, **said)


def instruct_another(case: Case) -> None:
    """The spouse, who left and gave an address where she is safe."""
    living_with(case, "spouse", until=date(2026, 11, 1), usual_name="Diallo", safe_address="12 rue sûre")


def flee(case: Case) -> None:
    """Somebody left the lease; nothing is known of where she is."""
    other = factories.person(usual_name="Diallo")
    other.save()
    assert case.tenancy
    LeaseDeparture.objects.create(
        tenancy=case.tenancy,
        beneficiary=other,
        ground="violence",
        left_on=date(2026, 11, 1),
        structure=case.responsible_structure,
        recorded_by=User.objects.order_by("pk")[0],
    )


def protect(case: Case) -> None:
    LegalProtection.objects.create(
        beneficiary=person_of(case),
        kind="curatelle",
        guardian_name="Roche",
        judged_on=date(2026, 1, 5),
        since=date(2026, 12, 1),
        structure=case.responsible_structure,
        recorded_by=User.objects.order_by("pk")[0],
    )


def restrict(case: Case) -> None:
    ProcessingRestriction.objects.create(household=case.household, ground="accuracy", put_at=NOON)


def oppose(case: Case) -> None:
    SharingObjection.objects.create(household=case.household, basis="SH-1", objected_on=NOON.date())


def archive(case: Case) -> None:
    Household.objects.filter(pk=case.household_id).update(archived_on=NOON.date())


def anonymise(case: Case) -> None:
    Household.objects.filter(pk=case.household_id).update(anonymised_on=NOON.date())


def merge(case: Case) -> None:
    kept, by = person_of(case), User.objects.order_by("pk")[0]
    other = factories.person(usual_name="Autre")
    other.save()
    Merge.objects.create(
        kind="person", kept_person=kept, absorbed_person=other, at=NOON, by=by, structure=case.responsible_structure
    )


def leave(case: Case) -> None:
    """Somebody else stays there."""
    living_with(case)
    case.household.memberships.filter(beneficiary=person_of(case)).update(until=date(2026, 11, 24))


def close(case: Case) -> None:
    close_case(case=case, outcome="declined_support", at=NOON, by=User.objects.order_by("pk")[0])


def hand_away(case: Case) -> None:
    case.participations.filter(part="lead").update(until=NOON.date())


ENDS: dict[str, Callable[[Case], object]] = {
    "a safe address": lambda case: instruct(case, safe_address="12 rue sûre"),
    "not through the spouse": lambda case: instruct(case, not_through_spouse=True),
    "no message": lambda case: instruct(case, no_message=True),
    "an interpreter": lambda case: instruct(case, needs_interpreter=True),
    "a safe address of who left": instruct_another,
    "violence": flee,
    "a protection to come": protect,
    "a restriction": restrict,
    "an opposition": oppose,
    "archived": archive,
    "anonymised": anonymise,
    "merged": merge,
    "gone from the household": leave,
    "a birth date in doubt": lambda case: instruct(case, birth_date="1984-03"),
    "closed": close,
    "handed over": hand_away,
    "the structure closed its page": lambda case: switch(opens=False),
}
AFTERWARDS = {"merged", "closed", "handed over"}
"""What happened before a sheet was made is no matter, or leaves nobody to make one."""


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_what_is_learnt_later_ends_the_code_at_once_and_for_good(worker: User, case: Case):
    code = print_sheet(case, worker)
    assert opens(code)
    for reason, learn in ENDS.items():
        with undone():
            learn(case)
            assert not opens(code), reason
            family_codes.end_useless(at=NOON)
            ended = FamilyCode.objects.get()
            assert (ended.end_reason, ended.words) == ("off" if "structure" in reason else "unsafe", {}), reason
            line = JournalEntry.objects.get(kind="family_code.ended")
            assert line.data == {"code": ended.pk, "reason": ended.end_reason}
            if reason == "a safe address":
                instruct(case, safe_address="")
                assert not opens(code)
        case.refresh_from_db()
    assert opens(code)


def test_nor_does_such_a_person_get_one(client: Client, worker: User, case: Case):
    client.force_login(worker)
    typed = {"recipient": str(person_of(case).public_id), **ASKED}
    for reason in ENDS.keys() - AFTERWARDS:
        with undone():
            ENDS[reason](case)
            html = html_of(client.post(reverse("family_sheet", args=[case.public_id]), typed))
            assert CODE.search(html) is None, reason
            assert not FamilyCode.objects.exists(), reason
            assert not Letter.objects.exists(), reason
    with undone():
        hand_away(case)
        assert client.get(reverse("family_sheet", args=[case.public_id])).status_code in (200, 403, 404)
        client.post(reverse("family_sheet", args=[case.public_id]), typed)
        assert not FamilyCode.objects.exists()


@pytest.mark.parametrize("learn", [flee, instruct_another])
def test_who_follows_a_household_is_not_told_what_is_known_of_who_left_it(
    client: Client, worker: User, case: Case, learn: Callable[[Case], None]
):
    learn(case)
    client.force_login(worker)
    html = html_of(client.get(reverse("family_sheet", args=[case.public_id])))
    assert "pas de code" in html
    assert "ou d’un ménage où elle a vécu, ne le permet pas" in html
    assert not re.search("adresse sûre|consigne|violence|Diallo", html, re.IGNORECASE)


def test_the_page_loaded_again_makes_no_other_sheet(client: Client, worker: User, case: Case):
    """The code shown stays good; another form, or another person, makes another sheet."""
    client.force_login(worker)
    page = reverse("family_sheet", args=[case.public_id])
    once = str(client.get(page).context["form"].initial["once"])
    typed = {"recipient": str(person_of(case).public_id), **ASKED, "once": once}
    found = CODE.search(html_of(client.post(page, typed)))
    assert found
    again = client.post(page, typed, follow=True)
    assert "Cette fiche est déjà préparée : rien n’a changé." in html_of(again)
    assert again.redirect_chain == [(page, 302)]
    assert (FamilyCode.objects.count(), Letter.objects.count()) == (1, 1)
    assert opens(found[0])

    other = living_with(case, usual_name="Sarr", birth_date="1990-07-01")
    assert CODE.search(html_of(client.post(page, {**typed, "recipient": str(other.public_id)})))
    assert opens(found[0])


def test_a_sheet_made_by_two_presses_at_once_is_made_once(worker: User, case: Case):
    values: dict[str, Any] = {
        "case": case, "person": person_of(case), "structure": case.responsible_structure, "by": worker, "at": NOON,
        "words": Filled(subject="Fiche", blocks=()), "phone": "", "public_id": uuid4(),
    }  # fmt: skip
    family_codes.make_code(**values)
    with pytest.raises(family_codes.CannotMakeCode, match="déjà préparée"):
        family_codes.make_code(**values)
    assert FamilyCode.objects.get().ended_at is None


def test_the_professional_takes_a_code_back_and_a_new_sheet_replaces_the_former(
    client: Client, worker: User, case: Case
):
    first, second = print_sheet(case, worker), print_sheet(case, worker)
    assert [opens(first), opens(second)] == [False, True]
    client.force_login(worker)
    standing = FamilyCode.objects.get(ended_at=None)
    html = html_of(client.get(reverse("family_sheet", args=[case.public_id])))
    assert "remplacé par une autre fiche" in html
    client.post(reverse("family_code_revoke", args=[case.public_id, standing.public_id]))
    assert not opens(second)
    line = JournalEntry.objects.filter(kind="family_code.ended").latest("pk")
    assert (line.actor, line.data["reason"]) == (worker, "revoked")


def test_a_code_ends_after_ninety_days(worker: User, case: Case):
    code = print_sheet(case, worker)
    with time_machine.travel(NOON + timedelta(days=90), tick=False):
        assert opens(code)
    with time_machine.travel(NOON + timedelta(days=91), tick=False):
        assert not opens(code)
        assert follow_time(at=NOON + timedelta(days=91))["codes de fiches finis"] == 1
    assert FamilyCode.objects.get().end_reason == "expired"


# Two in one household


def test_each_has_her_own_sheet_and_opens_no_other(client: Client, worker: User, case: Case):
    other = living_with(case, usual_name="Sarr", first_names="Awa", birth_date="1990-07-01")
    Note.objects.create(
        case=case, structure=case.responsible_structure, author=worker, text="Awa a peur", written_at=NOON
    )
    hers, his = print_sheet(case, worker, recipient=str(other.public_id)), print_sheet(case, worker)
    assert [opens(hers), opens(hers, "01/07/1990")] == [False, True]
    assert [opens(his, "01/07/1990"), opens(his)] == [False, True]
    for page in (html_of(read(his)), html_of(read(hers, "01/07/1990"))):
        assert not re.search("Awa|Sarr|1990|Ferreira|peur", page, re.IGNORECASE)


# Guessing


def test_a_thousand_guesses_meet_a_wall_and_learn_nothing(worker: User, case: Case):
    code = print_sheet(case, worker)
    answers = [read(rules.draw_code()) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert "Attendez 15 minutes" in html_of(answers[-1])
    # The others, without their pages: all are refused before any code is looked for.
    for _ in range(969):
        with pytest.raises(limits.TooManyTries):
            limits.take("family_address", "127.0.0.1", at=NOON)
    assert read(code).status_code == 429
    # Written down: thirty tries, and that it was too much; nobody, and no case.
    missed = AccessEntry.objects.filter(kind="missed")
    assert missed.count() == 31
    assert not missed.exclude(user=None, case=None, structure=None).exists()
    with time_machine.travel(NOON + timedelta(minutes=16), tick=False):
        assert opens(code)


def test_whoever_found_a_sheet_tries_ten_birth_dates_and_no_more(worker: User, case: Case):
    code = print_sheet(case, worker)
    for day in range(1, 10):
        assert not opens(code, f"{day:02}/01/1984")
    TriedCount.objects.all().delete()  # from other places, and over many hours
    assert FamilyCode.objects.get().ended_at is None
    assert not opens(code, "10/01/1984")
    assert not opens(code)
    assert FamilyCode.objects.get().end_reason == "tries"
    assert AccessEntry.objects.filter(kind="missed", case=case).count() == 10


def test_every_refusal_says_the_same(worker: User, case: Case):
    code = print_sheet(case, worker)
    unknown, wrong = html_of(read("2222-3333-4444-5555")), html_of(read(code, "13/03/1984"))
    person_of(case, safe_address="12 rue sûre")
    over = html_of(read(code))

    def said(html: str) -> str:
        return re.sub(r'value="[^"]*"|csrfmiddlewaretoken" value="[^"]*"', "", html)

    assert said(unknown) == said(wrong) == said(over)


def test_what_is_typed_badly_is_said_in_few_words():
    html = html_of(read("2222", "le douze"))
    assert "Le code a 16 lettres et chiffres. Regardez votre fiche." in html
    assert "Écrivez le jour, le mois et l’année. Par exemple : 12/03/1984." in html
    assert not AccessEntry.objects.exists()


# Traces


def test_who_read_says_the_person_herself_and_who_only_had_the_code(client: Client, worker: User, case: Case):
    code = print_sheet(case, worker)
    assert [opens(code, "01/01/1984"), opens(code)] == [False, True]
    rows = list(AccessEntry.objects.filter(page="family_page").order_by("pk"))
    assert [(row.kind, row.right, row.user_id, row.structure_id, row.case_id) for row in rows] == [
        ("missed", "code", None, None, case.pk),
        ("family", "person", None, None, case.pk),
    ]
    client.force_login(factories.member("caf-91", "manager"))
    html = html_of(client.get(reverse("case_who_read", args=[case.public_id])))
    assert "la personne elle-même" in html
    assert "quelqu’un qui avait le code de la fiche" in html
    services = {(each.service, each.right) for each in sum_up(case)}
    assert services >= {
        ("La personne elle-même", "la personne elle-même"),
        ("Quelqu’un qui avait le code de la fiche", "code d’une fiche"),
    }


def test_an_ex_partner_who_asks_who_read_is_not_told_that_a_sheet_was_read(worker: User, case: Case):
    code = print_sheet(case, worker)
    assert opens(code)
    assert "La personne elle-même" in {each.service for each in sum_up(case)}
    living_with(case, "spouse", until=NOON.date(), usual_name="Diallo")
    assert "La personne elle-même" not in {each.service for each in sum_up(case)}


def test_the_file_of_a_person_says_her_sheets_and_withholds_those_of_others(worker: User, case: Case):
    """Never why a code ended: it may be what another said of herself."""
    other = living_with(case, "spouse", usual_name="Diallo", birth_date="1990-07-01")
    code = print_sheet(case, worker)
    assert opens(code)
    made = FamilyCode.objects.get()
    reading = AccessEntry.objects.get(kind="family")
    family_codes.revoke(code=made, by=worker, at=NOON)

    def of(person: Beneficiary) -> dict[str, Any]:
        return {each.key: each for each in read_person_file(case.household, person, fact_words={})}

    hers, his = of(person_of(case)), of(other)
    assert dict(hers[f"familycode-{made.pk}"].facts).keys() == {"personne", "structure", "préparée le", "dernier jour"}
    for key in (f"familycode-{made.pk}", f"accessentry-{reading.pk}"):
        assert (hers[key].concern, his[key].concern) == ("", "third_party")


# The second barrier


def test_the_tenth_wrong_date_ends_the_code_behind_the_barrier_too(
    roles: Roles, worker: User, case: Case, request: pytest.FixtureRequest
):
    code = print_sheet(case, worker)
    request.getfixturevalue("application")
    for day in range(1, 11):
        assert not opens(code, f"{day:02}/01/1984")
    ended = FamilyCode.objects.get()
    assert (ended.end_reason, ended.words) == ("tries", {})
    assert JournalEntry.objects.get(kind="family_code.ended").data == {"code": ended.pk, "reason": "tries"}


def test_what_ends_a_code_is_seen_behind_the_barrier(
    roles: Roles, worker: User, case: Case, request: pytest.FixtureRequest
):
    """Each reason is looked for in tables that hide nothing from nobody: hidden, it would open."""
    code = print_sheet(case, worker)
    request.getfixturevalue("application")
    assert opens(code)
    for reason, learn in ENDS.items():
        with undone():
            learn(case)
            assert not opens(code), reason
        case.refresh_from_db()
    assert opens(code)


def test_the_page_reads_as_nobody_and_finds_one_row(
    roles: Roles, worker: User, case: Case, request: pytest.FixtureRequest
):
    code, other = print_sheet(case, worker), followed_by(worker)
    person_of(other, birth_date="1970-01-01")
    print_sheet(other, worker)
    note = Note.objects.create(
        case=case, structure=case.responsible_structure, author=worker, text="secret", written_at=NOON
    )
    request.getfixturevalue("application")
    assert FamilyCode.objects.count() == 2
    with permissions.reading_by_code(rules.digest_of(code), at=NOON.date()):
        assert [each.case_id for each in FamilyCode.objects.all()] == [case.pk]
        assert not Case.objects.exists()
        assert not Letter.objects.exists()
        assert not Note.objects.filter(pk=note.pk).exists()
    with permissions.reading_by_code(rules.digest_of("2222-2222-2222-2222"), at=NOON.date()):
        assert not FamilyCode.objects.exists()
    # A page that is read by a right is shown those of its cases, and no code opens it any more.
    with permissions.reading_as(factories.member("cpam-91", "manager"), at=NOON.date()):
        assert not FamilyCode.objects.exists()
    assert opens(code)
    assert not opens(code, "01/01/1970")
    assert AccessEntry.objects.filter(kind="family", case=case).exists()
