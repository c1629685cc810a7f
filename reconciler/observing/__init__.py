"""All regions of all targets at once, as one observation."""
