"""A cell becomes a value: French numbers and dates, what Excel made of a phone, several people in one cell."""

from workflows.imports.values.addresses import address, to_address
from workflows.imports.values.amounts import amount, choice, months, whole_number, yes_no
from workflows.imports.values.cells import (
    Cell,
    Parser,
    RejectionReason,
    Unreadable,
    as_read_again,
    as_text,
    is_nothing,
    is_social_security_number,
    refuse_social_security_number,
    text,
)
from workflows.imports.values.dates import MONTHS, birth_date, day, month_or_day
from workflows.imports.values.identifiers import caf_number, email, phone, postcode
from workflows.imports.values.names import family_name, first_name, name_part, people

__all__ = [
    "MONTHS",
    "Cell",
    "Parser",
    "RejectionReason",
    "Unreadable",
    "address",
    "amount",
    "as_read_again",
    "as_text",
    "birth_date",
    "caf_number",
    "choice",
    "day",
    "email",
    "family_name",
    "first_name",
    "is_nothing",
    "is_social_security_number",
    "month_or_day",
    "months",
    "name_part",
    "people",
    "phone",
    "postcode",
    "refuse_social_security_number",
    "text",
    "to_address",
    "whole_number",
    "yes_no",
]
