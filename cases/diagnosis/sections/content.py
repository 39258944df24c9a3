"""What the sections of a diagnosis rest on: each thing is read once, and said in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Model
from django.utils.text import capfirst

from cases.actions.plans import current_plan
from cases.actions.rules_in_force import edition_in_force
from cases.diagnosis.context import DiagnosisContext
from cases.models import (
    Appointment,
    Beneficiary,
    Case,
    ContactAttempt,
    DebtStatement,
    Edition,
    HouseholdMember,
    Letter,
    Milestone,
    RepaymentPlan,
)
from cases.models.diagnosis import PARTIAL_DATES, column_of
from cases.models.tenancy import AidKind
from cases.queries import latest_statement
from cases.rules.budget import Budget, HouseholdFinances, compute_budget
from cases.rules.sheets import SECTIONS
from cases.rules.tracks import DatedFact
from cases.templatetags.relais import NO_BREAK, birth_date, euros, long_date

Fact = tuple[str, str]
Said = dict[str, Any]
"""What a section says: its facts, its table, its texts."""


@dataclass(frozen=True, kw_only=True)
class SectionTable:
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    total: tuple[str, ...] = ()
    sums: int = 0
    """How many columns, from the last, are sums."""

    @property
    def labelled_rows(self) -> list[list[Fact]]:
        """Each cell with the heading of its column, for narrow screens."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, kw_only=True)
class DiagnosisSection:
    code: str
    title: str
    facts: list[Fact] = field(default_factory=list)
    table: SectionTable | None = None
    texts: list[Fact] = field(default_factory=list)
    """What was written, each under its label."""


Describe = Callable[["DiagnosisContent"], Said]
METHODS: dict[str, Describe] = {}
"""Code of a section → what it says."""


def describes_section(code: str) -> Callable[[Describe], Describe]:
    def add(describe: Describe) -> Describe:
        METHODS[code] = describe
        return describe

    return add


