"""Sign-in by ProConnect, the sign-in of French administrations (decision 0022). Off until the environment names a client."""
