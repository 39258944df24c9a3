from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from cases.journal import journal_recorded

        journal_recorded.connect(ask_for_tick)


def ask_for_tick(**kwargs: object) -> None:
    """Once a line of the journal is there. A call that waited longer than a tick is worth nothing."""
    # What a tick does is read when the first act asks for it, not by each command that starts.
    from config.tasks import tick
    from workflows.tasks import wake_worker

    wake_worker(tick, expires=25)
