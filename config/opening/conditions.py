"""A condition to be true before data on real people is entered, as the page, the act and the alert read it."""

from collections.abc import Collection
from datetime import datetime

from cases.models import Installation
from config.opening.attested import read_attested
from config.opening.checked import CHECKS
from config.opening.condition import OpeningCondition
from config.opening.models import OpeningAnswer


def read_conditions(at: datetime, *, near: Collection[str] = ()) -> list[OpeningCondition]:
    """Those that the machine checks, then those that people attest. `near`: the territories whose structures may be named to
    the reader, and whose words he reads; of others, only how many are concerned is said, and that it is attested. Only reads."""
    return [*(check(at, frozenset(near)) for check in CHECKS), *read_attested(at, near=near)]


def find_missing(at: datetime) -> list[OpeningCondition]:
    return [each for each in read_conditions(at) if not each.is_met]


def ask_conditions(*, at: datetime) -> None:
    """Ask each once data on real people is entered, and keep what was found, for whoever reads it more often than it changes:
    the page of the services and the metrics."""
    if Installation.read().real_data_since:
        missing = " ; ".join(each.title for each in find_missing(at))
        OpeningAnswer.objects.update_or_create(pk=1, defaults={"asked_at": at, "missing": missing})
