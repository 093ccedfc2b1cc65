"""The answer that hands a stored file to a browser so that it stays a file."""

from django.http import FileResponse

from tenants.files.models import Attachment
from tenants.files.uploads import PDF

# Chromium's own PDF viewer does not open in a sandbox; it does without anything else.
_VIEWER = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
_SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


def serve(attachment: Attachment, *, inline: bool = False) -> FileResponse:
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
