from django.apps import AppConfig


class EnergyConfig(AppConfig):
    """Stands for the line that a new procedure adds to `workflows.flows`."""

    name = "tests.energy"

    def ready(self) -> None:
        from tests.energy.flow import ENERGY
        from workflows.flows import add_procedure

        add_procedure(ENERGY)
