from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "notifications"

    def ready(self) -> None:
        # The first reminders of a territory are published after the delays and the procedures that they follow.
        from notifications import erased_tables, purges, reference_data  # noqa: F401 - registers what publishes them
