"""The steps that lessons 1 to 5 ask for: two to ten lines each, judged like the five functions, with a polite peer."""
