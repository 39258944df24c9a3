"""The refusal of a step’s act."""


class StepRefused(Exception):
    """Refusal, in French, to be shown as it is beside the form; the whole turn is undone. `field`: what it is about."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
