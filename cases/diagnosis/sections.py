"""A diagnosis in words, section by section: what its page shows and what its sheets print.

A fact that isn’t known has an empty value: who shows it says so.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.text import capfirst
from django.utils.timezone import localtime

from cases.actions.deadlines import edition_in_force
from cases.diagnosis.context import DiagnosisContext
from cases.letters.compose import current_plan, polite_name
from cases.models import Appointment, Case, ContactAttempt, Edition, HouseholdMember, Letter, Milestone
from cases.models.diagnosis import PARTIAL_DATES, column_of
from cases.models.tenancy import AidKind
from cases.queries import latest_statement
from cases.rules.budget import Budget, HouseholdFinances, compute_budget
from cases.rules.sheets import SECTIONS
from cases.templatetags.relais import NO_BREAK, birth_date, euros, long_date, phone, short_date

Fact = tuple[str, str]
ASKS = {"asks_delay": "délais de paiement", "asks_to_stay": "maintien dans les lieux"}
YES_NO: dict[Any, str] = {True: "oui", False: "non"}
PAID_TO: dict[Any, str] = {True: "versée au bailleur", False: "versée au locataire"}


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


METHODS: dict[str, Callable[["DiagnosisContent"], dict[str, Any]]] = {}
"""Code of a section → what it says."""


def describes_section(code: str) -> Callable[[Any], Any]:
    def add(method: Callable[["DiagnosisContent"], dict[str, Any]]) -> Callable[["DiagnosisContent"], dict[str, Any]]:
        METHODS[code] = method
        return method

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
    def holder(self) -> Any:
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
    def statement(self) -> Any:
        return latest_statement(self.case) if self.case.tenancy_id else None

    @cached_property
    def plan(self) -> Any:
        return current_plan(self.case)

    @cached_property
    def milestones(self) -> list[tuple[date, str, str]]:
        """Day, code and words of each dated fact."""
        edition = edition_in_force(Edition.Catalogue.DEADLINES, on=self.on, territory=self.case.territory)
        known = edition.parameters["milestones"] if edition else {}
        found = Milestone.objects.filter(case=self.case, replaced_by=None).order_by("happened_on", "pk")
        return [(each.happened_on, each.kind, known.get(each.kind, each.kind)) for each in found]

    @cached_property
    def attempts(self) -> list[ContactAttempt]:
        return list(self.case.contact_attempts.select_related("by", "structure"))

    @cached_property
    def letters_sent(self) -> list[Letter]:
        found = Letter.objects.filter(case=self.case, sent_on__isnull=False).select_related("structure")
        return list(found.order_by("sent_on", "pk"))

    @cached_property
    def appointments(self) -> list[Appointment]:
        """Those whose time has come."""
        return list(Appointment.objects.filter(case=self.case, starts_at__date__lte=self.on))

    def describe_columns(self, *names: str) -> list[Fact]:
        """Label and words of columns."""
        return [(label_of(name), words_of(self.diagnostic, name)) for name in names]

    def describe_known_columns(self, *names: str) -> list[Fact]:
        """Only those that are known: the others have no sense for everybody."""
        return [(label, value) for label, value in self.describe_columns(*names) if value]

    def written_texts(self, *names: str) -> list[Fact]:
        return self.describe_known_columns(*names)

    # The sections

    @describes_section("author")
    def author(self) -> dict[str, Any]:
        if not self.diagnostic.by_id:
            return {}
        by, structure = self.diagnostic.by, self.diagnostic.structure or self.case.responsible_structure
        return {
            "facts": [
                ("Établi par", by.get_full_name()),
                ("Service", structure.name),
                ("Téléphone", phone(by.phone or structure.phone)),
                ("Courriel", by.email),
                *self.describe_columns("met_on", "presence"),
                *([("Interprète", "oui")] if self.diagnostic.interpreter else []),
            ]
        }

    @describes_section("tenant")
    def tenant(self) -> dict[str, Any]:
        person, lease = self.holder, self.case.tenancy
        if person is None:
            return {}
        return {
            "facts": [
                ("Nom", polite_name(person)),
                ("Date de naissance", birth_date(person.birth_date)),
                ("Adresse", lease.one_line_address if lease else ""),
                ("Téléphone", phone(person.phone) if person.phone else ""),
                *([("Consignes de contact", ", ".join(asked))] if (asked := person.contact_instructions) else []),
                *([("Numéro allocataire", person.caf_number)] if person.caf_number else []),
                *([("Langue", person.language)] if person.language else []),
            ]
        }

    @describes_section("household")
    def household(self) -> dict[str, Any]:
        rows = [
            (person.full_name, position, birth_date(person.birth_date) or "non connue", _activity(line))
            for person, position, line in self.people
        ]
        return {
            "facts": [
                *self.describe_columns("family"),
                ("Personnes au foyer", str(self.setting.household_size)),
                *self.describe_columns("marital"),
                *self.describe_known_columns("children_elsewhere"),
            ],
            "table": SectionTable(columns=("Nom", "Place", "Naissance", "Activité"), rows=rows),
            "texts": self.written_texts("family_story"),
        }

    @describes_section("composition")
    def composition(self) -> dict[str, Any]:
        """How many, without naming the children: for who decides on the debt."""
        children = sum(position == HouseholdMember.Position.CHILD.label for _, position, _ in self.people)
        children = max(children, self.setting.household_facts.get("dependent_children") or 0)
        return {
            "facts": [
                *self.describe_columns("family"),
                ("Personnes au foyer", str(self.setting.household_size)),
                ("dont enfants à charge", str(children) if children else "aucun connu"),
                *self.describe_known_columns("children_elsewhere"),
            ]
        }

    @describes_section("summary")
    def summary(self) -> dict[str, Any]:
        """What decides, in six lines."""
        said, found = self.diagnostic, self.statement
        asked = [words for name, words in ASKS.items() if getattr(said, name) == "yes"]
        if said.asks_delay == "yes" and said.delay_months:
            asked[0] += f" ({said.delay_months} mois)"
        since = f", depuis {birth_date(said.resumed_since)}" if said.resumed_since else ""
        return {
            "facts": [
                ("Dette de loyer", f"{euros(found.balance)} au {short_date(found.as_of)}" if found else ""),
                ("Loyer courant repris", f"{said.get_rent_resumed_display()}{since}" if said.rent_resumed else ""),
                ("Cause principale", said.get_cause_display()),
                ("Ressources du foyer", euros(said.resources)),
                ("Reste pour vivre", euros(self.budget.left_to_live)),
                (
                    "Remboursement possible",
                    f"{euros(said.repayment_capacity)} par mois" if said.repayment_capacity else "",
                ),
                ("Demandes", ", ".join(asked)),
            ]
        }

    @describes_section("support")
    def support(self) -> dict[str, Any]:
        protected = YES_NO.get(self.setting.household_facts.get("legal_protection"), "")
        return {
            "facts": [
                *self.describe_columns("lawyer"),
                ("Mesure de protection ou budgétaire ordonnée par un juge", protected),
            ],
            "texts": self.written_texts("social_support"),
        }

    @describes_section("lease")
    def lease(self) -> dict[str, Any]:
        lease, cost = self.case.tenancy, self.housing_cost
        if lease is None:
            return {}
        aid = PAID_TO.get(lease.direct_payment, "")
        kind = "aucune" if lease.aid_kind == AidKind.NONE else lease.get_aid_kind_display()
        reduction = cost["rent_reduction"]
        return {
            "facts": [
                ("Bailleur", lease.landlord_name or lease.landlord.name),
                ("Parc", lease.get_housing_display()),
                ("Bail conclu ou renouvelé le", long_date(lease.lease_date)),
                ("Loyer hors charges", euros(cost["rent"])),
                ("Charges", euros(cost["charges"])),
                *([("Réduction de loyer de solidarité", euros(reduction))] if reduction else []),
                ("Aide au logement", ", ".join(filter(None, [kind, euros(cost["aid"]), aid]))),
            ]
        }

    @describes_section("housing")
    def housing(self) -> dict[str, Any]:
        names = ("rooms", "surface", "condition", "overcrowded", "non_decent", "energy", "insured")
        return {"facts": self.describe_columns(*names), "texts": self.written_texts("housing_story")}

    @describes_section("causes")
    def causes(self) -> dict[str, Any]:
        return {
            "facts": [*self.describe_columns("cause", "other_causes", "difficulties_since")],
            "texts": self.written_texts("causes_story"),
        }

    @describes_section("debt")
    def debt(self) -> dict[str, Any]:
        found, plan = self.statement, self.plan
        facts = [("Dette", f"{euros(found.balance)} au {short_date(found.as_of)}" if found else "")]
        if found:
            months = (
                f"{found.months_unpaid:f}".rstrip("0").rstrip(".").replace(".", ",") if found.months_unpaid else ""
            )
            facts.append(("Mois impayés", months))
            if found.first_unpaid_on:
                facts.append(("Premier impayé", long_date(found.first_unpaid_on)))
            if found.last_paid_on:
                paid = f"{euros(found.last_paid)} le {short_date(found.last_paid_on)}".strip()
                facts.append(("Dernier règlement connu", paid))
        if plan:
            monthly = f"{euros(plan.monthly)} par mois à partir du {short_date(plan.first_due_on)}"
            facts.append(("Plan d’apurement", f"{plan.get_state_display()} : {monthly}"))
        return {"facts": facts}

    @describes_section("breakdown")
    def breakdown(self) -> dict[str, Any]:
        names = ("rent_part", "charges_part", "costs_part", "disputed_part")
        read_on = self.diagnostic.lawyer_read_on
        read = f"relu par l’ADIL ou un juriste le {long_date(read_on)}" if read_on else "à faire relire par l’ADIL"
        return {
            "facts": [
                *self.describe_columns("counted_on"),
                ("Total du décompte", euros(self.breakdown_total)),
                *self.describe_columns(*names),
                ("Avis juridique", read),
            ],
            "texts": self.written_texts("breakdown_story"),
        }

    @describes_section("resources")
    def resources(self) -> dict[str, Any]:
        rows = [
            (
                capfirst(line.get_kind_display()),
                line.person.full_name if line.person else "ménage",
                euros(line.amount),
            )
            for line in self.setting.lines("resource_lines")
        ]
        total = euros(self.diagnostic.resources)
        if not rows:
            return {"facts": [("Total des ressources, sans l’aide au logement", total)]}
        return {
            "table": SectionTable(
                columns=("Nature", "De qui", "Par mois"),
                rows=rows,
                total=("Total, sans l’aide au logement", "", total),
                sums=1,
            )
        }

    @describes_section("expenses")
    def expenses(self) -> dict[str, Any]:
        rows = [
            (capfirst(line.get_kind_display()), euros(line.amount)) for line in self.setting.lines("expense_lines")
        ]
        total = euros(self.diagnostic.expenses)
        if not rows:
            return {"facts": [("Total des charges, hors loyer et dettes", total)]}
        return {
            "table": SectionTable(
                columns=("Nature", "Par mois"), rows=rows, total=("Total, hors loyer et dettes", total), sums=1
            )
        }

    @describes_section("debts")
    def debts(self) -> dict[str, Any]:
        rows = [
            (line.creditor, euros(line.amount), euros(line.monthly) or "non connu")
            for line in self.setting.lines("debt_lines")
        ]
        total = self.diagnostic.other_debts
        if not rows:
            return {"facts": [("Autres dettes", "aucune" if total == 0 else euros(total))]}
        paid = euros(self.debt_payments)
        return {
            "table": SectionTable(
                columns=("Créancier", "Reste dû", "Payé par mois"),
                rows=rows,
                total=("Total", euros(total), paid),
                sums=2,
            )
        }

    @describes_section("budget")
    def figures(self) -> dict[str, Any]:
        facts = [(term, value) for term, value, _ in self.budget_lines]
        if self.budget.missing:
            facts.append(("Pour le calculer, il manque", ", ".join(self.budget.missing)))
        return {"facts": facts}

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

    @describes_section("means")
    def means(self) -> dict[str, Any]:
        return {
            "facts": [
                *self.describe_columns("rent_resumed"),
                *self.describe_known_columns("resumed_since"),
                *self.describe_columns("paid_monthly", "repayment_capacity"),
            ],
            "texts": self.written_texts("means_story"),
        }

    @describes_section("devices")
    def devices(self) -> dict[str, Any]:
        rows = [
            (capfirst(each.get_kind_display()), each.get_state_display(), _describe_device_dates(each))
            for each in self.setting.lines("devices")
        ]
        if not rows:
            return {"facts": [("Démarches", "aucune engagée" if self.diagnostic.nothing_asked else "")]}
        return {"table": SectionTable(columns=("Démarche", "État", "Dates"), rows=rows)}

    @describes_section("rehousing")
    def rehousing(self) -> dict[str, Any]:
        facts = [
            *self.describe_columns("wish", "dalo"),
            *self.describe_known_columns("dalo_on", "housing_number", "housing_asked_on"),
        ]
        return {"facts": facts, "texts": self.written_texts("rehousing_story")}

    @describes_section("procedure")
    def procedure(self) -> dict[str, Any]:
        rows = [(long_date(on), said) for on, _, said in self.milestones]
        if not rows:
            return {"facts": [("Actes de procédure", "aucun connu")]}
        return {"table": SectionTable(columns=("Date", "Acte ou fait"), rows=rows)}

    @describes_section("judge")
    def judge(self) -> dict[str, Any]:
        facts = [
            *self.describe_columns("asks_delay"),
            *self.describe_known_columns("delay_months", "delay_monthly"),
            *self.describe_columns("asks_to_stay", "will_attend"),
        ]
        return {"facts": facts, "texts": self.written_texts("asks_story")}

    @describes_section("ccapex")
    def ccapex(self) -> dict[str, Any]:
        return {"facts": self.describe_columns("ccapex_on"), "texts": self.written_texts("ccapex_says")}

    @describes_section("transmission")
    def transmission(self) -> dict[str, Any]:
        return {"facts": self.describe_columns("transmission_told_on")}

    @describes_section("parties")
    def parties(self) -> dict[str, Any]:
        said = [
            (label, text or "aucune observation recueillie")
            for label, text in self.describe_columns("tenant_says", "landlord_says")
        ]
        return {"texts": said}

    @describes_section("analysis")
    def analysis(self) -> dict[str, Any]:
        return {"texts": self.written_texts("author_says", "advice")}

    @describes_section("attempts")
    def contact(self) -> dict[str, Any]:
        rows = [
            (
                long_date(each.made_on),
                capfirst(each.get_channel_display()),
                each.get_result_display(),
                f"{each.by.get_full_name()}, {each.structure.name}",
            )
            for each in self.attempts
        ]
        if not rows:
            return {"facts": [("Tentatives", "aucune enregistrée")]}
        return {"table": SectionTable(columns=("Date", "Moyen", "Résultat", "Par"), rows=rows)}

    @describes_section("letters")
    def letters(self) -> dict[str, Any]:
        rows = [(long_date(each.sent_on), each.title, each.get_sent_by_display()) for each in self.letters_sent]
        if not rows:
            return {"facts": [("Courriers", "aucun envoi enregistré")]}
        return {"table": SectionTable(columns=("Date", "Courrier", "Moyen"), rows=rows)}

    @describes_section("appointments")
    def meetings(self) -> dict[str, Any]:
        rows = [
            (_format_moment(each.starts_at), each.get_place_display(), each.get_state_display())
            for each in self.appointments
        ]
        if not rows:
            return {"facts": [("Rendez-vous", "aucun enregistré")]}
        return {"table": SectionTable(columns=("Date", "Lieu", "Résultat"), rows=rows)}


def label_of(name: str) -> str:
    return capfirst(str(column_of(name).verbose_name))


def words_of(said: Any, name: str) -> str:
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


def _activity(line: Any) -> str:
    if line is None or not line.activity:
        return ""
    return line.get_activity_display() + (f" depuis {birth_date(line.since)}" if line.since else "")


def _describe_device_dates(device: Any) -> str:
    said: Iterable[tuple[str, str]] = (("demandée", device.asked_on), ("décidée", device.decided_on))
    return ", ".join(f"{word} : {birth_date(on)}" for word, on in said if on)


def _format_moment(moment: datetime) -> str:
    local = localtime(moment)
    return f"{long_date(local)}, {local.hour}{NO_BREAK}h{NO_BREAK}{local:%M}"
