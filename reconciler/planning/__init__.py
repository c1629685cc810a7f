"""From specs and an observation to a plan. Pure: no I/O, no clock, no randomness."""
