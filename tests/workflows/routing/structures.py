"""The partners that the first table names, typed from the design: their codes are frozen."""

from workflows.routing.facts import KnownStructure

STRUCTURES = tuple(
    KnownStructure(
        code=code,
        kind=kind,
        name=name,
        may_follow=kind not in ("caf_recovery", "caf_pilot", "landlord", "rent_manager"),
    )
    for code, kind, name in (
        ("caf-91", "caf_social", "CAF 91 – travail social"),
        ("caf-91-recouvrement", "caf_recovery", "CAF 91 – recouvrement"),
        ("caf-91-pilotage", "caf_pilot", "CAF 91 – cellule impayés"),
        ("mds-grigny", "mds", "MDS de Grigny"),
        ("ccas-grigny", "ccas", "CCAS de Grigny"),
        ("ccas-grigny-accueil", "front_desk", "CCAS de Grigny – accueil"),
        ("ville-grigny", "city", "Ville de Grigny"),
        ("cd91-rsa", "department", "Département – RSA"),
        ("bailleur-a", "landlord", "Bailleur A – recouvrement"),
        ("bailleur-a-social", "landlord_social", "Bailleur A – conseil social"),
        ("gestionnaire-b", "rent_manager", "Gestionnaire B"),
        ("adil-91", "adil", "ADIL 91"),
        ("udaf-91", "udaf", "UDAF 91"),
        ("epfif-social", "epfif", "EPFIF – équipe sociale"),
        ("france-travail-91", "france_travail", "France Travail"),
        ("cpam-91", "cpam", "CPAM"),
        ("cnav", "cnav", "CNAV"),
        ("msa-idf", "msa", "MSA"),
    )
)
