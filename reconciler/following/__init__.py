"""Watching workers after an apply, until the world is as it was asked to be."""
