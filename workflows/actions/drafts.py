"""A report is typed in several steps: its draft begins, is kept at each pause, is sent once, is forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions import debts, people, tenancies
from cases.actions.retention.limits import kept_for
from cases.locks import lock_open_arrears
from cases.models import (
    Beneficiary,
    Case,
    FactSource,
    Household,
    LandlordProfile,
    Letter,
    Report,
    Structure,
    Tenancy,
    User,
)
from cases.queries import terms_of
from cases.rules import thresholds
from workflows.actions import completions, counter, counter_sheet
from workflows.actions.known_tenancy import CannotReport, find_tenancy
from workflows.actions.report import Reported, report_arrears, tell_acts
from workflows.actions.tasks import route_if_known
from workflows.models import ProposedCompletion, ReportDraft
from workflows.queries.expected_contact import contact_expected_by

PROPOSED = "proposed"
"""Said of a sent draft: what it brings waits for the structure in charge."""
OPENED, NO_LANDLORD = "opened", "no_landlord"
"""Said of a sent draft: it opened a case, and nobody knew the landlord then."""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """A report as its forms cleaned it."""

    balance: Decimal | None
    """None when nobody knows it: the counter met the person."""
    as_of: date
    completes: bool = False
    """A case was open when it was typed: without an amount, none opens in its place."""
    household: Household | None = None
    """Known already; else `person` is the holder of a new one."""
    person: Mapping[str, Any] = field(default_factory=dict)
    tenancy: Tenancy | None = None
    """Known already; else `lease` describes it."""
    lease: Mapping[str, Any] = field(default_factory=dict)
    """Its landlord is None when the person did not say who he is."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    milestones: Mapping[str, date] = field(default_factory=dict)
    is_urgent: bool = False
    met_at_counter: bool = False
    is_informed: bool = False
    """The counter told the person who follows her and what is shared."""
    reaches_nobody: bool = False
    """It was said that no way to reach her is known."""
    called: str = ""
    """The name that was typed for the person at the counter: it is hers on the sheet, whoever is known."""

    @property
    def recorded_debt(self) -> dict[str, object]:
        """What is recorded of the debt, to be read back."""
        return {
            "balance": None if self.balance is None else str(self.balance),
            "milestones": {kind: day.isoformat() for kind, day in self.milestones.items()},
            "is_urgent": self.is_urgent,
        }


def begin(
    *,
    author: User,
    structure: Structure,
    answers: dict[str, object],
    at: datetime,
    public_id: UUID | None = None,
    at_counter: bool = False,
) -> ReportDraft:
    """Begin a draft; those the author left for a month are forgotten. `public_id`: under the id that its page gave
    it, so that beginning it twice begins one."""
    forget_expired(at=at, author=author)
    typed = {"structure": structure, "answers": answers, "touched_at": at, "at_counter": at_counter}
    if public_id is None:
        return ReportDraft.objects.create(author=author, **typed)
    return ReportDraft.objects.get_or_create(public_id=public_id, author=author, defaults=typed)[0]


@transaction.atomic
def keep_parts(*, draft: ReportDraft, at: datetime, **parts: object) -> None:
    """Keep parts of what is typed, beside those that another window may have kept; a sent draft keeps nothing, and
    says that it was sent meanwhile."""
    row = ReportDraft.objects.select_for_update().get(pk=draft.pk)
    if row.sent_at is None:
        row.answers |= parts
        row.touched_at = at
        row.save(update_fields=["answers", "touched_at"])
    draft.answers, draft.sent_at, draft.case = row.answers, row.sent_at, row.case


def discard(*, draft: ReportDraft, at: datetime) -> None:
    """Its author gives it up: what was typed is erased at once. A sent draft stays, to be sent only once.

    A page of the counter begins its draft by what it sends first; so its empty row stays too, until it is forgotten:
    what the page sends late does not begin it again.
    """
    unsent = ReportDraft.objects.filter(pk=draft.pk, sent_at=None)
    if draft.at_counter:
        unsent.update(answers={}, touched_at=at, sent_at=at)
    else:
        unsent.delete()


def forget_expired(*, at: datetime, author: User | None = None) -> int:
    """Delete the drafts untouched for a month: they name people."""
    old = ReportDraft.objects.filter(touched_at__lt=at - kept_for("draft", on=localdate(at)))
    if author:
        old = old.filter(author=author)
    return old.delete()[0]


