"""The client's first part: connect, say Hi, read the greeting."""
