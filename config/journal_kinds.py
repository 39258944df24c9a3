"""The journal lines of the installation itself."""

from cases import journal

journal.register_kinds(
    told={
        "factors.reset": "le second facteur d’un professionnel est réinitialisé depuis le serveur",
        "members.to_review": "des comptes de la structure sont à confirmer",
    },
    silent={
        "mail.tried": "a envoyé un courriel d’essai",
        "members.reviewed": "a confirmé qui travaille encore dans sa structure",
        "proconnect.signed_in": "s’est connecté par ProConnect",
        "proconnect.refused": "une connexion par ProConnect est refusée",
    },
)
