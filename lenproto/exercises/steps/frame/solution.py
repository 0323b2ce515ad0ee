def frame(body):
    """Return the bytes of an answer: four digits that say how many bytes follow, then the text body in UTF-8."""
    data = body.encode("utf-8")
    return b"%04d" % len(data) + data
