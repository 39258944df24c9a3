from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "situations"

    def ready(self) -> None:
        from cases.actions.retention import tables  # noqa: F401 - registers what becomes of each table
