"""The bands, the reasons that decide, and their words."""

from enum import StrEnum


class Band(StrEnum):
    SAME = "same"
    TO_CHECK = "to_check"
    DIFFERENT = "different"


class Reason(StrEnum):
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
    Reason.SAME_CAF_NUMBER: "même numéro allocataire",
    Reason.OTHER_CAF_NUMBER: "autre numéro allocataire",
    Reason.SAME_REFERENCE: "même référence chez le bailleur",
    Reason.SAME_NAME: "même nom",
    Reason.CLOSE_NAME: "nom proche",
    Reason.SWAPPED_NAME: "nom et prénom inversés",
    Reason.OTHER_NAME: "autre nom",
    Reason.SAME_FAMILY_NAME: "même nom de famille",
    Reason.SAME_BIRTH_DATE: "même date de naissance",
    Reason.AGREEING_BIRTH_DATE: "dates de naissance compatibles",
    Reason.OTHER_BIRTH_DATE: "autre date de naissance",
    Reason.SAME_PHONE: "même téléphone",
    Reason.SAME_ADDRESS: "même adresse",
    Reason.OTHER_DOOR: "autre porte à cette adresse",
    Reason.OTHER_ADDRESS: "autre adresse",
    Reason.SEVERAL_MATCHES: "plusieurs foyers correspondent",
}
