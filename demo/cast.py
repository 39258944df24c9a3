"""The people who act in the demonstration, found by name and by structure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.hashers import make_password

from cases.actions import members
from cases.models import Structure, User
from cases.models.structures import StructureKind
from cases.permissions import colleagues_with_right
from demo.accounts import ACCOUNTS, COLLEAGUES, DESK_EMAIL, PASSWORD, PHONES, Account
from demo.attempts import Attempts

SINCE = date(2023, 1, 2)
"""Everyone works there since before the first story."""


@dataclass(kw_only=True)
class Cast:
    structures: dict[str, Structure]
    people: dict[str, User]
    """By family name: they all differ."""
    attempts: Attempts = field(default_factory=Attempts)
    _able: dict[tuple[str, str], list[User]] = field(default_factory=dict)

    def able(self, code: str, right: str) -> list[User]:
        """Who holds a right in a structure, always in the same order."""
        if (code, right) not in self._able:
            found = colleagues_with_right(self.structures[code], right, at=SINCE)
            self._able[code, right] = sorted(found, key=lambda user: user.pk)
        return self._able[code, right]

    def professionals(self, code: str) -> list[User]:
        """Who follows cases there: agents before managers."""
        managers = self.able(code, "view_backlog")
        able = self.able(code, "handle_case")
        return [user for user in able if user not in managers] or able


def engage(*, at: datetime) -> Cast:
    """Create every account and its membership."""
    for code, phone in PHONES.items():
        Structure.objects.filter(code=code).update(phone=phone)
    Structure.objects.filter(kind=StructureKind.CAF_PILOT).update(email=DESK_EMAIL)
    structures = {structure.code: structure for structure in Structure.objects.all()}
    # One salt for all: hashing thirty times what the sign-in page displays would only cost time.
    password = make_password(PASSWORD)
    people = {}
    for account in _everyone():
        user = User.objects.create(
            email=account.email, first_name=account.first_name, last_name=account.last_name, password=password
        )
        members.join(user=user, structure=structures[account.structure], role=account.role, since=SINCE, at=at)
        people[account.last_name] = user
    return Cast(structures=structures, people=people)


def recall() -> Cast:
    """Those of a demonstration that was stopped before it was whole."""
    return Cast(
        structures={structure.code: structure for structure in Structure.objects.all()},
        people={user.last_name: user for user in User.objects.filter(email__in=[each.email for each in _everyone()])},
    )


def _everyone() -> Iterable[Account]:
    return (*ACCOUNTS, *COLLEAGUES)
