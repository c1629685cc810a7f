"""What everything on Azure shares: hosts, credentials, HTTP, and failures in one line.

Loaded when a spec first needs it: nothing here is imported at the start of a command.
"""
