"""One condition: is it true, what was found, what is to be done, and by whom."""

from dataclasses import dataclass
from enum import StrEnum


class Doer(StrEnum):
    """Who can make it true."""

    ADMINISTRATOR = "un administrateur"
    OFFICER = "un délégué à la protection des données"
    SERVER = "qui tient le serveur"
    BOTH = "un administrateur et le délégué de chaque territoire, deux personnes"


@dataclass(frozen=True, kw_only=True)
class OpeningCondition:
    code: str
    title: str
    is_met: bool
    words: str
    """What was found."""
    advice: str = ""
    """What to do; empty when it is true."""
    doer: Doer = Doer.ADMINISTRATOR
    address: str = ""
    """Where it is done, for whoever may enter there."""
    action: str = ""

    @property
    def is_attested(self) -> bool:
        return self.doer == Doer.BOTH


def build(
    code: str,
    title: str,
    fault: str,
    *,
    well: str,
    advice: str,
    doer: Doer = Doer.ADMINISTRATOR,
    address: str = "",
    action: str = "",
) -> OpeningCondition:
    """True when no fault was found."""
    return OpeningCondition(
        code=code,
        title=title,
        is_met=not fault,
        words=fault or well,
        advice=advice if fault else "",
        doer=doer,
        address=address,
        action=action,
    )
