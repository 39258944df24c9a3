"""What is wrong in a file of structures, with which an installation begins: in words, every fault at once."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from cases.actions.notices import CREDITORS
from cases.models import LandlordProfile, Organisation, SharingBasis, Structure, StructureKind, Territory
from cases.models.structures import OTHER_LANDLORDS
from cases.rules.procedures import PROCEDURES
from cases.rules.reading import DataRow

COLUMNS = {"code", "kind", "name", "landlord", "basis"}
NEEDED = (StructureKind.CAF_PILOT, StructureKind.CITY)
"""What a territory that is added by pages has too."""


def find_structure_faults(data: Mapping[str, Any]) -> Iterator[str]:
    """Of the whole file: its territory, its bodies and their services, and what no procedure does without."""
    yield from _row_faults(Territory, data["territory"], where="territoire")
    services: list[DataRow] = []
    for body in data["organisations"]:
        where = f"organisation « {body.get('code', 'sans code')} »"
        said = {name: value for name, value in body.items() if name not in {"structures", "invented"}}
        yield from _row_faults(Organisation, said, where=where)
        if not body.get("structures"):
            yield f"{where} : elle n’a aucune structure."
        services += body.get("structures", [])
    for row in services:
        yield from _service_faults(row)
    bodies = (body.get("code") for body in data["organisations"])
    yield from _repeated("organisation", bodies)
    yield from _repeated("structure", (row.get("code") for row in services))
    yield from _repeated("structure", (row.get("name", "").casefold() or None for row in services))
    yield from _missing_services(data["organisations"], services)


def _service_faults(row: DataRow) -> Iterator[str]:
    where = f"structure « {row.get('code', 'sans code')} »"
    said = {name: value for name, value in row.items() if name not in {"landlord", "basis"}}
    yield from _row_faults(Structure, said, where=where, but=["organisation", "territory"], known=COLUMNS)
    if "landlord" in row:
        yield from _row_faults(LandlordProfile, row["landlord"], where=where, but=["structure"])
    if "basis" in row:
        yield from _row_faults(SharingBasis, row["basis"], where=where, but=["structure", "since"])


def _row_faults(
    model: type[models.Model],
    row: DataRow,
    *,
    where: str,
    but: Collection[str] = (),
    known: Collection[str] = (),
) -> Iterator[str]:
    """By the fields of what the row becomes."""
    fields = known or {field.name for field in model._meta.fields} - {"id", *but}  # noqa: SLF001 - Django’s documented API
    yield from (f"{where} : « {name} » n’est pas connu." for name in row if name not in fields)
    try:
        model(**{name: value for name, value in row.items() if name in fields}).clean_fields(exclude=but)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            yield f"{where} : {name}, {' '.join(messages)}"


def _repeated(what: str, values: Iterable[str | None]) -> Iterator[str]:
    counted = Counter(value for value in values if value)
    return (f"{what} « {value} » : elle figure deux fois." for value, count in counted.items() if count > 1)


def _missing_services(bodies: Iterable[DataRow], services: Collection[DataRow]) -> Iterator[str]:
    kinds = Counter(row.get("kind") for row in services)
    for kind in NEEDED:
        if not kinds[kind]:
            yield f"il faut une structure de nature « {kind} » ({kind.label}) : elle pilote une action."
    for kind in sorted({*CREDITORS.values(), *(StructureKind(each.pilot) for each in PROCEDURES.values())}):
        if kinds[kind] > 1:
            yield f"il faut une seule structure de nature « {kind} » ({kind.label}) : ce qui lui revient n’a qu’un destinataire."
    if not any(
        body.get("code") == OTHER_LANDLORDS
        and any(row.get("kind") == "landlord" for row in body.get("structures", []))
        for body in bodies
    ):
        yield (
            f"il faut une organisation « {OTHER_LANDLORDS} », avec une structure de nature « landlord » : elle tient lieu des"
            " bailleurs qui ne participent pas."
        )
