"""The first editions of what the procedures rest on, of each territory: never over what a pilot has changed.

They are loaded after migrate, and when a territory is added. Each loader adds what is missing and touches nothing that
exists, so that it can run again at any time.
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from cases.models import DeadlineRule, Edition, LandlordProfile, Organisation, Structure, Territory
from cases.rules.catalogue_reading import read_catalogue, read_reference
from cases.rules.editions import DEADLINE_WORDS, complete_parameters
from cases.rules.letters import read_letters
from cases.rules.line_letters import PARTS as LINE_LETTER_PARTS, read_line_letters
from cases.rules.overpayments import TABLES, read_overpayments
from cases.rules.plans import read_limits
from cases.rules.reading import read_toml
from cases.rules.remedies import read_matrix
from cases.rules.sheets import read_sheets
from cases.rules.withholding import read_scales

FOLDER = Path(__file__).parent / "reference"


Reader = Callable[[Mapping[str, Any]], object]
FIRST_EDITIONS: tuple[tuple[str, Reader, tuple[str, ...]], ...] = (
    ("letters", read_letters, ("letters", "papers")),
    ("sheets", read_sheets, ("sheets",)),
    ("plans", read_limits, ("limits", "protocol", "default_plan")),
    ("remedies", lambda data: read_matrix(data, letters=_line_letters()), ("rows",)),
    ("overpayments", read_overpayments, TABLES),
    ("withholding", read_scales, ("household", "housing", "fraud", "revision", "observed", "scales")),
    ("letters_overpayments", read_line_letters, LINE_LETTER_PARTS),
)
"""File, what reads it, and what of it an edition keeps."""


Publisher = Callable[[str], object]
PUBLISHERS: list[Publisher] = []
"""What publishes the first editions of a territory, in order: routing and reminders add theirs (`register_publisher`)."""


def register_publisher(publisher: Publisher) -> Publisher:
    """What the first editions of later packages are published by, after those that they rest on."""
    if publisher not in PUBLISHERS:
        PUBLISHERS.append(publisher)
    return publisher


@transaction.atomic
def load() -> None:
    """All or nothing: the structures that the product comes with, and the first editions of every territory."""
    _load_structures(read_toml(FOLDER / "structures.toml"))
    for territory in Territory.objects.in_service().order_by("pk"):
        publish_first_editions(territory.code)


@transaction.atomic
def publish_first_editions(territory: str) -> None:
    """The catalogues of the product’s files, as a territory’s own: its pilots change them, and no one else’s follow."""
    for publisher in PUBLISHERS:
        publisher(territory)


@register_publisher
def publish_catalogues(territory: str) -> None:
    """Letters, sheets, limits of plans, what overpayments rest on, then the deadline rules."""
    for name, read, parts in FIRST_EDITIONS:
        data = read_toml(FOLDER / f"{name}.toml")
        read(data)  # refuses a faulty file before anything is written
        publish_first_edition(data["edition"], territory=territory, parameters={part: data[part] for part in parts})
    _load_deadlines(read_reference(FOLDER), territory)


def _line_letters() -> Collection[str]:
    return read_line_letters(read_toml(FOLDER / "letters_overpayments.toml")).letters


def _load_structures(data: dict[str, Any]) -> None:
    head = data["territory"]
    territory, _ = Territory.objects.get_or_create(code=head["code"], defaults=head)
    known = set(Structure.objects.values_list("code", flat=True))
    for body in data["organisations"]:
        if body.get("invented") and settings.PRODUCTION:
            continue
        organisation, _ = Organisation.objects.get_or_create(code=body["code"], defaults={"name": body["name"]})
        for row in body["structures"]:
            if row["code"] in known:
                continue
            structure = Structure.objects.create(
                organisation=organisation,
                code=row["code"],
                kind=row["kind"],
                name=row["name"],
                territory=territory.code,
            )
            if "landlord" in row:
                LandlordProfile.objects.create(structure=structure, **row["landlord"])


def _load_deadlines(data: dict[str, Any], territory: str) -> None:
    read_catalogue(data)  # refuses a faulty file before anything is written
    parameters = {name: data[name] for name in (*DEADLINE_WORDS, "themes")}
    edition = publish_first_edition(data["edition"], territory=territory, parameters=parameters)
    if edition:
        DeadlineRule.objects.bulk_create(DeadlineRule(edition=edition, **row) for row in data["rules"])
    else:
        _complete_deadlines(data, territory)


def _complete_deadlines(data: dict[str, Any], territory: str) -> None:
    """A procedure that a release brings joins the first edition, as long as no pilot has one of his own.

    A draft is his already: it copies the first one, and would lose what joined it meanwhile. One that was given up,
    or withdrawn before its day, never counted. His next draft is offered what the release brings (`actions.editions`).
    """
    own = Edition.objects.filter(catalogue=data["edition"]["catalogue"], territory=territory)
    kept = own.exclude(state=Edition.State.WITHDRAWN)
    editions = list(kept[:2])
    parameters, rows = complete_parameters(editions[0].parameters, data)
    if len(editions) > 1 or editions[0].changed_by_id or not rows:
        return
    editions[0].parameters = parameters
    editions[0].save(update_fields=["parameters"])
    DeadlineRule.objects.bulk_create(DeadlineRule(edition=editions[0], **row) for row in rows)


def publish_first_edition(head: dict[str, Any], *, territory: str, parameters: dict[str, Any]) -> Edition | None:
    """The published first edition of a catalogue in a territory; None when it already has one."""
    if Edition.objects.filter(catalogue=head["catalogue"], territory=territory).exists():
        return None
    return Edition.objects.create(
        catalogue=head["catalogue"],
        territory=territory,
        number=head["number"],
        state=Edition.State.PUBLISHED,
        effective_on=head["effective_on"],
        note=head.get("note", ""),
        parameters=parameters,
    )
