"""Signaler: landlords, services and counters report arrears, by the form that keeps a draft; the counter meets people."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from cases.models import Case, Tenancy
from tests.workflows.machine.base import PICK, Machine, act
from tests.workflows.machine.cast import COUNTER, LARGE, SERVICES
from tests.workflows.machine.matter import HELD, UNDECIDED, Matter
from tests.workflows.machine.owed import Owed, euros
from workflows.actions import drafts
from workflows.actions.counter import record_meeting

DUE = 530_00
"""A month of rent and charges: below, a landlord only watches."""
CENTS = st.sampled_from([612_00, 1060_00, 1590_37, 2120_99])
FAMILY = {"dependent_children": 2, "family_benefits": True, "rsa": False, "employed": False}
ALONE = {"dependent_children": 0, "family_benefits": False, "rsa": False, "employed": False}
HOMES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "for the CAF": ("gestionnaire-b", {"housing": "private", "aid_kind": "ALF"}, FAMILY),
    "for the MDS": ("bailleur-a", {"housing": "social", "aid_kind": "none"}, FAMILY),
    "for the CCAS": ("bailleur-a", {"housing": "social", "aid_kind": "none"}, ALONE),
    "for the UDAF": ("bailleur-a", {"housing": "social", "aid_kind": "none"}, {**ALONE, "legal_protection": True}),
    "for its landlord’s advisers": (
        "bailleur-a", {"housing": "social", "aid_kind": "none"}, {**FAMILY, "landlord_support_agreed": True},
    ),
    "known to the CCAS": (
        "bailleur-a", {"housing": "social", "aid_kind": "none"}, {**FAMILY, "followed_by": "ccas-grigny"},
    ),
    "for nobody": ("bailleur-a", {"housing": "private", "aid_kind": "none"}, ALONE),
    "unknown": ("bailleur-a", {"housing": "social", "aid_kind": "none"}, {}),
}  # fmt: skip
"""What is known of a household and its dwelling, by where the table sends it."""


@dataclass
class Lease:
    pk: int
    owner: str
    """Who claims the rent."""
    watched_by: str = ""
    seen_on: date = date.min
    """The last day on which it was said to be small."""

    def is_watched(self, by: str, *, on: date) -> None:
        self.watched_by = self.watched_by or by
        self.seen_on = on


class Reporting(Machine):
    def __init__(self) -> None:
        super().__init__()
        self.leases: dict[int, Lease] = {}
        self.named_people = 0

    @act(
        when=lambda self: len(self.leases) < 4,
        home=st.sampled_from(sorted(HOMES)),
        cents=CENTS,
        by=PICK,
        is_urgent=st.sampled_from([False, False, True]),
    )
    def report_someone_new(self, home: str, cents: int, by: int, is_urgent: bool) -> None:
        self.report(home, cents, by=by, is_urgent=is_urgent)

    def report(self, home: str, cents: int, *, by: int, is_urgent: bool = False) -> None:
        landlord, lease, facts = HOMES[home]
        who = self.pick([landlord, *LARGE, COUNTER], by)
        self.named_people += 1
        intake = drafts.Intake(
            person={
                "usual_name": f"Nom{self.named_people}",
                "first_names": "Alix",
                "birth_date": f"198{self.named_people % 10}-05-17",
            },
            lease={
                **lease,
                "landlord": self.structure(landlord),
                "reference": f"R{self.named_people:04}",
                "rent": Decimal(450),
                "charges": Decimal(80),
            },
            facts=facts if who != landlord else {},
            balance=euros(cents),
            as_of=self.today,
            is_urgent=is_urgent,
        )
        sent = self.send(intake, who=who)
        tenancy = Tenancy.objects.latest("pk")
        self.tell(f"{who} reports a household {home}, who owes {euros(cents)}")
        self.leases[tenancy.pk] = Lease(tenancy.pk, landlord)
        self.owed[tenancy.pk] = Owed()
        self.reported(self.leases[tenancy.pk], sent.case, who=who, cents=cents, by=sent.author_id)

    @act(when=lambda self: self.leases, lease=PICK, cents=st.one_of(CENTS, st.just(333_33)), by=PICK)
    def report_someone_known(self, lease: int, cents: int, by: int) -> None:
        """Opens a case again if it had closed, completes the one that is open, or puts on the landlord’s list."""
        known = self.pick(self.leases.values(), lease)
        who = self.pick([known.owner, *LARGE, COUNTER], by)
        tenancy = Tenancy.objects.get(pk=known.pk)
        self.tell(f"{who} reports again {tenancy}, which owes {euros(cents)}")
        intake = drafts.Intake(tenancy=tenancy, balance=euros(cents), as_of=self.today)
        sent = self.send(intake, who=who)
        found = [matter for matter in self.matters.values() if matter.lease == known.pk and matter.is_open]
        if found and sent.told.get(drafts.PROPOSED):
            self.proposed(found[0], known, who=who)
            return
        is_open = bool(found)
        is_small = cents < DUE and who == known.owner and not is_open
        assert (sent.case is None) == is_small
        if is_small:
            self.owed[known.pk].says(who, self.today, cents)
            known.is_watched(who, on=self.today)
        else:
            self.reported(known, sent.case, who=who, cents=cents, by=sent.author_id)

    def proposed(self, matter: Matter, known: Lease, *, who: str) -> None:
        """To a service that did not agree yet: what is known of the debt stays."""
        assert who not in (known.owner, matter.responsible)
        matter.acts += 1
        self.learns(matter)

    def send(self, intake: drafts.Intake, *, who: str) -> Any:
        author = self.user(self.at_work(who)[0])
        draft = drafts.begin(author=author, structure=self.structure(who), answers={}, at=self.at)
        sent = drafts.send(draft=draft, intake=intake, by=author, at=self.at)
        assert drafts.send(draft=draft, intake=intake, by=author, at=self.at).case == sent.case  # sent twice: once
        return sent

    def reported(self, lease: Lease, case: Case, *, who: str, cents: int, by: int) -> None:
        self.owed[lease.pk].says(who, self.today, cents)
        lease.watched_by = ""
        open_before = [matter for matter in self.matters.values() if matter.lease == lease.pk and matter.is_open]
        if open_before:
            [matter] = open_before
            assert matter.case == case.pk
            self.learns(matter)
        else:
            matter = self.opened(lease, case, who=who, by=by)
        matter.reports.add(who)
        matter.acts += 1

    def opened(self, lease: Lease, case: Case, *, who: str, by: int) -> Matter:
        """A landlord’s report is held by the desk; a professional answers for his own until a service accepts, save at
        a counter, which follows nobody."""
        assert case.pk not in self.matters
        is_claimant = who == lease.owner
        matter = Matter(
            case=case.pk,
            lease=lease.pk,
            owner=lease.owner,
            responsible="caf-91-pilotage" if is_claimant else who,
            is_led=not is_claimant,
        )
        if who in SERVICES:
            matter.named[who] = by
        self.matters[case.pk] = matter
        return matter

    def learns(self, matter: Matter) -> None:
        """More is known of a case. Before a service has accepted it, another may be asked, or one at last."""
        node = self.node_of(matter)
        if matter.is_accepted or matter.is_imposed or node == HELD:
            return
        matter.steps = UNDECIDED if node == "qualify" else UNDECIDED - {"qualify"}

    # The counter

    @act(when=lambda self: self.open_matters(), case=PICK, is_informed=st.booleans())
    def meet_at_the_counter(self, case: int, is_informed: bool) -> None:
        matter = self.pick(self.open_matters(), case)
        self.tell(f"the counter meets the household of {matter.case}")
        by = self.user(self.at_work(COUNTER)[0])
        record_meeting(
            case=self.case(matter), structure=self.structure(COUNTER), by=by, is_informed=is_informed, at=self.at
        )
        matter.attempts += 1
        matter.acts += 1
        matter.met_at_counter = True
        if is_informed:
            matter.is_informed = True
            if follows := self.who_follows(matter):
                matter.told_at_counter.add(follows)

    def who_follows(self, matter: Matter) -> str | None:
        """Whom the counter can name: who is asked, else who answers; nobody while the desk decides."""
        node = self.node_of(matter)
        asked = [step.structure for step in self.of(matter) if step.node == "answer"]
        if asked:
            return asked[0]
        return None if node in ("qualify", "arbitrate") else matter.responsible
