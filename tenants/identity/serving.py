"""The answer that hands a crest to a browser."""

from django.http import Http404, HttpResponse

from tenants.identity import crest as crests
from tenants.models import Regency


def crest_answer(regency: Regency, version: str, size: str, *, cache: str = "public") -> HttpResponse:
    """The PNG of this version of a regency's crest. Raises Http404."""
    name = regency.crest.name
    if not name or version != regency.crest_version or size not in crests.SIZES:
        raise Http404
    try:
        content = crests.picture(name, size)
    except OSError:
        raise Http404 from None
    response = HttpResponse(content, content_type="image/png")
    response["Cache-Control"] = f"{cache}, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
