"""The answer that hands a stored file to a browser so that it stays a file."""

from typing import Any, Protocol

from django.http import FileResponse

from tenants.files.uploads import PDF

# Chromium's own PDF viewer does not open in a sandbox; it does without anything else.
_VIEWER = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
_SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


class Stored(Protocol):
    """An Attachment, or another row that keeps a checked file."""

    file: Any
    original_name: Any
    content_type: Any


def serve(attachment: Stored, *, inline: bool = False) -> FileResponse:
    """The file as a download, or `inline` in the page. The caller has decided that this person may see it.

    The browser neither guesses its type, runs anything in it, nor keeps a copy.
    """
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=not inline,
        filename=attachment.original_name,
        content_type=attachment.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _VIEWER if attachment.content_type == PDF else _SANDBOX
    response["X-Frame-Options"] = "SAMEORIGIN" if inline else "DENY"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
