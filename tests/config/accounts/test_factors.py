"""The second factor: set up, asked for at the sign-in, refused in French when it is wrong."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from cases.models import User
from config.accounts import factors
from config.accounts.models import CodeGenerator, RecoveryCode, SignInEvent, TriedCount
from config.clearing import clear_expired
from tests import factories
from tests.config.accounts.telephone import code_of, scan, set_up, sign_in
from tests.factories import NOON
from tests.pages import html_of

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
NEW_KEY = "une toute nouvelle clef de cinquante caractères au moins"


@pytest.fixture
def agent(at_noon: None) -> User:
    return factories.member("caf-91", first_name="Ada", last_name="Lenoir")


@pytest.fixture
def telephone(client, agent: User) -> tuple[str, list[str]]:
    """Of the agent, who has set it up and left."""
    client.force_login(agent)
    made = set_up(client, NOON)
    client.logout()
    return made


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def give_code(client, person: User, code: str) -> Any:
    """After the password, by the second step."""
    sign_in(client, person)
    return client.post("/connexion/code/", {"code": code})


def opens(client, person: User, code: str) -> bool:
    """Whether it does; nobody is signed in any more."""
    give_code(client, person, code)
    opened = is_signed_in(client)
    client.logout()
    return opened


def kinds() -> list[str]:
    return list(SignInEvent.objects.order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str):
    """RFC 6238, appendix B, its last six figures."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    moment = datetime.fromtimestamp(seconds, tz=NOON.tzinfo)
    assert factors.find_step(secret, code, at=moment) == seconds // 30


@pytest.mark.parametrize(("seconds", "is_taken"), [(-30, True), (59, True), (-31, False), (60, False), (3600, False)])
def test_a_telephone_may_be_half_a_minute_off(seconds: int, is_taken: bool):
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    shown = code_of(secret, NOON + timedelta(seconds=seconds))
    assert (factors.find_step(secret, shown, at=NOON) is not None) == is_taken


def test_one_scans_an_image_types_a_code_and_keeps_ten_codes_on_paper(client, agent: User):
    client.force_login(agent)
    secret, codes = set_up(client, NOON)
    assert len(set(codes)) == 10
    page = html_of(client.get("/compte/securite/"))
    assert "En place depuis le 24/11/2026" in page
    assert "Il vous en reste 10 sur 10" in page
    assert kinds() == ["factor_added", "codes_made"]
    # Nothing of it is to be read in the database.
    kept = CodeGenerator.objects.get()
    assert secret not in kept.secret
    assert not RecoveryCode.objects.filter(digest__in=[code.replace("-", "") for code in codes]).exists()


def test_the_password_alone_does_not_open_the_account_any_more(client, agent: User, telephone):
    secret, _ = telephone
    with at(LATER):
        assert sign_in(client, agent, next="/agenda/").url == "/connexion/code/"
        assert not is_signed_in(client)
        assert client.get("/agenda/").status_code == 302
        answer = client.post("/connexion/code/", {"code": code_of(secret, LATER)})
    assert (answer.status_code, answer.url) == (302, "/agenda/")
    assert is_signed_in(client)
    assert kinds()[-1] == "signed_in"


def test_without_a_factor_the_password_is_enough(client, agent: User):
    assert sign_in(client, agent).url == "/"
    assert (is_signed_in(client), kinds()) == (True, ["signed_in"])


FORGED = ["000000", "12345", "1234567", "²²²²²²", "١٢٣٤٥٦", "' OR 1=1", "A" * 41, "-", "é"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        *((typed, "Code refusé : il est faux, a déjà servi") for typed in FORGED),
        ("", "Saisir le code affiché par l’application."),
    ],
)
def test_a_forged_code_or_none_is_refused_in_french(client, agent: User, telephone, typed: str, words: str):
    with at(LATER):
        answer = give_code(client, agent, typed)
    assert (answer.status_code, words in html_of(answer), is_signed_in(client)) == (200, True, False)


def test_a_code_with_a_nul_is_refused(client, agent: User, telephone):
    with at(LATER):
        assert give_code(client, agent, "12\x0034").status_code == 400


def test_a_code_opens_once_and_that_of_the_setting_up_does_not(client, agent: User, telephone):
    secret, _ = telephone
    assert not opens(client, agent, code_of(secret, NOON))
    with at(LATER):
        assert [opens(client, agent, code_of(secret, LATER)) for _ in range(2)] == [True, False]


def test_a_code_of_another_time_is_refused_and_the_clock_named(client, agent: User, telephone):
    secret, _ = telephone
    with at(LATER):
        sign_in(client, agent)
        for minutes in (-4, 3):
            answer = client.post("/connexion/code/", {"code": code_of(secret, LATER + timedelta(minutes=minutes))})
            assert "Vérifier que l’heure du téléphone est réglée automatiquement" in html_of(answer)
    assert not is_signed_in(client)


def test_a_recovery_code_opens_once_however_it_is_written(client, agent: User, telephone):
    _, codes = telephone
    with at(LATER):
        typed = (codes[0].lower().replace("-", " "), codes[0], codes[1])
        assert [opens(client, agent, each) for each in typed] == [True, False, True]
        client.force_login(agent)
        assert "Il vous en reste 8 sur 10" in html_of(client.get("/compte/securite/"))
    assert kinds().count("code_used") == 2


