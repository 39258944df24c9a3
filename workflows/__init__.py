"""How a case moves: flows, steps, engine, routing, imports."""