class DiagnosisContent:
    """What is said of a case on a day. Each thing is read once."""

    def __init__(self, case: Case, setting: DiagnosisContext) -> None:
        self.case = case
        self.setting = setting
        self.diagnostic = setting.diagnostic
        self.on = setting.on

    def section(self, code: str) -> DiagnosisSection:
        return DiagnosisSection(code=code, title=SECTIONS[code], **METHODS[code](self))

    # What the sections rest on

    @cached_property
    def people(self) -> list[tuple[Any, str, Any]]:
        """Person, place in the household, line of the diagnosis: as it was said, or as the household is."""
        lines = self.setting.lines("people")
        if not self.diagnostic.is_draft:
            return [(line.beneficiary, line.get_position_display(), line) for line in lines]
        known = {line.beneficiary_id: line for line in lines}
        return [
            (member.beneficiary, member.get_position_display(), known.get(member.beneficiary_id))
            for member in self.setting.members
        ]

    @cached_property
    def holder(self) -> Beneficiary | None:
        positions = HouseholdMember.Position
        holders = [person for person, position, _ in self.people if position == positions.HOLDER.label]
        return (holders or [person for person, _, _ in self.people] or [None])[0]

    @cached_property
    def housing_cost(self) -> dict[str, Decimal | None]:
        """As it was when the diagnosis was finished; as the lease says until then."""
        said, lease = self.diagnostic, self.case.tenancy
        if said.is_draft and lease:
            return {
                "rent": lease.rent,
                "charges": lease.charges,
                "rent_reduction": lease.rent_reduction,
                "aid": lease.aid,
            }
        names = {"rent": "rent", "charges": "rent_charges", "rent_reduction": "rent_reduction", "aid": "aid"}
        return {name: getattr(said, column) for name, column in names.items()}

    @cached_property
    def budget(self) -> Budget:
        lease = self.case.tenancy
        return compute_budget(
            HouseholdFinances(
                resources=self.diagnostic.resources,
                expenses=self.diagnostic.expenses,
                debt_payments=self.debt_payments,
                has_no_aid=lease is not None and lease.aid_kind == AidKind.NONE,
                people=self.setting.household_size,
                **self.housing_cost,
            )
        )

    @property
    def debt_payments(self) -> Decimal | None:
        """Nothing when there is no other debt; unknown when a debt doesn’t say what is paid for it."""
        monthly = [line.monthly for line in self.setting.lines("debt_lines")]
        if monthly:
            return None if None in monthly else sum(monthly, Decimal())
        return Decimal() if self.diagnostic.other_debts == 0 else None

    @property
    def breakdown_total(self) -> Decimal | None:
        said = self.diagnostic
        known = [part for part in (said.rent_part, said.charges_part, said.costs_part) if part is not None]
        return sum(known, Decimal()) if known else None

    @cached_property
    def statement(self) -> DebtStatement | None:
        return latest_statement(self.case) if self.case.tenancy_id else None

    @cached_property
    def plan(self) -> RepaymentPlan | None:
        return current_plan(self.case)

    @cached_property
    def milestones(self) -> list[tuple[date, str, str]]:
        """Day, code and words of each dated fact."""
        edition = edition_in_force(Edition.Catalogue.DEADLINES, on=self.on, territory=self.case.territory)
        known = edition.parameters["milestones"] if edition else {}
        found = Milestone.objects.filter(case=self.case, replaced_by=None).order_by("happened_on", "pk")
        return [(each.happened_on, each.kind, known.get(each.kind, each.kind)) for each in found]

    @property
    def dated_facts(self) -> list[DatedFact]:
        return [DatedFact(kind, on) for on, kind, _ in self.milestones]

    @cached_property
    def attempts(self) -> list[ContactAttempt]:
        return list(self.case.contact_attempts.select_related("by", "structure"))

    @cached_property
    def letters_sent(self) -> list[Letter]:
        found = Letter.objects.filter(case=self.case, sent_on__isnull=False).select_related("structure")
        return list(found.order_by("sent_on", "pk"))

    @cached_property
    def appointments(self) -> list[Appointment]:
        """The appointments of the case up to the day of the diagnosis, that day included."""
        return list(Appointment.objects.filter(case=self.case, starts_at__date__lte=self.on))

    @property
    def budget_lines(self) -> list[tuple[str, str, bool]]:
        """Term, sum, and whether it is what the others lead to."""
        found = self.budget
        each, effort = found.left_a_day_each, found.net_effort
        return [
            ("Ressources, sans l’aide au logement", euros(found.resources), False),
            ("Loyer et charges, aide déduite", euros(found.net_housing), False),
            ("Autres charges", euros(found.expenses), False),
            ("Mensualités des autres dettes", euros(found.debt_payments), False),
            ("Reste pour vivre", euros(found.left_to_live), True),
            ("soit, par jour et par personne", euros(each), False),
            ("Taux d’effort net", f"{effort}{NO_BREAK}%".replace(".", ",") if effort is not None else "", True),
        ]

    def describe_columns(self, *names: str) -> list[Fact]:
        """For each column, its label and what was answered, in words."""
        return [(label_of(name), words_of(self.diagnostic, name)) for name in names]

    def describe_known_columns(self, *names: str) -> list[Fact]:
        """Only those that are known: the others have no sense for everybody."""
        return only_known(*self.describe_columns(*names))


def only_known(*facts: Fact) -> list[Fact]:
    return [(label, value) for label, value in facts if value]


def as_table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, if_none: Fact, **options: Any) -> Said:
    """The lines of a table, else the fact that there are none. Options as those of `SectionTable`."""
    return {"table": SectionTable(columns=columns, rows=rows, **options)} if rows else {"facts": [if_none]}


def label_of(name: str) -> str:
    return capfirst(str(column_of(name).verbose_name))


def words_of(said: Model, name: str) -> str:
    """A column in words; empty when nothing is known."""
    value = getattr(said, name)
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Decimal):
        return euros(value)
    if isinstance(value, date):
        return long_date(value)
    if isinstance(value, list):
        labels = dict(column_of(name).base_field.choices)
        return ", ".join(str(labels.get(each, each)) for each in value)
    if column_of(name).choices:
        return str(getattr(said, f"get_{name}_display")())
    return birth_date(value) if name in PARTIAL_DATES else str(value)
