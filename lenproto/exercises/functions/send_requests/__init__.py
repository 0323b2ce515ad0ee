"""The client's second part: ask what the person asks, show what is answered."""
