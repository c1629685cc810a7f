"""The command line: parsing and printing only, one thin module for each command."""
