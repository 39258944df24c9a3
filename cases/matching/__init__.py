"""Whether two descriptions are of the same household: a band and its reasons, never a bare score.

A name alone never merges; a different CAF number or birth date always goes to a person for a look.
"""

from cases.matching.addresses import address_key
from cases.matching.compare import compare_places
from cases.matching.complete import completed, is_one_person
from cases.matching.decide import PROOFS, Match, compare
from cases.matching.identity import Address, BirthDate, Identity, Person
from cases.matching.index import Candidate, Found, Index, choose, find, keys
from cases.matching.reasons import Band, Reason
from cases.matching.records import as_address, as_person

__all__ = [
    "PROOFS",
    "Address",
    "Band",
    "BirthDate",
    "Candidate",
    "Found",
    "Identity",
    "Index",
    "Match",
    "Person",
    "Reason",
    "address_key",
    "as_address",
    "as_person",
    "choose",
    "compare",
    "compare_places",
    "completed",
    "find",
    "is_one_person",
    "keys",
]
