"""Whether two descriptions are of the same household: a band and its reasons, never a bare score.

A name alone never merges; a different CAF number or birth date always goes to a person for a look.
"""

from cases.matching.addresses import address_key
from cases.matching.compare import compare_places
from cases.matching.complete import complete_identity, is_one_person
from cases.matching.decide import PROOFS, IdentityMatch, compare_identities
from cases.matching.identity import BirthDate, Identity, Person, PostalAddress
from cases.matching.index import (
    HouseholdCandidate,
    Index,
    MatchingResult,
    choose_household,
    find_household,
    lookup_keys,
)
from cases.matching.reasons import MatchBand, MatchReason
from cases.matching.records import as_address, as_person

__all__ = [
    "PROOFS",
    "BirthDate",
    "HouseholdCandidate",
    "Identity",
    "IdentityMatch",
    "Index",
    "MatchBand",
    "MatchReason",
    "MatchingResult",
    "Person",
    "PostalAddress",
    "address_key",
    "as_address",
    "as_person",
    "choose_household",
    "compare_identities",
    "compare_places",
    "complete_identity",
    "find_household",
    "is_one_person",
    "lookup_keys",
]
