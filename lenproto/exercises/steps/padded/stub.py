def padded(typed):
    """Return the request for what somebody typed: four bytes, capitals, a shorter one filled up with spaces."""
    # TODO: cut, make capitals, fill up, make bytes. "ra".ljust(4) is "ra  "
