"""The notification centre, and the calendar that programs read: one page a file."""
