"""What the administrator said on the first day: the contacts of the installation, the controllers, where people are received."""

from datetime import datetime

from cases.actions.controllers import SAID, say_controller
from cases.actions.installation import describe_installation
from cases.actions.opening_hours import say_opening_hours
from cases.models import Installation, Structure, User
from cases.rules.opening_hours import read_day
from demo.accounts import DOMAIN

CITY = "19 route de Corbeil, 91350 Grigny"
CONTROLLERS = (
    # code of a service, is it alone, its controller
    ("caf-91", False, "CAF de l’Essonne"),
    ("mds-grigny", False, "Département de l’Essonne"),
    ("ville-grigny", False, "Commune de Grigny"),
    ("ccas-grigny", True, "CCAS de Grigny"),
    ("bailleur-a", False, "Bailleur A"),
)
RECEIVE = {
    "ccas-grigny-accueil": ("1 place Henri-Barbusse, 91350 Grigny", "8h30-12h, 13h30-17h30"),
    "mds-grigny": ("3 rue de la Plaine, 91350 Grigny", "9h-12h, 14h-17h"),
    "caf-91": ("", "sur rendez-vous"),
}


def describe(*, by: User, at: datetime) -> None:
    """Invented, but the names of bodies."""
    describe_installation(
        said={
            "name": Installation.initial().name,
            "help_email": f"aide@{DOMAIN}",
            "help_phone": "+33169000000",
            "publisher": "Commune de Grigny",
            "publisher_address": CITY,
            "publisher_phone": "01 69 00 00 00",
            "director": "Le maire de Grigny",
            "host": "Hébergeur de démonstration",
            "host_address": "1 rue des Exemples, 75000 Paris",
            "host_phone": "01 70 00 00 00",
            "accessibility_email": "",
        },
        by=by,
        at=at,
    )
    for number, (code, alone, name) in enumerate(CONTROLLERS, start=1):
        said = dict.fromkeys(SAID, "") | {"name": name, "officer_email": f"dpo{number}@{DOMAIN}"}
        say_controller(structure=Structure.objects.get(code=code), alone=alone, said=said, by=by, at=at)
    for code, (address, hours) in RECEIVE.items():
        day = read_day(hours)
        say_opening_hours(
            structure=Structure.objects.get(code=code),
            address=address,
            hours={str(number): day for number in range(5) if day},
            note="",
            by=by,
            at=at,
        )
