"""The personal calendar that programs read: its secret address, and what it holds."""
