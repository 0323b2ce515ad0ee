"""A client with a mistake that is to be found on the stage."""
