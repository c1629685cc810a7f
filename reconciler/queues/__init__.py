"""Queues that workers pull their tasks from: one module for each kind."""
