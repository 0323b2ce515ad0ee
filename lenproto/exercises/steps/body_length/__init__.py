"""What a header says."""
