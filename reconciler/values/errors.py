"""The one exception for what a user can cause and can mend."""

from __future__ import annotations


class UserError(Exception):
    """Something that the person at the keyboard can put right.

    The message says what is wrong and where, `remedy` what to do about it; both are shown without
    a traceback, and the command ends with exit code 1. `title` says what several lines of a
    message are about.
    """

    def __init__(self, message: str, remedy: str | None = None, title: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.title = title

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message
