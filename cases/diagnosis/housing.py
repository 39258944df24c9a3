"""Blocks about the dwelling, the ways out, and what the judge is asked."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from cases.diagnosis.blocks import BlockForm, DiagnosticLineForm, field_for_column
from cases.models import Diagnostic, DiagnosticDevice
from cases.models.diagnosis import Block


class HousingForm(BlockForm):
    block = Block.HOUSING

    rooms = field_for_column("rooms", max_value=20)
    surface = field_for_column("surface", max_value=500)
    condition = field_for_column("condition")
    overcrowded = field_for_column("overcrowded")
    non_decent = field_for_column("non_decent", help_text="Humidité, électricité dangereuse, chauffage absent…")
    energy = field_for_column("energy")
    insured = field_for_column("insured")
    housing_story = field_for_column("housing_story")


class DeviceLine(DiagnosticLineForm):
    needed = {"kind": "Choisir la démarche.", "state": "Indiquer où en est la démarche."}
    once = "kind"

    kind = field_for_column("kind", DiagnosticDevice)
    state = field_for_column("state", DiagnosticDevice)
    asked_on = field_for_column("asked_on", DiagnosticDevice)
    decided_on = field_for_column("decided_on", DiagnosticDevice)

    @property
    def significant_fields(self) -> list[str]:
        return ["kind", "asked_on", "decided_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        asked, decided = cleaned.get("asked_on"), cleaned.get("decided_on")
        shortest = min(len(asked or ""), len(decided or ""))
        if asked and decided and decided[:shortest] < asked[:shortest]:
            self.add_error("decided_on", "La décision précède la demande : vérifier les deux dates.")
        return cleaned


class MeansForm(BlockForm):
    block = Block.MEANS
    help = "Le juge regarde si le loyer courant est repris en entier avant l’audience."
    table = "devices"
    line_form = DeviceLine
    table_title = "Démarches engagées"

    resumed_since = field_for_column("resumed_since")
    paid_monthly = field_for_column("paid_monthly")
    repayment_capacity = field_for_column("repayment_capacity")
    means_story = field_for_column("means_story")

    def check_sense(self, cleaned: Mapping[str, object]) -> None:
        self.doubt_above("paid_monthly", 3_000)
        self.doubt_above("repayment_capacity", 1_500)
        if cleaned.get("resumed_since") and self.setting.diagnostic.rent_resumed == Diagnostic.Resumed.NO:
            self.add_doubt(
                "resumed_since", "L’essentiel dit que le loyer courant n’est pas repris : vérifier l’un ou l’autre."
            )

    @property
    def values(self) -> dict[str, Any]:
        named = {"nothing_asked": False} if self.rows_by_table[self.table] else {}
        return super().values | named


class RehousingForm(BlockForm):
    block = Block.REHOUSING

    housing_number = field_for_column(
        "housing_number", max_length=40, help_text="Le numéro unique, 18 caractères, s’il y en a un."
    )
    housing_asked_on = field_for_column("housing_asked_on")
    dalo = field_for_column("dalo")
    dalo_on = field_for_column("dalo_on")
    rehousing_story = field_for_column("rehousing_story")

    def clean_housing_number(self) -> str:
        number = "".join(str(self.cleaned_data["housing_number"]).split()).upper()
        if number and (not number.isalnum() or len(number) != 18):
            raise ValidationError("Ce numéro a 18 chiffres ou lettres : le recopier de l’attestation de demande.")
        return number

    def check_sense(self, cleaned: Mapping[str, object]) -> None:
        if cleaned.get("dalo_on") and cleaned.get("dalo") in ("", Diagnostic.Dalo.NONE):
            self.add_error("dalo", "Une date est saisie : indiquer où en est le recours DALO.")


class JudgeForm(BlockForm):
    block = Block.JUDGE
    help = "Le diagnostic est transmis au juge et à la CCAPEX ; le locataire et le bailleur en reçoivent copie."

    asks_delay = field_for_column("asks_delay")
    delay_months = field_for_column("delay_months", max_value=36)
    delay_monthly = field_for_column("delay_monthly")
    asks_to_stay = field_for_column("asks_to_stay")
    will_attend = field_for_column("will_attend")
    transmission_told_on = field_for_column("transmission_told_on")
    ccapex_on = field_for_column("ccapex_on")
    asks_story = field_for_column("asks_story")
    ccapex_says = field_for_column("ccapex_says")

    def check_sense(self, cleaned: Mapping[str, object]) -> None:
        self.refuse_future("transmission_told_on")
        self.doubt_above("delay_monthly", 1_500)
        if cleaned.get("asks_delay") != "yes" and (cleaned.get("delay_months") or cleaned.get("delay_monthly")):
            self.add_error("asks_delay", "Une durée ou une mensualité est saisie : répondre oui, ou les effacer.")
