"""Spec files: found, read with positions, checked, and resolved into the model."""
