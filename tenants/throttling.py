"""A fair share of the API for each regency."""

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from tenants.ratelimit import is_too_often

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class RegencyBudget(BaseThrottle):
    """All programmes of a regency together: one busy regency does not take the others' share."""

    SECONDS = 60

    def allow_request(self, request: "Request", view: "APIView") -> bool:
        """Whether the regency has asked less than settings.API_REQUESTS_PER_REGENCY in this minute."""
        limit = settings.API_REQUESTS_PER_REGENCY
        return not is_too_often("api", "regency", limit=limit, seconds=self.SECONDS)

    def wait(self) -> float:
        """Seconds until the next minute has begun at the latest."""
        return self.SECONDS
