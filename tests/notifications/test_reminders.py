"""The scan, on the real database: who is reminded of what, on which day, once."""
