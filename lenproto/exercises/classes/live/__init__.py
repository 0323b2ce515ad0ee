"""A class while it works: which files change, what each is worth now, and two pages that show it."""
