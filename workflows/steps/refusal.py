"""The refusal of a step’s act."""

from cases.refusals import Refusal


class StepRefused(Refusal):
    """A step is not taken so; the whole turn is undone."""
