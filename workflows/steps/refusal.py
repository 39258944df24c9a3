"""The refusal of a step’s act."""


class StepRefused(Exception):
    """Refusal, in French, to be shown as it is beside the form; the whole turn is undone."""
