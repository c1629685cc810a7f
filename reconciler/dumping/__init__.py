"""Specs from what lives: the way back from observed workers to documents. Pure."""
