"""Who works in the demonstration. The sign-in page lists one person per role; all share one password."""

from dataclasses import dataclass

PASSWORD = "grigny-demo-2026"  # noqa: S105
DOMAIN = "demo.relais.example"


@dataclass(frozen=True, kw_only=True)
class Account:
    first_name: str
    last_name: str
    structure: str
    role: str
    what: str

    @property
    def email(self) -> str:
        local = f"{self.first_name}.{self.last_name}".lower().translate(
            str.maketrans("éèêëàâîïôûüç’ ", "eeeeaaiiouuc--")
        )
        return f"{local}@{DOMAIN}"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


ACCOUNTS = (
    Account(
        first_name="Claire", last_name="Montel", structure="caf-91", role="agent",
        what="Travailleuse sociale de la CAF",
    ),
    Account(
        first_name="Denis", last_name="Auger", structure="caf-91", role="manager",
        what="Responsable du service social de la CAF",
    ),
    Account(
        first_name="Paula", last_name="Ferrand", structure="caf-91-pilotage", role="pilot",
        what="Pilote de l’action 12 : qualification, arbitrage, règles",
    ),
    Account(
        first_name="Solène", last_name="Nadaud", structure="cd91-rsa", role="pilot",
        what="Pilote de l’action 11 : choix des coordinateurs",
    ),
    Account(
        first_name="Estelle", last_name="Tavarès", structure="ville-grigny", role="pilot",
        what="Pilote de l’action 13 : arbitrage, courriers et orientation des trop-perçus",
    ),
    Account(
        first_name="Samira", last_name="Kessler", structure="mds-grigny", role="agent",
        what="Assistante sociale de la Maison départementale des solidarités",
    ),
    Account(
        first_name="Hugo", last_name="Lambert", structure="mds-grigny", role="manager",
        what="Responsable de la Maison départementale des solidarités",
    ),
    Account(
        first_name="Marc", last_name="Ritter", structure="ccas-grigny", role="manager",
        what="Responsable de l’action sociale du CCAS",
    ),
    Account(
        first_name="Nadège", last_name="Olivier", structure="ccas-grigny", role="agent",
        what="Travailleuse sociale du CCAS",
    ),
    Account(
        first_name="Yann", last_name="Prigent", structure="ccas-grigny-accueil", role="front_desk",
        what="Agent d’accueil du CCAS",
    ),
    Account(
        first_name="Béatrice", last_name="Sorel", structure="bailleur-a", role="correspondent",
        what="Chargée de recouvrement du bailleur A : envoie le fichier du mois",
    ),
    Account(
        first_name="Thomas", last_name="Urbain", structure="gestionnaire-b", role="correspondent",
        what="Gestionnaire locatif : répond aux plans d’apurement",
    ),
    Account(
        first_name="Karim", last_name="Vasseur", structure="bailleur-a-social", role="agent",
        what="Conseiller social du bailleur A",
    ),
    Account(
        first_name="Iris", last_name="Zeller", structure="caf-91-recouvrement", role="correspondent",
        what="Correspondante de la CAF, recouvrement : répond aux questions sur les trop-perçus",
    ),
    Account(
        first_name="Élodie", last_name="Weber", structure="caf-91-pilotage", role="dpo",
        what="Déléguée à la protection des données",
    ),
    Account(
        first_name="Anne", last_name="Xavier", structure="ville-grigny", role="administrator",
        what="Administratrice : nomme pilotes, délégués et administrateurs",
    ),
)  # fmt: skip
"""On the sign-in page."""

_TEAMS: dict[str, dict[str, tuple[str, ...]]] = {
    "caf-91": {"agent": ("Amandine Brochard", "Rokia Sangaré", "Julien Pastor")},
    "caf-91-pilotage": {"agent": ("Irène Castan",), "manager": ("Olivier Mercadier",)},
    "caf-91-recouvrement": {
        "agent": ("Sandrine Poncet",),
        "manager": ("Éric Lavigne",),
        "correspondent": ("Loïc Bertin",),
    },
    "france-travail-91": {"correspondent": ("Noémie Aubrac",)},
    "cpam-91": {"correspondent": ("Gaël Thibaud",)},
    "cnav": {"correspondent": ("Solange Périer",)},
    "ville-grigny": {"administrator": ("Bernard Joly",)},
    "cd91-rsa": {"correspondent": ("Damien Costa",)},
    "mds-grigny": {"agent": ("Lucie Arnoux", "Moussa Keita", "Fanny Delmas")},
    "ccas-grigny": {"agent": ("Sabrina Haddad", "Élise Vannier")},
    "ccas-grigny-accueil": {"front_desk": ("Fatou Camara",), "manager": ("Joël Bastide",)},
    "bailleur-a": {"correspondent": ("Cédric Lemoine",), "manager": ("Valérie Astier",)},
    "bailleur-a-social": {"agent": ("Leïla Mansouri",), "manager": ("Pascal Guérin",)},
    "gestionnaire-b": {"manager": ("Ingrid Salomon",)},
    "adil-91": {"agent": ("Romain Tissier", "Aude Perrault"), "manager": ("Christophe Nollet",)},
    "udaf-91": {"agent": ("Maud Chevrier", "Serge Amblard"), "manager": ("Agnès Rouvier",)},
    "epfif-social": {"agent": ("Inès Belkacem", "Bruno Fayolle"), "manager": ("Delphine Cardon",)},
    "msa-idf": {"agent": ("Hélène Jouve", "Patrick Maurin"), "manager": ("Corinne Sabatier",)},
}
COLLEAGUES = tuple(
    Account(first_name=first, last_name=last, structure=structure, role=role, what="")
    for structure, team in _TEAMS.items()
    for role, names in team.items()
    for first, last in (name.split(" ", 1) for name in names)
)
"""Who fills the teams around them. They can sign in too."""

PHONES = {"ccas-grigny-accueil": "+33199004610", "caf-91-pilotage": "+33199004612"}
"""Of services that sheets, or the pages of landlords, say to call: numbers that belong to nobody."""
DESK_EMAIL = f"cellule-impayes@{DOMAIN}"
"""Where landlords write, whoever follows the household."""
