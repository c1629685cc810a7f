"""Places that run workers: one folder for each kind, with its settings and its engine."""
