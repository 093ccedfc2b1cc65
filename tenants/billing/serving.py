from django.http import HttpResponse
from django.utils.text import slugify


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A PDF that the browser shows, and saves under a name that tells what it is."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{slugify(name.replace("/", "-"))}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
