"""The report: what is known of a submission that was judged, its words, and the hints."""
