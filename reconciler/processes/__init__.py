"""Processes of this machine: which one is which, who belongs together, and signals that can't miss.

Standard library only: supervisors start with it in milliseconds, and it installs anywhere.
"""
