"""A provider that runs, Relais registered with it, and a structure that admits an establishment."""

from collections.abc import Iterator

import pytest

from cases.models import Establishment, User
from tests import factories
from tests.proconnect import CITY, CLIENT, SECRET, Provider, serving


@pytest.fixture(params=["RS256"])
def provider(request, settings) -> Iterator[Provider]:
    with serving(request.param) as found:
        settings.PROCONNECT_ISSUER = found.issuer
        settings.PROCONNECT_CLIENT_ID = CLIENT
        settings.PROCONNECT_CLIENT_SECRET = SECRET
        settings.PROCONNECT_ALGORITHM = request.param
        yield found


@pytest.fixture
def admitted(db) -> Establishment:
    return Establishment.objects.create(siret=CITY, structure=factories.structure("ccas-grigny"))


@pytest.fixture
def claire(admitted) -> User:
    """Of the structure that admits the establishment; ProConnect does not know her yet."""
    return factories.member("ccas-grigny", first_name="Claire", last_name="Montel", email="claire.montel@example.org")
