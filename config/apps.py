from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from cases.journal import journal_recorded
        from config.tasks import wake_worker

        journal_recorded.connect(wake_worker)
