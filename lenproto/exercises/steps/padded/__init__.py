"""What a person types, in the form of the protocol."""
