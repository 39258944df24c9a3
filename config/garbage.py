"""What Python’s garbage collector looks at again and again."""

import gc

OBJECTS, *OLDER = 50_000, 20, 20
"""Made before it looks for cycles among the youngest; then how many times before it looks among the older ones."""


def spare_loaded_code() -> None:
    """Once a process that lives is loaded: its code is no longer looked through for garbage, a fifth of a second each time,
    in the middle of a page; nor is it written to, so that processes forked from it share its memory."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS, *OLDER)
