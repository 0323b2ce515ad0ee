"""The loop of a server, its lines to be put in order."""
