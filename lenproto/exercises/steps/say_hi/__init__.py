"""The first words of a client."""
