from django.apps import AppConfig
from django.db.models.signals import post_migrate


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "notifications"

    def ready(self) -> None:
        post_migrate.connect(_load_reference_data, sender=self)


def _load_reference_data(**kwargs: object) -> None:
    """After each migrate, once the delays and the procedures that the reminders follow are there."""
    from notifications import reference_data

    reference_data.load()
