"""Whether a call is answered or refused."""
