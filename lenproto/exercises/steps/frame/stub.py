def frame(body):
    """Return the bytes of an answer: four digits that say how many bytes follow, then the text body in UTF-8."""
    # TODO: make bytes of the text, count them, and put the count before them. b"%04d" % 7 is b"0007"
