"""All that comes, until nothing more can come."""