@transaction.atomic
def send(*, draft: ReportDraft, intake: Intake, by: User, at: datetime) -> ReportDraft:
    """Send a draft: its household, lease, facts and debt are recorded; its case opens, is completed, or waits.

    1. The draft’s row is locked, so that two clicks follow one another; the second changes nothing.
    2. What would complete the open case of a structure that `by` sees nothing of waits for its agreement; the acts that
       were received, an urgency and the contact made at the counter do not.
    3. People and lease are recorded unless they are known, then the facts, which routing reads.
    4. The report is made; without an amount, its acts and its urgency alone join the open case, and a new one opens with a
       debt of which nothing is said. A landlord’s own, below his opening threshold and without an act, only puts the
       household on his watch list.
    5. What a professional heard of somebody already known, and of her dwelling, is kept, and overwrites nothing.
    6. If the person was met at the counter, her case keeps the contact, and the sheet that is handed to her.
    7. What was typed is erased from the draft, but the acts, the amount and the urgency, which the last page reads back.

    Refuses (`CannotReport`) a landlord’s reference that names another tenancy, and no debt where the case that it was to
    complete was closed meanwhile.
    """
    draft = ReportDraft.objects.select_for_update(of=("self",)).select_related("case", "structure").get(pk=draft.pk)
    if draft.sent_at:
        return draft
    structure = draft.structure
    _lock_references(intake)
    if case := _case_of_others(intake, structure=structure, by=by, at=at):
        made = _propose_completion(intake, case, structure=structure, by=by, at=at)
        return _close(draft, intake, case, is_proposed=made is not None, by=by, at=at)
    tenancy = intake.tenancy or _find_or_create_tenancy(
        intake,
        _find_or_create_household(intake, territory=structure.territory, by=by, at=at),
        structure=structure,
        by=by,
        at=at,
    )
    _record_facts(intake, tenancy.household, structure=structure, by=by, at=at)
    draft.case, was_open = None, True
    known = lock_open_arrears(tenancy)
    if intake.balance is None and (known or intake.completes):
        draft.case = _complete_without_balance(intake, known, structure=structure, by=by, at=at)
    elif (
        intake.balance is not None
        and structure.is_claimant
        and not intake.milestones
        and _is_small(intake.balance, tenancy, structure)
    ):
        _put_on_watch_list(intake, intake.balance, tenancy, structure=structure, by=by, at=at)
    else:
        done = _report(intake, intake.balance, tenancy, structure=structure, by=by, at=at)
        draft.case, was_open = done.case, not done.opened
    if draft.case and intake.person and (intake.tenancy or intake.household) and not structure.is_claimant:
        counter.complete_records(
            case=draft.case,
            said=intake.person,
            lease=intake.lease,
            structure=structure,
            by=by,
            at=at,
            told_by="" if intake.met_at_counter or draft.at_counter else str(structure),
        )
    if draft.case and was_open:
        route_if_known(case=draft.case, at=at)
    if draft.case and intake.reaches_nobody:
        counter.note_that_nobody_is_reached(case=draft.case, structure=structure, by=by, at=at)
    return _close(draft, intake, draft.case, is_proposed=False, by=by, at=at, opened=not was_open)


def _close(
    draft: ReportDraft,
    intake: Intake,
    case: Case | None,
    *,
    is_proposed: bool,
    by: User,
    at: datetime,
    opened: bool = False,
) -> ReportDraft:
    draft.case = case
    if intake.met_at_counter and case:
        draft.letter = _record_counter_contact(intake, case, structure=draft.structure, by=by, at=at)
    told = intake.recorded_debt | ({PROPOSED: True} if is_proposed else {}) | _told_of_new(case, opened=opened)
    draft.answers, draft.told, draft.touched_at, draft.sent_at = {}, told, at, at
    draft.save(update_fields=["case", "letter", "answers", "told", "touched_at", "sent_at"])
    return draft


def _told_of_new(case: Case | None, *, opened: bool) -> dict[str, object]:
    if case is None or case.tenancy is None or not opened:
        return {}
    return {OPENED: True, NO_LANDLORD: case.tenancy.landlord_is_unknown}


def _record_facts(intake: Intake, home: Household, *, structure: Structure, by: User, at: datetime) -> None:
    if not structure.is_claimant and (intake.household or intake.tenancy):
        completions.record_facts_for_own_case(household=home, facts=intake.facts, structure=structure, by=by, at=at)
        return
    source, today = FactSource.LANDLORD if structure.is_claimant else FactSource.PROFESSIONAL, localdate(at)
    people.record_facts(household=home, facts=dict(intake.facts), source=source, known_on=today, at=at, by=by)


def _case_of_others(intake: Intake, *, structure: Structure, by: User, at: datetime) -> Case | None:
    """The open case that the report would complete, if it is another structure’s and `by` sees nothing of it."""
    known = intake.tenancy
    if known is None and intake.household:
        known = find_tenancy(intake.lease, intake.household)
    case = Case.objects.filter(tenancy=known, kind="arrears", closed_on=None).first() if known else None
    waits = case is not None and completions.waits_for_agreement(case, structure=structure, by=by, at=at)
    return case if waits else None


