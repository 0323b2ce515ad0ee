"""What the exercises show: a verdict and one's progress on a notebook's page, and the page of a class for a browser."""
