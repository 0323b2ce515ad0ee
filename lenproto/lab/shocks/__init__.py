"""Shocks: peers that misbehave by a script, and what a program of this protocol has to do then."""
