"""The journal lines of the installation itself."""

from cases import journal

journal.register_kinds(
    told={"factors.reset": "le second facteur d’un professionnel est réinitialisé depuis le serveur"},
    silent={"mail.tried": "a envoyé un courriel d’essai"},
)
