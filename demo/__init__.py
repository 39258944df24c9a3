"""The demonstration: invented people and situations, never loaded in production."""