def _propose_completion(
    intake: Intake, case: Case, *, structure: Structure, by: User, at: datetime
) -> ProposedCompletion | None:
    said = completions.TypedCompletion(
        person=intake.person,
        lease=intake.lease,
        facts=intake.facts,
        balance=intake.balance,
        as_of=intake.as_of,
        details=intake.details,
    )
    made = completions.propose(case=case, completion=said, structure=structure, by=by, at=at)
    careful = completions.precautions_of(intake.person)
    landlord = counter.find_news_of_landlord(case, intake.lease)
    if careful or landlord:
        counter.complete_records(
            case=case,
            said=careful or completions.names_of(intake.person),
            lease={"landlord": landlord},
            structure=structure,
            by=by,
            at=at,
            told_by="" if intake.met_at_counter else str(structure),
        )
    _complete_without_balance(intake, case, structure=structure, by=by, at=at)
    route_if_known(case=case, at=at)
    return made


def _record_counter_contact(
    intake: Intake, case: Case, *, structure: Structure, by: User, at: datetime
) -> Letter | None:
    expected = contact_expected_by(case, on=localdate(at))  # before the contact made here stops the delay
    sheet = counter_sheet.sheet_in_force(is_informed=intake.is_informed, at=at, territory=case.territory)
    met = counter.record_meeting(
        case=case,
        structure=structure,
        by=by,
        is_informed=intake.is_informed,
        says_who=sheet is None or sheet.says_who,
        at=at,
    )
    if sheet is None:
        return None
    return counter_sheet.hand_over(
        sheet=sheet,
        case=case,
        person=intake.called,
        structure=structure,
        expected=expected,
        by=by,
        at=at,
        cause=met,
    )


def _complete_without_balance(
    intake: Intake, case: Case | None, *, structure: Structure, by: User, at: datetime
) -> Case:
    """Nothing is said of the debt: an act that was received and an urgency are known all the same."""
    if case is None:
        raise CannotReport("Le dossier de ce ménage vient d’être clos : saisir le montant dû pour le signaler.")
    tell_acts(case=case, milestones=intake.milestones, is_urgent=intake.is_urgent, structure=structure, by=by, at=at)
    return case


def _is_small(balance: Decimal, tenancy: Tenancy, structure: Structure) -> bool:
    """Below the threshold that the landlord set, and no case is open for the lease. Unknown rents are not small."""
    if Case.objects.filter(tenancy=tenancy, closed_on=None).exists():
        return False
    profile = LandlordProfile.objects.filter(structure=structure).first()
    dues = profile.opening_dues if profile else Decimal(1)
    return thresholds.opens_a_case(balance, terms=terms_of(tenancy), dues=dues) is False


def _put_on_watch_list(
    intake: Intake, balance: Decimal, tenancy: Tenancy, *, structure: Structure, by: User, at: datetime
) -> None:
    debts.record_statement(
        tenancy=tenancy,
        source=structure,
        as_of=intake.as_of,
        balance=balance,
        at=at,
        by=by,
        **intake.details,
    )
    debts.watch(tenancy=tenancy, structure=structure, on=localdate(at))


def _lock_references(intake: Intake) -> None:
    """Whoever sends a reference of the same landlord meanwhile waits here, and then finds the lease that it names."""
    if intake.lease.get("reference") and (intake.tenancy or intake.lease.get("landlord")):
        landlord = intake.tenancy.landlord_id if intake.tenancy else intake.lease["landlord"].pk
        Structure.objects.select_for_update(no_key=True).get(pk=landlord)


def _find_or_create_household(intake: Intake, *, territory: str, by: User, at: datetime) -> Household:
    if intake.household:
        return intake.household
    return people.create_household(territory=territory, holder=Beneficiary(**intake.person), others=[], at=at, by=by)


def _find_or_create_tenancy(
    intake: Intake, home: Household, *, structure: Structure, by: User, at: datetime
) -> Tenancy:
    """The lease that this landlord has with the household, completed where nothing was known, or a new one."""
    lease, known = dict(intake.lease), find_tenancy(intake.lease, home)
    if known is None:
        lease["landlord"] = lease["landlord"] or Structure.objects.of_other_landlords(home.territory)
        return tenancies.record_tenancy(tenancy=Tenancy(household=home, **lease), structure=structure, at=at, by=by)
    news = {name: value for name, value in lease.items() if value not in (None, "") and _is_blank(known, name)}
    if lease["landlord"] and lease["landlord"] != known.landlord:
        news["landlord"] = lease["landlord"]
        debts.follow_landlord(known, lease["landlord"])
    if news:
        tenancies.update_tenancy(tenancy=known, changes=news, structure=structure, at=at, by=by)
    return known


def _is_blank(tenancy: Tenancy, name: str) -> bool:
    return getattr(tenancy, name) in (None, "")


def _report(
    intake: Intake, balance: Decimal | None, tenancy: Tenancy, *, structure: Structure, by: User, at: datetime
) -> Reported:
    channel = Report.Channel.LANDLORD_FORM if structure.is_claimant else Report.Channel.PROFESSIONAL
    return report_arrears(
        tenancy=tenancy,
        structure=structure,
        channel=channel,
        balance=balance,
        as_of=intake.as_of,
        is_urgent=intake.is_urgent,
        milestones=intake.milestones,
        at=at,
        by=by,
        **intake.details,
    )
