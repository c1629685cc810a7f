"""The whole story on this machine, told with the real commands in a temporary folder."""
