"""The first editions of what the procedures rest on, of each territory: never over what a pilot has changed.

They are loaded after migrate, and when a territory is added. Each loader adds what is missing and touches nothing that
exists, so that it can run again at any time. An installation may have files of its own in place of the product’s
(`REFERENCE_FOLDER`), its structures at least.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DataError, transaction

from cases.actions.reference_files import find_file, own_file
from cases.models import DeadlineRule, Edition, LandlordProfile, Organisation, SharingBasis, Structure, Territory
from cases.rules.catalogue_reading import read_catalogue, read_reference
from cases.rules.editions import DEADLINE_WORDS
from cases.rules.letters import read_letters
from cases.rules.line_letters import PARTS as LINE_LETTER_PARTS, read_line_letters
from cases.rules.overpayments import TABLES, read_overpayments
from cases.rules.plans import read_limits
from cases.rules.reading import FaultyRules, read_toml, refuse_faults
from cases.rules.release_corrections import complete_parameters
from cases.rules.remedies import read_matrix
from cases.rules.rent_checks import PARTS as RENT_CHECK_PARTS, read_rent_checks
from cases.rules.sheets import read_sheets
from cases.rules.tenant_letters import PARTS as TENANT_LETTER_PARTS, read_tenant_letters
from cases.rules.withholding import read_scales
from cases.structure_reading import find_structure_faults

FOLDER = Path(__file__).parent / "reference"
STRUCTURES = "structures.toml"
BEFORE_ALL = date(2000, 1, 1)
"""Since when a sender of the reference files has its ground: what it sent of former years, too, rested on one."""


Reader = Callable[[Mapping[str, Any]], object]
FIRST_EDITIONS: tuple[tuple[str, Reader, tuple[str, ...]], ...] = (
    ("letters", read_letters, ("letters", "papers")),
    ("sheets", read_sheets, ("sheets",)),
    ("plans", read_limits, ("limits", "protocol", "default_plan")),
    ("remedies", lambda data: read_matrix(data, letters=_line_letters()), ("rows",)),
    ("overpayments", read_overpayments, TABLES),
    ("withholding", read_scales, ("household", "housing", "fraud", "revision", "observed", "scales")),
    ("letters_overpayments", read_line_letters, LINE_LETTER_PARTS),
    ("letters_tenant", read_tenant_letters, TENANT_LETTER_PARTS),
    ("rent_checks", read_rent_checks, RENT_CHECK_PARTS),
)
"""File, what reads it, and what of it an edition keeps."""


Publisher = Callable[[str], object]
PUBLISHERS: dict[Publisher, tuple[str, ...]] = {}
"""What publishes the first editions of a territory, in order, and the files that it reads: routing and reminders add theirs
(`register_publisher`)."""


def register_publisher(*files: str) -> Callable[[Publisher], Publisher]:
    """What the first editions of later packages are published by, after those that they rest on."""

    def register(publisher: Publisher) -> Publisher:
        PUBLISHERS.setdefault(publisher, files)
        return publisher

    return register


@transaction.atomic
def load() -> None:
    """All or nothing: the structures that the installation begins with, and the first editions of every territory.

    Refuses (`FaultyRules`) a folder of the installation that cannot be read whole.
    """
    _refuse_folder()
    with open_reference(FOLDER / STRUCTURES, parts=("territory", "organisations")) as data:
        refuse_faults(find_structure_faults(data))
        _refuse_other_territory(data["territory"]["code"])
        _load_structures(data)
    for territory in Territory.objects.in_service().order_by("pk"):
        publish_first_editions(territory.code)


@contextmanager
def open_reference(packaged: Path, *, parts: Iterable[str] = ("edition",)) -> Iterator[dict[str, Any]]:
    """What a file says: the installation’s own, else the product’s. A fault of its own, found here or while it is used, is
    told with its name (`FaultyRules`)."""
    own = own_file(packaged)
    with _telling_faults(own):
        data = read_toml(own or packaged)
        refuse_faults(f"il manque « {part} »." for part in parts if part not in data)
        if own and "edition" in data:
            _refuse_edition(data["edition"], like=packaged)
        yield data


@contextmanager
def _telling_faults(own: Path | None) -> Iterator[None]:
    """Those of a file that no test of ours has read, which may be of any shape."""
    if own is None:
        yield
        return
    try:
        yield
    except FaultyRules as error:
        raise FaultyRules(f"{own.name} : {fault}" for fault in error.faults) from error
    except (AttributeError, DataError, LookupError, TypeError, ValueError) as error:
        raise FaultyRules([f"{own.name} : une valeur n’a pas la forme attendue ({error})."]) from error


def _refuse_folder() -> None:
    """One that is not there, that says no structures, or holds what nothing would read."""
    if not settings.REFERENCE_FOLDER:
        return
    folder = Path(settings.REFERENCE_FOLDER)
    if not (folder / STRUCTURES).is_file():
        raise FaultyRules([f"REFERENCE_FOLDER : il n’y a pas de {STRUCTURES} dans {folder}."])
    known = {STRUCTURES, *(file for files in PUBLISHERS.values() for file in files)}
    refuse_faults(
        f"{path.name} n’est pas un fichier de référence : le retirer, ou le nommer comme l’un de {', '.join(sorted(known))}."
        for path in sorted(folder.glob("*.toml"))
        if path.name not in known
    )


def _refuse_edition(head: Mapping[str, object], *, like: Path) -> None:
    wanted = read_toml(like)["edition"]
    refuse_faults(
        f"edition.{name} manque, ou n’a pas la forme attendue ({wanted[name]})."
        for name in ("catalogue", "number", "effective_on")
        if type(head.get(name)) is not type(wanted[name])
    )
    if head["catalogue"] != wanted["catalogue"]:
        raise FaultyRules([f"edition.catalogue est « {head['catalogue']} » au lieu de « {wanted['catalogue']} »."])


def _refuse_other_territory(code: str) -> None:
    """The structures of another city than the one that this database began with."""
    first = Territory.objects.order_by("pk").first()
    if first and first.code != code:
        fault = f"le territoire est « {code} », cette base a commencé par « {first.code} »"
        raise FaultyRules([f"{fault} : remettre REFERENCE_FOLDER comme il était."])


def packaged_structures() -> list[dict[str, Any]]:
    """Those that the product’s own rules may name."""
    return [row for body in read_toml(FOLDER / STRUCTURES)["organisations"] for row in body["structures"]]


@transaction.atomic
def publish_first_editions(territory: str) -> None:
    """The catalogues of the files, as a territory’s own: its pilots change them, and no one else’s follow."""
    for publisher in PUBLISHERS:
        publisher(territory)


@register_publisher(
    *(f"{name}.toml" for name, _, _ in FIRST_EDITIONS), *sorted(path.name for path in FOLDER.glob("deadlines*.toml"))
)
def publish_catalogues(territory: str) -> None:
    """Letters, sheets, limits of plans, what overpayments rest on, then the deadline rules."""
    for name, read, parts in FIRST_EDITIONS:
        with open_reference(FOLDER / f"{name}.toml", parts=("edition", *parts)) as data:
            read(data)  # refuses a faulty file before anything is written
            publish_first_edition(
                data["edition"], territory=territory, parameters={part: data[part] for part in parts}
            )
    with _telling_faults(own_file(FOLDER / "deadlines.toml")):
        _load_deadlines(read_reference(FOLDER, find=find_file), territory)


def _line_letters() -> Collection[str]:
    with open_reference(FOLDER / "letters_overpayments.toml") as data:
        return read_line_letters(data).letters


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
            if "basis" in row and not settings.PRODUCTION:  # there, somebody says it
                SharingBasis.objects.create(structure=structure, since=BEFORE_ALL, **row["basis"])
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
