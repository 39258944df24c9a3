"""What real processes survive: kills, a queue that is down, a mail server that is slow."""
