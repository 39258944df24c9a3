"""What is believed of a provider, asked by real HTTP and without a browser: its issuer, its level, its key alone."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.http import HttpRequest
from django.test import RequestFactory

from config.environment import find_faults
from config.proconnect import client
from config.proconnect.second_factor import SESSION_KEY, proved_by_two_factors
from tests.proconnect import Provider

BACK = "http://testserver/connexion/proconnect/retour/"


def asking_for(address: str, *, session: Any) -> HttpRequest:
    request = RequestFactory().get(address)
    request.session = session
    return request


def sign_in() -> client.Answer:
    session: dict[str, Any] = {}
    asking = asking_for("/", session=session)
    page = requests.get(client.lead_to_provider(asking, back=BACK).headers["Location"], timeout=10)
    (answer,) = re.findall("href='([^']+)'>Continuer", page.text)
    return client.read_answer(asking_for(f"/connexion/proconnect/retour/?{urlsplit(answer).query}", session=session))


def refused() -> str:
    with pytest.raises(client.Refused) as found:
        sign_in()
    return found.value.code


@pytest.mark.parametrize("provider", ["RS256", "ES256"], indirect=True)
def test_who_it_is_comes_from_what_is_signed(provider: Provider):
    claims = sign_in().claims
    assert (claims.sub, claims.email, claims.siret) == (
        "claire-chez-le-fournisseur-1", "claire.montel@example.org", "21910286000018",
    )  # fmt: skip
    assert claims.email_is_verified
    provider.person["email_verified"] = False
    assert not sign_in().claims.email_is_verified


def test_a_provider_that_says_it_is_another_is_not_believed(provider: Provider, settings):
    settings.PROCONNECT_ISSUER = provider.issuer.replace("127.0.0.1", "localhost")
    assert refused() == "issuer"


def test_an_algorithm_that_was_not_agreed_upon_is_not_believed(provider: Provider, settings):
    settings.PROCONNECT_ALGORITHM = "ES256"
    assert refused() == "signature"


def test_without_an_email_or_an_establishment_nobody_enters(provider: Provider):
    for missing in ("email", "siret"):
        provider.person = {**provider.person, missing: ""}
        assert refused() == "incomplete"


def test_two_factors_are_asked_for_and_a_weaker_answer_is_refused(provider: Provider, settings):
    settings.PROCONNECT_TWO_FACTORS = True
    assert refused() == "weak"
    assert '"essential": true' in provider.asked[0]["claims"]
    provider.acr = "https://proconnect.gouv.fr/assurance/consistency-checked-2fa"
    assert sign_in().claims.acr == provider.acr


@pytest.mark.parametrize(
    ("held", "counts"),
    [
        (None, False),
        ({"acr": "eidas1", "amr": ["pwd"]}, False),
        ({"acr": "eidas2", "amr": ["pwd"]}, True),
        ({"acr": "https://proconnect.gouv.fr/assurance/self-asserted-2fa", "amr": []}, True),
        ({"acr": "eidas1", "amr": ["pwd", "mfa"]}, True),
        ({"acr": "", "amr": []}, False),
    ],
)
def test_what_counts_as_a_second_factor(held, counts):
    request = asking_for("/", session={SESSION_KEY: held} if held else {})
    assert proved_by_two_factors(request) is counts


def test_half_a_registration_is_refused_before_anything_starts():
    said = [
        fault for fault in find_faults({"PROCONNECT_ISSUER": "http://proconnect.example"}) if "PROCONNECT" in fault
    ]
    assert said == [
        (
            "PROCONNECT_CLIENT_ID, PROCONNECT_CLIENT_SECRET : à renseigner aussi, ou vider PROCONNECT_ISSUER pour se passer de "
            "ProConnect."
        ),
        (
            "PROCONNECT_ISSUER : elle commence par https://. Celle de ProConnect en production :"
            " https://auth.agentconnect.gouv.fr/api/v2."
        ),
    ]
