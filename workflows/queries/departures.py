"""Departures: all that somebody who leaves has to hand on, who could take it, and what became of what he proposed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localdate

from cases import permissions
from cases.acting import Away, absence_refusal, away_in
from cases.actions.absences import Piece
from cases.models import Case, CaseKind, JournalEntry, Membership, Referent, Structure, User
from cases.queries import case_loads, names_of
from cases.rules.departures import CaseToLeave, deal_for_good
from workflows.queries.absences import CaseToCover, Split, SubstituteLoad, fill_due_dates
from workflows.queries.members import assignments_held, cases_held

PREPARED, REFUSED = "departure.prepared", "departure.refused"
SHOWN = 100
"""Cases and places of one page, and of one sending: it waits for it."""


@dataclass(kw_only=True)
class LineToLeave(CaseToCover):
    """A case, or the place of a référent, that somebody who leaves hands on."""

    place: Referent | None = None
    """Then the colleague is asked, and answers; a case is his at once."""
    is_responsible: bool = False
    able: list[User] = field(default_factory=list)
    """The colleagues who could take all of it."""
    refusal: str = ""
    """Why it could not be handed on when it was last sent."""

    @property
    def required_rights(self) -> set[str]:
        if self.place:
            return {"be_referent"}
        return {task.right for task in self.tasks} | ({"handle_case"} if self.is_responsible else set())


@dataclass(frozen=True, kw_only=True)
class SentLine:
    """What was given or proposed before a departure, and where it stands."""

    case: Case
    name: str
    """Of the person, for whoever sees the case."""
    url: str
    """Of its handover note; empty for who does not see it."""
    to: User
    sent_on: date
    words: str
    tone: str
    proposal: Referent | None = None

    @property
    def is_waiting(self) -> bool:
        return self.proposal is not None and self.proposal.state == Referent.State.PROPOSED


class Departing:
    """Somebody who leaves a structure, with all that he has there. Each part is read once."""

    def __init__(self, user: User, structure: Structure, *, on: date) -> None:
        self.user, self.structure, self.on = user, structure, on

    @cached_property
    def last_day(self) -> date | None:
        """The one of his memberships, else the one that was announced."""
        ends = list(
            Membership.objects.not_over(self.on)
            .filter(user=self.user, structure=self.structure)
            .values_list("until", flat=True)
        )
        if ends and None not in ends:
            return max(end for end in ends if end)
        said = date.fromisoformat(self.acts[0].data["last_day"]) if self.acts else None
        return said if said and said >= self.on else None

    @cached_property
    def acts(self) -> list[JournalEntry]:
        """By which this departure was prepared, the last one first."""
        found = JournalEntry.objects.filter(kind=PREPARED, structure=self.structure, data__user=self.user.pk)
        return list(found.order_by("-pk"))

    @cached_property
    def places(self) -> dict[int, Referent]:
        """Coordination case → the place that he holds."""
        held = Referent.objects.current().filter(user=self.user, structure=self.structure)
        return {each.case_id: each for each in held.select_related("beneficiary", "structure", "case")}

    @cached_property
    def proposals(self) -> dict[int, Referent]:
        """Coordination case → who is asked to succeed him there, and has not answered."""
        asked = Referent.objects.proposed().filter(structure=self.structure, case__in=list(self.places))
        return {each.case_id: each for each in asked.select_related("user", "case")}

    @cached_property
    def unanswered_count(self) -> int:
        """People whom he is asked himself to follow: nobody is told that he will not."""
        return Referent.objects.proposed().filter(user=self.user, structure=self.structure).count()

    @cached_property
    def lines(self) -> list[LineToLeave]:
        """What is still to be handed on, in no order: not what somebody is asked for already."""
        cases = list(cases_held(self.user, self.structure).order_by("pk"))
        answered = set(assignments_held(self.user, self.structure).values_list("case_id", flat=True))
        found = {
            case.pk: LineToLeave(
                case=case,
                pieces=[Piece(case=case, replaces=self.user, since=self.on, until=date.max)],
                place=self.places.get(case.pk),
                is_responsible=case.pk in answered,
            )
            for case in cases
            if case.kind != CaseKind.COORDINATION or (case.pk in self.places and case.pk not in self.proposals)
        }
        fill_due_dates(found, self.structure)
        for line in found.values():
            line.able = self._who_may_take(frozenset(line.required_rights))
        return list(found.values())

    @cached_property
    def colleagues(self) -> list[User]:
        """Who could take something of a member of this structure."""
        able = {pk for right in (*permissions.COVERED, "be_referent") for pk in self._hold(right)} - {self.user.pk}
        return list(User.objects.filter(pk__in=able).order_by("last_name", "first_name", "pk"))

    @cached_property
    def away(self) -> dict[int, Away]:
        return away_in(self.structure, on=self.on)

    @cached_property
    def loads(self) -> Counter[int]:
        return case_loads(self.structure, on=self.on)

    @cached_property
    def _holders(self) -> dict[str, set[int]]:
        """Right → the colleagues who hold it. Filled as it is asked."""
        return {}

    @cached_property
    def _colleagues_by_rights(self) -> dict[frozenset[str], list[User]]:
        """Rights → the colleagues who hold them all. Filled as it is asked: few sets of rights, however many cases."""
        return {}

    def _who_may_take(self, rights: frozenset[str]) -> list[User]:
        if rights not in self._colleagues_by_rights:
            held = [self._hold(right) for right in rights]
            self._colleagues_by_rights[rights] = [
                user for user in self.colleagues if all(user.pk in each for each in held)
            ]
        return self._colleagues_by_rights[rights]

    def _hold(self, right: str) -> set[int]:
        if right not in self._holders:
            able = permissions.colleagues_with_right(self.structure, right, at=self.on)
            self._holders[right] = set(able.values_list("pk", flat=True))
        return self._holders[right]

    @cached_property
    def leaving(self) -> set[int]:
        """Colleagues who leave too: nothing is dealt to them."""
        ends = Membership.objects.not_over(self.on).filter(structure=self.structure).exclude(until=None)
        return set(ends.values_list("user", flat=True))

    def propose_split(self, *, among: Iterable[User], chosen: Mapping[int, User | None] | None = None) -> Split:
        """Who would take what, the nearest date first. `chosen` (by case; None: nobody) stands. Nothing is written."""
        chosen, lines = chosen or {}, {line.case.pk: line for line in self.lines}
        pool = {user.pk: user for user in among}
        people = pool | {user.pk: user for user in chosen.values() if user}
        unfit = self.leaving | {pk for pk, away in self.away.items() if not away.names}
        dealt = deal_for_good(
            (
                CaseToLeave(
                    case=pk,
                    home=line.case.household_id,
                    due_on=line.due_on,
                    able={user.pk for user in line.able if user.pk in pool} - unfit,
                )
                for pk, line in lines.items()
            ),
            loads={pk: self.loads[pk] for pk in people},
            chosen={pk: user.pk if user else None for pk, user in chosen.items() if pk in lines},
        )
        for pk, person in dealt.items():
            lines[pk].to = people[person] if person else None
        ordered = [lines[pk] for pk in dealt][:SHOWN]
        shares = [
            SubstituteLoad(user=user, load=self.loads[pk], added=sum(line.to == user for line in ordered))
            for pk, user in people.items()
        ]
        return Split(lines=ordered, shares=shares)  # type: ignore[arg-type]  # of lines that say more

    def why_not(self, line: LineToLeave, to: User, *, by: User) -> str:
        """Why a line could not go to somebody, as things stand. Empty when it could."""
        if to not in line.able:
            return f"{to} ne peut pas prendre ce dossier : choisir un autre membre de la structure."
        if line.place and to.pk in self.leaving:
            return f"{to} quitte la structure : choisir quelqu’un qui y reste."
        return absence_refusal(to, self.away.get(to.pk), by=by)

    def say_refusals(self, *, by: User) -> None:
        """On each line that the last sending left: to whom it was to go, and why it cannot, if it still cannot."""
        last = JournalEntry.objects.filter(kind=REFUSED, structure=self.structure, data__user=self.user.pk)
        entry = last.order_by("-pk").first()
        if entry is None:
            return
        refused = dict(entry.data["lines"])
        people = {user.pk: user for user in self.colleagues}
        for line in self.lines:
            if (to := people.get(refused.get(line.case.pk, 0))) is None:
                continue
            why = self.why_not(line, to, by=by) or "Rien ne l’empêche plus : l’envoyer de nouveau."
            line.refusal = f"Non transmis le {entry.happened_at:%d/%m/%Y} à {to}. {why}"


def sent_entries(acts: Sequence[JournalEntry]) -> QuerySet[JournalEntry]:
    """What these acts gave or proposed, the last one first."""
    told = JournalEntry.objects.filter(cause__in=acts, kind__in=["case.handed_over", "referent.proposed"])
    return told.select_related("case").order_by("-pk")


def find_sent(departing: Departing, *, reader: User) -> list[SentLine]:
    """What was given or proposed before this departure, and where it stands: what waits for an answer first."""
    entries = list(sent_entries(departing.acts)) if departing.acts else []
    asked = Referent.objects.select_related("user", "case", "structure")
    by_pk = asked.in_bulk([entry.data["referent"] for entry in entries if entry.kind == "referent.proposed"])
    others = [each for each in departing.proposals.values() if each.pk not in by_pk]
    cases = {case.pk: case for case in [*(entry.case for entry in entries), *(each.case for each in others)] if case}
    seen = set(permissions.visible_cases(reader, at=departing.on).filter(pk__in=cases).values_list("pk", flat=True))
    names = names_of(cases[pk] for pk in seen)
    people = User.objects.in_bulk({entry.data["to"] for entry in entries if "to" in entry.data})

    def build(case: Case, to: User, sent_on: date, words: str, tone: str, **more: Referent) -> SentLine:
        url = reverse("handover_note", args=[case.public_id]) if case.pk in seen else ""
        return SentLine(
            case=case, name=names.get(case.pk, ""), url=url, to=to, sent_on=sent_on, words=words, tone=tone, **more
        )

    def proposed(each: Referent) -> SentLine:
        words, tone = say_answer(each)
        return build(each.case, each.user, localdate(each.proposed_at), words, tone, proposal=each)

    lines = [proposed(each) for each in others]
    for entry in entries:
        if entry.kind == "referent.proposed":
            lines.append(proposed(by_pk[entry.data["referent"]]))
        elif entry.case:
            lines.append(build(entry.case, people[entry.data["to"]], localdate(entry.happened_at), "confié", "ok"))
    return sorted(lines, key=lambda line: not line.is_waiting)


def say_answer(proposal: Referent) -> tuple[str, str]:
    """What became of a proposal, in words, and the tone of its badge."""
    if proposal.state == Referent.State.PROPOSED:
        return "proposé, sans réponse", "warn"
    if proposal.state == Referent.State.DECLINED:
        return f"décliné : {proposal.get_decline_reason_display()}", "danger"
    if proposal.state == Referent.State.WITHDRAWN:
        return "proposition retirée", "neutral"
    return "accepté", "ok"
