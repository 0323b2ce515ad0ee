"""As many bytes as are wanted, in whatever pieces they come."""
