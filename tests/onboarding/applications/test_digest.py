"""What waits for the central team stands in the morning's digest."""

from datetime import timedelta

from django.utils import timezone

from onboarding.applications import digest
from tests.onboarding.applications import builders


def test_an_application_that_waits(public: None, queued: list[tuple[int, str]]) -> None:
    application = builders.submitted()
    now = timezone.now()
    assert list(digest.problems(now)) == []
    (problem,) = digest.problems(now + timedelta(days=3))
    assert problem.url == f"/console/applications/{application.pk}/"
    assert application.officer_name not in problem.text
