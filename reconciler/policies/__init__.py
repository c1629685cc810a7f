"""Policies: how many workers a queue's length asks for. One file each, with its settings."""
