"""The diagnosis as people fill it, read it and print it."""
