"""What others may know of announcements."""

from modules.announcements.queries import announcements

__all__ = ["shown_anywhere"]


def shown_anywhere() -> object:
    """What pages that show announcements are made from: another object after every change. No SQL when warm."""
    return announcements.get("all")
