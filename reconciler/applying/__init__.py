"""Carrying a plan out: what each job is given, the order of actions, and the report."""
