"""Who stands in the play: for each service, who works there and as what. Made once; the machine knows them by heart."""

from dataclasses import dataclass, replace
from datetime import date

from cases.actions import members
from cases.models import Structure, User
from tests import factories

DESK = "caf-91-pilotage"
LANDLORDS = ("bailleur-a", "gestionnaire-b")
LARGE = ("caf-91", "mds-grigny", "ccas-grigny", "adil-91")
SMALL = ("udaf-91", "epfif-social", "msa-idf", "bailleur-a-social")
SERVICES = (*LARGE, *SMALL)
"""Those that accompany households, and that the table or the pilot may ask."""
COUNTER = "ccas-grigny-accueil"
LONG_AGO, GONE = date(2026, 1, 1), date(2026, 11, 20)


@dataclass(frozen=True)
class Post:
    """What a person is in a structure; `last_day` is worked."""

    user: int
    structure: str
    role: str
    since: date = LONG_AGO
    last_day: date | None = None

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.last_day is None or on <= self.last_day)

    def until(self, last_day: date) -> "Post":
        return replace(self, last_day=last_day)


class Cast:
    def __init__(self) -> None:
        self.structures = {structure.code: structure for structure in Structure.objects.all()}
        self.users: dict[int, User] = {}
        self.posts: list[Post] = []
        for code in LARGE:
            for role in ("agent", "agent", "manager"):
                self._join(code, role)
        for code in SMALL:
            self._join(code, "manager")
        for code, role in [(DESK, "pilot"), (DESK, "agent"), (COUNTER, "front_desk"), ("cd91-rsa", "pilot")]:
            self._join(code, role)
        for role in ("administrator", "dpo", "front_desk"):
            self._join("mds-grigny", role)
        for code in (*LANDLORDS, "caf-91-recouvrement", "cpam-91"):
            self._join(code, "correspondent" if code in LANDLORDS else "manager")
        self._join_two("caf-91", "ccas-grigny")
        self._join("mds-grigny", "agent", until=GONE)
        members.forget_ended(on=factories.NOON.date())
        self.spare = [factories.user() for _ in range(3)]
        self.users |= {user.pk: user for user in self.spare}

    def _join(self, code: str, role: str, *, until: date | None = None, user: User | None = None) -> User:
        user = user or factories.user()
        structure = self.structures[code]
        members.join(user=user, structure=structure, role=role, since=LONG_AGO, until=until, at=factories.NOON)
        self.users[user.pk] = user
        self.posts.append(Post(user.pk, code, role, last_day=until))
        return user

    def _join_two(self, one: str, other: str) -> None:
        """A manager of two services."""
        self._join(other, "manager", user=self._join(one, "manager"))
