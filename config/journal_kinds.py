"""The journal lines of the installation itself."""

from cases import journal

journal.register_kinds(
    told={
        "factors.reset": "le second facteur d’un professionnel est réinitialisé depuis le serveur",
        "members.to_review": "des comptes de la structure sont à confirmer",
        "opening.opened": "a retiré le bandeau : l’installation reçoit des données réelles",
        "opening.closed": "a remis le bandeau : l’installation ne reçoit plus de données réelles",
    },
    silent={
        "mail.tried": "a envoyé un courriel d’essai",
        "opening.attested": "a attesté une condition d’ouverture aux données réelles",
        "opening.withdrawn": "a retiré une attestation",
        "opening.refused": "a voulu retirer le bandeau : une condition manque",
        "members.reviewed": "a confirmé qui travaille encore dans sa structure",
        "proconnect.signed_in": "s’est connecté par ProConnect",
        "proconnect.refused": "une connexion par ProConnect est refusée",
    },
)
