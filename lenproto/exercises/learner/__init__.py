"""The learner: the verdict in a notebook, hints, tries, progress, the solution."""
