"""The dwelling, what happened, what was asked for, and where the procedure stands."""

from django.utils.text import capfirst

from cases.diagnosis.sections.content import DiagnosisContent, Said, as_table, describes_section, only_known
from cases.models import DiagnosticDevice
from cases.rules.tracks import load_tracks
from cases.templatetags.relais import birth_date, long_date


@describes_section("housing")
def describe_housing(said: DiagnosisContent) -> Said:
    names = ("rooms", "surface", "condition", "overcrowded", "non_decent", "energy", "insured")
    return {"facts": said.describe_columns(*names), "texts": said.describe_known_columns("housing_story")}


@describes_section("causes")
def describe_causes(said: DiagnosisContent) -> Said:
    facts = said.describe_columns("cause", "other_causes", "difficulties_since")
    return {"facts": facts, "texts": said.describe_known_columns("causes_story")}


@describes_section("devices")
def describe_devices(said: DiagnosisContent) -> Said:
    rows = [
        (capfirst(each.get_kind_display()), each.get_state_display(), _describe_device_dates(each))
        for each in said.setting.lines("devices")
    ]
    none = "aucune engagée" if said.diagnostic.nothing_asked else ""
    return as_table(("Démarche", "État", "Dates"), rows, if_none=("Démarches", none))


def _describe_device_dates(device: DiagnosticDevice) -> str:
    known = only_known(("demandée", device.asked_on), ("décidée", device.decided_on))
    return ", ".join(f"{word} : {birth_date(on)}" for word, on in known)


@describes_section("rehousing")
def describe_rehousing(said: DiagnosisContent) -> Said:
    facts = [
        *said.describe_columns("wish", "dalo"),
        *said.describe_known_columns("dalo_on", "housing_number", "housing_asked_on"),
    ]
    return {"facts": facts, "texts": said.describe_known_columns("rehousing_story")}


@describes_section("procedure")
def describe_procedure(said: DiagnosisContent) -> Said:
    rows = [(long_date(on), words) for on, _, words in said.milestones]
    return as_table(("Date", "Acte ou fait"), rows, if_none=("Actes de procédure", "aucun connu"))


@describes_section("eviction")
def describe_eviction(said: DiagnosisContent) -> Said:
    """The acts of the eviction that goes on, and none of the debt, of a plan or of an earlier procedure."""
    court = load_tracks().court
    since = court.last_end(said.dated_facts, on=said.on)
    rows = [
        (long_date(on), words) for on, kind, words in said.milestones if kind in court.urgent_facts and on >= since
    ]
    return as_table(("Date", "Acte"), rows, if_none=("Actes d’expulsion", "aucun connu"))


@describes_section("judge")
def describe_judge(said: DiagnosisContent) -> Said:
    facts = [
        *said.describe_columns("asks_delay"),
        *said.describe_known_columns("delay_months", "delay_monthly"),
        *said.describe_columns("asks_to_stay", "will_attend"),
    ]
    return {"facts": facts, "texts": said.describe_known_columns("asks_story")}


@describes_section("ccapex")
def describe_ccapex(said: DiagnosisContent) -> Said:
    return {"facts": said.describe_columns("ccapex_on"), "texts": said.describe_known_columns("ccapex_says")}


@describes_section("transmission")
def describe_transmission(said: DiagnosisContent) -> Said:
    return {"facts": said.describe_columns("transmission_told_on")}
