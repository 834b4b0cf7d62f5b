"""Players write one track's part inside a region, hearing all the rest; the registry knows them by name."""
