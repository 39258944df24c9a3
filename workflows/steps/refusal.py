"""What a step refuses of itself; what its act refuses goes through as it is."""

from cases.refusals import Refusal


class StepRefused(Refusal):
    """A step is not taken so; the whole turn is undone."""
