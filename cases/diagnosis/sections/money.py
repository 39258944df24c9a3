"""What the household lives on, what it owes, and what it can pay."""

from django.utils.text import capfirst

from cases.diagnosis.sections.content import DiagnosisContent, Fact, Said, as_table, describes_section, only_known
from cases.models.tenancy import AidKind
from cases.templatetags.relais import birth_date, euros, long_date, short_date

ASKS = {"asks_delay": "délais de paiement", "asks_to_stay": "maintien dans les lieux"}
PAID_TO: dict[bool | None, str] = {True: "versée au bailleur", False: "versée au locataire"}


@describes_section("summary")
def describe_summary(said: DiagnosisContent) -> Said:
    """What decides, in six lines."""
    found, statement = said.diagnostic, said.statement
    asked = [words for name, words in ASKS.items() if getattr(found, name) == "yes"]
    if found.asks_delay == "yes" and found.delay_months:
        asked[0] += f" ({found.delay_months} mois)"
    since = f", depuis {birth_date(found.resumed_since)}" if found.resumed_since else ""
    capacity = found.repayment_capacity
    return {
        "facts": [
            ("Dette de loyer", f"{euros(statement.balance)} au {short_date(statement.as_of)}" if statement else ""),
            ("Loyer courant repris", f"{found.get_rent_resumed_display()}{since}" if found.rent_resumed else ""),
            ("Cause principale", found.get_cause_display()),
            ("Ressources du foyer", euros(found.resources)),
            ("Reste pour vivre", euros(said.budget.left_to_live)),
            ("Remboursement possible", f"{euros(capacity)} par mois" if capacity else ""),
            ("Demandes", ", ".join(asked)),
        ]
    }


@describes_section("lease")
def describe_lease(said: DiagnosisContent) -> Said:
    lease, cost = said.case.tenancy, said.housing_cost
    if lease is None:
        return {}
    aid = PAID_TO.get(lease.direct_payment, "")
    kind = "aucune" if lease.aid_kind == AidKind.NONE else lease.get_aid_kind_display()
    reduction = cost["rent_reduction"]
    return {
        "facts": [
            ("Bailleur", lease.known_landlord),
            ("Parc", lease.get_housing_display()),
            ("Bail conclu ou renouvelé le", long_date(lease.lease_date)),
            ("Loyer hors charges", euros(cost["rent"])),
            ("Charges", euros(cost["charges"])),
            *only_known(("Réduction de loyer de solidarité", euros(reduction) if reduction else "")),
            ("Aide au logement", ", ".join(filter(None, [kind, euros(cost["aid"]), aid]))),
        ]
    }


@describes_section("debt")
def describe_debt(said: DiagnosisContent) -> Said:
    found, plan = said.statement, said.plan
    facts: list[Fact] = [("Dette", "")]
    if found:
        months = f"{found.months_unpaid:f}".rstrip("0").rstrip(".").replace(".", ",") if found.months_unpaid else ""
        paid = f"{euros(found.last_paid)} le {short_date(found.last_paid_on)}" if found.last_paid_on else ""
        facts = [
            ("Dette", f"{euros(found.balance)} au {short_date(found.as_of)}"),
            ("Mois impayés", months),
            *only_known(
                ("Premier impayé", long_date(found.first_unpaid_on)), ("Dernier règlement connu", paid.strip())
            ),
        ]
    if plan:
        monthly = f"{euros(plan.monthly)} par mois à partir du {short_date(plan.first_due_on)}"
        facts.append(("Plan d’apurement", f"{plan.get_state_display()} : {monthly}"))
    return {"facts": facts}


@describes_section("breakdown")
def describe_breakdown(said: DiagnosisContent) -> Said:
    read_on = said.diagnostic.lawyer_read_on
    read = f"relu par l’ADIL ou un juriste le {long_date(read_on)}" if read_on else "à faire relire par l’ADIL"
    return {
        "facts": [
            *said.describe_columns("counted_on"),
            ("Total du décompte", euros(said.breakdown_total)),
            *said.describe_columns("rent_part", "charges_part", "costs_part", "disputed_part"),
            ("Avis juridique", read),
        ],
        "texts": said.describe_known_columns("breakdown_story"),
    }


@describes_section("resources")
def describe_resources(said: DiagnosisContent) -> Said:
    rows = [
        (capfirst(line.get_kind_display()), line.person.full_name if line.person else "ménage", euros(line.amount))
        for line in said.setting.lines("resource_lines")
    ]
    total = euros(said.diagnostic.resources)
    return as_table(
        ("Nature", "De qui", "Par mois"),
        rows,
        total=("Total, sans l’aide au logement", "", total),
        sums=1,
        if_none=("Total des ressources, sans l’aide au logement", total),
    )


@describes_section("expenses")
def describe_expenses(said: DiagnosisContent) -> Said:
    rows = [(capfirst(line.get_kind_display()), euros(line.amount)) for line in said.setting.lines("expense_lines")]
    total = euros(said.diagnostic.expenses)
    return as_table(
        ("Nature", "Par mois"),
        rows,
        total=("Total, hors loyer et dettes", total),
        sums=1,
        if_none=("Total des charges, hors loyer et dettes", total),
    )


@describes_section("debts")
def describe_debts(said: DiagnosisContent) -> Said:
    rows = [
        (line.creditor, euros(line.amount), euros(line.monthly) or "non connu")
        for line in said.setting.lines("debt_lines")
    ]
    total = said.diagnostic.other_debts
    return as_table(
        ("Créancier", "Reste dû", "Payé par mois"),
        rows,
        total=("Total", euros(total), euros(said.debt_payments)),
        sums=2,
        if_none=("Autres dettes", "aucune" if total == 0 else euros(total)),
    )


@describes_section("budget")
def describe_budget(said: DiagnosisContent) -> Said:
    facts = [(term, value) for term, value, _ in said.budget_lines]
    return {"facts": [*facts, *only_known(("Pour le calculer, il manque", ", ".join(said.budget.missing)))]}


@describes_section("means")
def describe_means(said: DiagnosisContent) -> Said:
    return {
        "facts": [
            *said.describe_columns("rent_resumed"),
            *said.describe_known_columns("resumed_since"),
            *said.describe_columns("paid_monthly", "repayment_capacity"),
        ],
        "texts": said.describe_known_columns("means_story"),
    }
