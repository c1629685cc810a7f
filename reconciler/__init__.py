"""Terraform for workforces, without the state file."""

__version__ = "0.1.0"
