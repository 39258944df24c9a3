"""The figures of the steering committee: each indicator defined once, counted by the worker, shown with small numbers hidden.

`kinds` says what an indicator is, `arrears`, `overpayments` and `referents` define them, `compute` counts, `tables` hides
and shows, `charts` draws, `papers` prints.
"""