def test_a_code_of_somebody_else_does_not_open(client, agent: User, telephone):
    other = Client()
    other.force_login(factories.member("caf-91"))
    _, codes = set_up(other, NOON)
    assert not opens(client, agent, codes[0])


def test_new_codes_take_the_place_of_those_before(client, agent: User, telephone):
    _, before = telephone
    client.force_login(agent)
    answer = html_of(client.post("/compte/securite/codes-de-secours/"))
    assert not any(code in answer for code in before)
    client.logout()
    assert not opens(client, agent, before[0])


def test_six_wrong_codes_suspend_the_tries_even_of_a_right_one(client, agent: User, telephone):
    secret, _ = telephone
    with at(LATER):
        sign_in(client, agent)
        for _ in range(5):
            client.post("/connexion/code/", {"code": "000000"})
        answer = client.post("/connexion/code/", {"code": code_of(secret, LATER)})
        assert "Trop d’essais : réessayer dans 15 minutes." in html_of(answer)
        client.post("/connexion/code/", {"code": "000000"})
        assert not is_signed_in(client)
    assert (kinds().count("locked"), kinds()[-1]) == (1, "locked")
    with at(LATER + timedelta(minutes=16)):
        assert opens(client, agent, code_of(secret, LATER + timedelta(minutes=16)))
    assert not TriedCount.objects.filter(kind="code").exists()


def test_who_waits_too_long_before_the_second_step_or_did_not_take_the_first_begins_again(
    client, agent: User, telephone
):
    secret, _ = telephone
    sign_in(client, agent)
    with at(NOON + timedelta(minutes=11)):
        answer = client.post("/connexion/code/", {"code": code_of(secret, NOON + timedelta(minutes=11))})
    assert (answer.url, is_signed_in(client)) == ("/connexion/", False)
    assert Client().get("/connexion/code/")["Location"] == "/connexion/"


@pytest.mark.parametrize("then", ["https://ailleurs.example/", "//ailleurs.example/", "javascript:alert(1)"])
def test_the_sign_in_leads_to_no_other_site(client, agent: User, telephone, then: str):
    secret, _ = telephone
    with at(LATER):
        sign_in(client, agent, next=then)
        assert client.post("/connexion/code/", {"code": code_of(secret, LATER)}).url == "/"


def test_a_password_changed_between_the_two_steps_leads_to_the_first(client, agent: User, telephone):
    secret, _ = telephone
    with at(LATER):
        sign_in(client, agent)
        agent.set_password("un tout autre mot de passe")
        agent.save()
        assert client.post("/connexion/code/", {"code": code_of(secret, LATER)}).url == "/connexion/"


def test_a_forged_or_old_secret_is_not_set_up(client, agent: User):
    client.force_login(agent)
    secret, sealed = scan(client)
    for wrong in ("", "faux", "é" * 40, secret):
        answer = client.post("/compte/securite/application/", {"secret": wrong, "code": code_of(secret, NOON)})
        assert "Cette page a attendu trop longtemps" in html_of(answer)
    late = NOON + timedelta(minutes=31)
    with at(late):
        client.post("/compte/securite/application/", {"secret": sealed, "code": code_of(secret, late)})
    assert not CodeGenerator.objects.exists()


def test_another_telephone_takes_the_place_of_the_first(client, agent: User, telephone):
    first, _ = telephone
    client.force_login(agent)
    second, sealed = scan(client)
    client.post("/compte/securite/application/", {"secret": sealed, "code": code_of(second, NOON)})
    client.logout()
    with at(LATER):
        assert [opens(client, agent, code_of(secret, LATER)) for secret in (first, second)] == [False, True]


def test_who_needs_none_takes_it_away_with_its_codes(client, agent: User, telephone):
    client.force_login(agent)
    client.post("/compte/securite/application/retirer/")
    assert (CodeGenerator.objects.exists(), RecoveryCode.objects.exists()) == (False, False)
    client.logout()
    assert sign_in(client, agent).url == "/"


def test_a_secret_sealed_by_the_key_before_is_still_read(client, agent: User, telephone, settings):
    secret, codes = telephone
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], NEW_KEY
    with at(LATER):
        assert [opens(client, agent, typed) for typed in (code_of(secret, LATER), codes[0])] == [True, True]


def test_once_it_is_sealed_by_the_present_key_the_one_before_may_go(client, agent: User, telephone, settings):
    secret, _ = telephone
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], NEW_KEY
    clear_expired(at=NOON)  # each night
    settings.SECRET_KEY_FALLBACKS = []
    with at(LATER):
        assert opens(client, agent, code_of(secret, LATER))


def test_without_the_key_that_sealed_it_nothing_opens_and_nothing_breaks(client, agent: User, telephone, settings):
    secret, codes = telephone
    settings.SECRET_KEY = NEW_KEY
    with at(LATER):
        sign_in(client, agent)
        for typed in (code_of(secret, LATER), codes[0]):
            assert "Code refusé" in html_of(client.post("/connexion/code/", {"code": typed}))


def test_an_application_is_said_to_replace_another_only_when_there_was_one(client, agent: User, telephone):
    client.force_login(agent)
    for replaces in (True, False):
        if not replaces:
            CodeGenerator.objects.all().delete()
        secret, sealed = scan(client)
        sent = {"secret": sealed, "code": code_of(secret, NOON)}
        page = html_of(client.post("/compte/securite/application/", sent, follow=True))
        assert "Application enregistrée" in page
        assert ("elle remplace la précédente" in page) is replaces
