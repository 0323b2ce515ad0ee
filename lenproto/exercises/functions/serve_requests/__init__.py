"""The server's third part: answer, until EXIT or the end."""
