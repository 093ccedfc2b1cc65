"""What every address of the API may answer besides its own answers, so that the description leaves nothing out."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from tenants.accounts.access import named_permission


class Problem(serializers.Serializer[Any]):
    """A refusal, as a sentence for people."""

    detail = serializers.CharField()


_INVALID = OpenApiResponse(OpenApiTypes.OBJECT, description="What was sent does not fit: sentences by field name.")
_REFUSALS = {
    401: "No token, or one that has ended.",
    403: "Not this caller's turn, or the regency is read-only.",
    404: "Not there, or not for this caller.",
    409: "A rule forbids it, or somebody else was first; the sentence says which.",
    413: "More than is taken in one request.",
    415: "The body is of a kind that is not taken here.",
    429: "Too often; `Retry-After` says how many seconds to wait.",
    503: "The regency is being prepared or is suspended, or the system is being restored.",
}


class Described(AutoSchema):
    """Adds to each operation the refusals that its permission, parameters and body allow."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        if direction != "response":
            return responses
        for status in self._refusals():
            body = _INVALID if status == 400 else OpenApiResponse(Problem, description=_REFUSALS[status])
            responses.setdefault(str(status), self._get_response_for_code(body, str(status), direction=direction))
        return dict(sorted(responses.items()))

    def _refusals(self) -> Iterator[int]:
        permission = named_permission(self.view, self.method)
        guarded = permission not in ("public", "signed_in")
        writes = self.method in ("POST", "PUT", "PATCH")
        yield from (429, 503)
        if writes:
            yield from (400, 403, 413, 415)
        elif self._get_parameters():
            yield 400
        if permission != "public" or self.view.authentication_classes:
            yield 401
        if guarded or "{" in self.path:
            yield 404
        if writes and (guarded or "{" in self.path):
            yield 409
