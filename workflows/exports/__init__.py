"""Lists as files: written at once when they are short, by the worker when they are long."""
