"""What is said to the professional of where a letter goes: a copy for who assists, its address, an address that lacks."""

from collections.abc import Iterable, Mapping

from cases.letters.compose import copy_lines, delivery_lines, is_served_on_guardian, polite_name
from cases.models import Beneficiary, Case, LegalProtection


def say_copies(people: Iterable[Beneficiary], protections: Mapping[int, LegalProtection]) -> list[str]:
    """Of each adult whose letters go to her and, by hand, to who assists her: nothing is sent by itself."""
    return [
        say_copy(person, protection)
        for person in people
        if (protection := protections.get(person.pk)) and copy_lines(protection)
    ]


def say_copy(person: Beneficiary, protection: LegalProtection) -> str:
    """The sheet is headed with where she lives: it must not reach whom she did not give it to."""
    own, guardian = polite_name(person), protection.guardian
    if person.safe_address:
        return (
            f"Pour {own}, prévenir aussi {guardian}, mais ne pas lui envoyer cette feuille : elle porte l’adresse sûre de "
            f"{own}. L’appeler, ou masquer l’adresse sur la copie."
        )
    said = f"Pour {own}, une copie est à envoyer à {_say_where(protection)}. Relais ne l’envoie pas."
    if person.not_through_spouse:
        said += (
            f" {own} a demandé de ne pas passer par son conjoint : si c’est {guardian}, ne pas envoyer cette feuille, qui "
            "porte son adresse."
        )
    return said


def describe_copy(person: Beneficiary, protection: LegalProtection | None) -> str:
    """In the choice of who receives; empty where nobody else does."""
    if protection is None or not copy_lines(protection):
        return ""
    which = "copie, sans cette adresse, à envoyer" if person.safe_address else "copie à envoyer"
    return f" ; {which} à {_say_where(protection)}"


def say_lacking_address(person: Beneficiary, case: Case, protection: LegalProtection | None) -> str:
    """What to do where nobody knows where the letter goes; else nothing."""
    if delivery_lines(person, case, protection=protection):
        return ""
    if protection and is_served_on_guardian(protection):
        return (
            f"L’adresse de {protection.guardian} n’est pas connue : la demander, et l’enregistrer sur la fiche de "
            f"{polite_name(person)}. Ce courrier n’est pas à envoyer au domicile."
        )
    return "Aucune adresse n’est connue : le courrier sera à remettre en main propre."


def _say_where(protection: LegalProtection) -> str:
    return ", ".join([*copy_lines(protection), *([] if protection.address else ["adresse inconnue"])])
