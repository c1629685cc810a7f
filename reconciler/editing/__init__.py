"""Spec files changed in place: one value at a time, or the layout and nothing else."""
