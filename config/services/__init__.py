"""How each part of the installation does, read for administrators, alerts and metrics. Reads only; no name, no content."""
