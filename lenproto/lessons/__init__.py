"""The lessons in a folder of a learner's: laid there, and renewed without touching what the learner wrote."""
