"""One file per kind of evidence of who wrote lines: what was found in, claims and doubts out."""
