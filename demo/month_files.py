"""Files of the month, deposited, checked and imported as their senders do: lots, comparisons, lines in error.

Bailleur A sends three months; the CAF’s list completes each. Rent manager B’s first file is an initial stock that goes
to the services in weekly portions; his new file is checked and waits for him.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.core.files.base import ContentFile

from cases.calendar import working_day_on_or_before
from cases.models import Beneficiary, Case, Tenancy
from cases.queries import expected_balance
from demo import names
from demo.cast import Cast
from demo.life import Story, moment, office, open_task, working_days
from demo.ordinary import Home, file_day, follow
from workflows.actions.stock import set_pace
from workflows.imports import jobs
from workflows.imports.mappings import mapping_for
from workflows.imports.run import read_job, run_waiting
from workflows.models import HELD, ImportJob

SEED = 2026
MONTHS = 3
"""Of bailleur A: his tenants come in one of them, and stay in the next ones."""
COMING = (6, 3, 6)
"""How many new tenants each of his files brings."""
STOCK = 10
"""Households of the initial stock of rent manager B."""
FIRST_OF_STOCK = 50
"""Numbers of tenants below are bailleur A’s."""
PER_WEEK = 3
"""What the CAF’s service takes of a stock, and the desk of those that have to be qualified."""


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """What a sender knows of a tenant."""

    number: int
    person: Beneficiary
    home: names.Address
    rent: Decimal
    charges: Decimal
    aid: Decimal
    months: Decimal
    children: int
    since: int
    """The first of the files that names the household."""

    @property
    def is_of_the_stock(self) -> bool:
        return self.number >= FIRST_OF_STOCK

    @property
    def reference(self) -> str:
        return f"G2-{900 + self.number}" if self.is_of_the_stock else f"L{2000 + self.number}"

    @property
    def is_on_rsa(self) -> bool:
        return self.number % 4 == 0

    @property
    def aid_kind(self) -> str:
        if not self.aid:
            return "AUCUNE"
        return "ALF" if self.is_of_the_stock else "APL"

    @property
    def net_due(self) -> Decimal:
        return self.rent + self.charges - self.aid


def stories(cast: Cast, today: date) -> Iterator[Story]:
    dice = Random(SEED)  # noqa: S311
    months = [
        _tenant(dice, number=number, since=month, year=today.year)
        for month in range(MONTHS)
        for number in _numbers(month)
    ]
    for month in range(MONTHS):
        yield _month(cast, [tenant for tenant in months if tenant.since <= month], month=month, today=today)
    stock = [
        _tenant(dice, number=number, since=0, year=today.year)
        for number in range(FIRST_OF_STOCK, FIRST_OF_STOCK + STOCK)
    ]
    yield _stock(cast, stock, today=today)
    yield _to_import(cast, stock, today=today)
    for tenant in months:
        yield _life(cast, Random(dice.random()), tenant, on=_day(tenant.since, today))  # noqa: S311
    for tenant in stock:
        yield _life(cast, Random(dice.random()), tenant, on=today - timedelta(days=15))  # noqa: S311


def _numbers(month: int) -> range:
    first = sum(COMING[:month])
    return range(first, first + COMING[month])


def _day(month: int, today: date) -> date:
    return file_day("bailleur-a", months_ago=MONTHS - 1 - month, today=today)


def _tenant(dice: Random, *, number: int, since: int, year: int) -> Tenant:
    is_stock = number >= FIRST_OF_STOCK
    children = dice.choice((0, 1, 2, 2, 3))
    return Tenant(
        number=number,
        person=names.person(dice, number=5000 + number, age=dice.randint(26, 55), year=year),
        home=names.address(dice, in_grigny_2=is_stock),
        rent=Decimal(dice.randint(36000, 69000)) / 100,
        charges=Decimal(dice.randint(8000, 17000)) / 100,
        aid=Decimal(dice.randint(9000, 26000)) / 100 if children else Decimal(0),
        months=Decimal(dice.choice((11, 12, 14, 16, 20, 26))) / 10,
        children=children,
        since=since,
    )


# The files


def _month(cast: Cast, tenants: list[Tenant], *, month: int, today: date) -> Story:
    """Those who owe, a few lines in error, one tenant who has paid since, one who is gone from the file."""
    at = yield office(_day(month, today), hour=9, minute=20)
    on = at.date()
    lines = [_line(tenant, balance=_balance(tenant, on=on)) for tenant in tenants]
    if month == MONTHS - 1:
        lines[0]["Solde débiteur"] = "0,00"
        del lines[1]
        lines += _in_error(tenants)
    name = f"impayes_{on:%Y-%m}.csv"
    job = _deposit(cast, sender="bailleur-a", by="Sorel", name=name, lines=lines, on=on, at=at)
    jobs.ask_import(job, at=at)
    run_waiting(at=at)
    at = yield office(on, hour=11)
    _complete(cast, tenants, on=on, at=at)


def _stock(cast: Cast, tenants: list[Tenant], *, today: date) -> Story:
    """A first file: debts of all ages, in portions."""
    at = yield office(today - timedelta(days=15), hour=10, minute=15)
    for code in ("caf-91", "caf-91-pilotage"):
        set_pace(structure=cast.structures[code], per_week=PER_WEEK, by=cast.people["Ferrand"], at=at)
    on = at.date()
    lines = [_lot_line(tenant, balance=round(tenant.net_due * tenant.months, 2)) for tenant in tenants]
    job = _deposit(
        cast, sender="gestionnaire-b", by="Urbain", name=f"relances_{on:%Y-%m}.csv", lines=lines, on=on, at=at
    )
    jobs.ask_import(job, at=at)
    run_waiting(at=at)
    at = yield office(on, hour=11, minute=30)
    _complete(cast, tenants, on=on, at=at)


def _to_import(cast: Cast, tenants: list[Tenant], *, today: date) -> Story:
    """Deposited and checked this morning: he has still to read what it would do."""
    on = working_day_on_or_before(today)
    at = yield moment(on, time(7, 40))
    lines = [_lot_line(tenant, balance=round(tenant.net_due * (tenant.months + 1), 2)) for tenant in tenants[2:]]
    lines.append(_lot_line(replace(tenants[0], number=80), balance=Decimal(0)) | {"Solde": "voir courrier"})
    name = f"relances_{on:%Y-%m-%d}.csv"
    _deposit(cast, sender="gestionnaire-b", by="Urbain", name=name, lines=lines, on=on, at=at)


def _complete(cast: Cast, tenants: Iterable[Tenant], *, on: date, at: datetime) -> None:
    """The CAF’s list says what the landlord does not know, by which the table decides."""
    lines = [
        {
            "matricule": tenant.person.caf_number or "",
            "nom": tenant.person.usual_name.upper(),
            "prenom": tenant.person.first_names,
            "date_naissance": str(tenant.person.birth_date),
            "adresse": tenant.home.address.upper(),
            "code_postal": "91350",
            "commune": "GRIGNY",
            "type_aide": tenant.aid_kind,
            "nb_enfants": str(tenant.children),
            "prestations_familiales": "oui" if tenant.children else "non",
            "rsa": "oui" if tenant.is_on_rsa else "non",
        }
        for tenant in tenants
    ]
    name = f"caf_{on:%Y-%m-%d}.csv"
    job = _deposit(cast, sender="caf-91-pilotage", by="Ferrand", name=name, lines=lines, on=on, at=at)
    jobs.ask_import(job, at=at)
    run_waiting(at=at)


def _deposit(
    cast: Cast, *, sender: str, by: str, name: str, lines: list[dict[str, str]], on: date, at: datetime
) -> ImportJob:
    text = "\r\n".join(";".join(line) for line in ([*lines[0]], *(line.values() for line in lines)))
    job = jobs.deposit(
        structure=cast.structures[sender],
        by=cast.people[by],
        file=ContentFile(text.encode("cp1252")),
        name=name,
        at=at,
    )
    columns = mapping_for(job.structure, read_job(job).headings)
    jobs.ask_check(job, columns=columns, options={}, as_of=on)
    run_waiting(at=at)
    job.refresh_from_db()
    return job


# Their lines


def _line(tenant: Tenant, *, balance: Decimal) -> dict[str, str]:
    person = tenant.person
    return {
        "Réf. locataire": tenant.reference,
        "Civ.": person.get_title_display(),
        "Nom": person.usual_name.upper(),
        "Prénom": person.first_names,
        "Né(e) le": _french(person.birth_date),
        "Tél.": person.phone,
        "Résidence": tenant.home.residence,
        "Adresse": tenant.home.address,
        "Bât.": tenant.home.building,
        "Porte": tenant.home.door,
        "CP": "91350",
        "Commune": "GRIGNY",
        "Loyer HC": _amount(tenant.rent),
        "Charges": _amount(tenant.charges),
        "APL": _amount(tenant.aid),
        "Tiers payant": "O" if tenant.aid else "N",
        "Solde débiteur": _amount(balance),
        "N° alloc.": person.caf_number or "",
        "Nb enf.": str(tenant.children),
    }


def _lot_line(tenant: Tenant, *, balance: Decimal) -> dict[str, str]:
    person = tenant.person
    return {
        "N° dossier": tenant.reference,
        "Propriétaire": "Copropriétaire particulier",
        "Type bailleur": "Particulier",
        "Locataire": f"{person.usual_name.upper()} {person.first_names}",
        "Date de naissance": _french(person.birth_date),
        "Adresse": tenant.home.address,
        "CP": "91350",
        "Ville": "GRIGNY",
        "Loyer hors charges": _amount(tenant.rent),
        "Charges": _amount(tenant.charges),
        "Type aide": tenant.aid_kind,
        "Montant aide": _amount(tenant.aid),
        "Solde": _amount(balance),
    }


def _in_error(tenants: list[Tenant]) -> list[dict[str, str]]:
    """An amount in words, a day that does not exist, a line twice, and a debt below the threshold."""
    small = replace(tenants[2], number=40, person=_someone("Guichard", "Solange", "1966-02-11"))
    return [
        _line(replace(tenants[3], number=41, person=_someone("Doucouré", "Bakary", "1979-07-30")), balance=Decimal(0))
        | {"Solde débiteur": "voir dossier"},
        _line(replace(tenants[4], number=42, person=_someone("Ribeiro", "Rosa", "1988-10-02")), balance=Decimal(900))
        | {"Né(e) le": "31/02/1988"},
        _line(tenants[5], balance=Decimal(1000)),
        _line(small, balance=round(small.net_due * Decimal("0.4"), 2)),
    ]


def _someone(name: str, first: str, born: str) -> Beneficiary:
    return Beneficiary(title="mme", usual_name=name, first_names=first, birth_date=born)


def _balance(tenant: Tenant, *, on: date) -> Decimal:
    """What is known to be owed, a plan that runs being paid; nothing is known of who comes with this file."""
    lease = Tenancy.objects.filter(reference=tenant.reference).select_related("debt").first()
    known = expected_balance(lease.debt, on=on) if lease else None
    return round(tenant.net_due * tenant.months, 2) if known is None else max(known, Decimal(0))


def _amount(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def _french(day: date | str | None) -> str:
    return f"{date.fromisoformat(str(day)):%d/%m/%Y}"


# What follows


def _life(cast: Cast, dice: Random, tenant: Tenant, *, on: date) -> Story:
    """Once his file has come: the case goes on as any other, its balances said by the next files."""
    at = yield office(on, hour=14)
    case = Case.objects.filter(tenancy__reference=tenant.reference).select_related("tenancy").first()
    if case is None or case.tenancy is None:
        return
    facts = {
        "dependent_children": tenant.children,
        "family_benefits": tenant.children > 0,
        "rsa": tenant.is_on_rsa,
        "employed": not tenant.is_on_rsa,
        "followed_by": "none",
    }
    home = Home(tenancy=case.tenancy, facts=facts, balance=tenant.net_due * tenant.months, net_due=tenant.net_due)
    while (task := open_task(case)) and task.node == HELD:
        at = yield working_days(at, 1, hour=14)
    yield from follow(cast, dice, home, case, month=NO_OTHER, at=at)


NO_OTHER = date(9999, 1, 1)
"""The month after which the landlord’s balances are not known: his files say them all."""
