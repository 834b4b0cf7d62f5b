"""Language models over the codes of a codec."""
