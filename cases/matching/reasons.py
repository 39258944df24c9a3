"""The bands, the reasons that decide, and their words."""

from enum import StrEnum


class MatchBand(StrEnum):
    SAME = "same"
    TO_CHECK = "to_check"
    DIFFERENT = "different"


class MatchReason(StrEnum):
    """Why; the French words are for the screen that asks someone to decide."""

    SAME_CAF_NUMBER = "same_caf_number"
    OTHER_CAF_NUMBER = "other_caf_number"
    SAME_REFERENCE = "same_reference"
    SAME_NAME = "same_name"
    CLOSE_NAME = "close_name"
    SWAPPED_NAME = "swapped_name"
    OTHER_NAME = "other_name"
    SAME_FAMILY_NAME = "same_family_name"
    SAME_BIRTH_DATE = "same_birth_date"
    AGREEING_BIRTH_DATE = "agreeing_birth_date"
    OTHER_BIRTH_DATE = "other_birth_date"
    SAME_PHONE = "same_phone"
    SAME_ADDRESS = "same_address"
    OTHER_DOOR = "other_door"
    OTHER_ADDRESS = "other_address"
    SEVERAL_MATCHES = "several_matches"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    MatchReason.SAME_CAF_NUMBER: "même numéro allocataire",
    MatchReason.OTHER_CAF_NUMBER: "autre numéro allocataire",
    MatchReason.SAME_REFERENCE: "même référence chez le bailleur",
    MatchReason.SAME_NAME: "même nom",
    MatchReason.CLOSE_NAME: "nom proche",
    MatchReason.SWAPPED_NAME: "nom et prénom inversés",
    MatchReason.OTHER_NAME: "autre nom",
    MatchReason.SAME_FAMILY_NAME: "même nom de famille",
    MatchReason.SAME_BIRTH_DATE: "même date de naissance",
    MatchReason.AGREEING_BIRTH_DATE: "dates de naissance compatibles",
    MatchReason.OTHER_BIRTH_DATE: "autre date de naissance",
    MatchReason.SAME_PHONE: "même téléphone",
    MatchReason.SAME_ADDRESS: "même adresse",
    MatchReason.OTHER_DOOR: "autre porte à cette adresse",
    MatchReason.OTHER_ADDRESS: "autre adresse",
    MatchReason.SEVERAL_MATCHES: "plusieurs foyers correspondent",
}
