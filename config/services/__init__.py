"""How each part of the installation does, read for administrators, alerts and metrics. No name, no content."""
