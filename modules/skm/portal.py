"""Pages of citizens: rate what was done for you, read how others rated."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from modules.services.public import SealBroken, sealed_case
from modules.skm import queries
from modules.skm.actions import SurveyRefused, answer
from modules.skm.forms import SurveyForm
from tenants.accounts.access import public_page
from tenants.ratelimit import limited


@public_page
@require_GET
def published(request: HttpRequest) -> HttpResponse:
    """The index of each service, from reports that were validated."""
    found = list(queries.published()[:8])
    context = {"reports": found, "newest": found[0] if found else None}
    return render(request, "skm/published.html", context)


@public_page
@never_cache
@require_http_methods(["GET", "POST"])
@limited("post")
def survey(request: HttpRequest, sealed: str) -> HttpResponse:
    """The questions about one finished case; whoever may follow it may answer, once."""
    try:
        case = sealed_case(sealed)
    except SealBroken as problem:
        raise Http404 from problem
    now = timezone.now()
    today = timezone.localdate(now)
    questionnaire = queries.current_questionnaire(today)
    if questionnaire is None:
        raise Http404
    form = SurveyForm(questionnaire, request.POST or None)
    refused, status = "", 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            answer(
                case_pk=case.pk,
                service=case.service.key,
                unit=case.unit,
                is_closed=not case.is_open,
                points=form.points(),
                suggestion=form.cleaned_data["suggestion"],
                person=form.person(),
                at=now,
                day=today,
            )
        except SurveyRefused as refusal:
            refused, status = str(refusal), 409
        else:
            return render(request, "skm/thanks.html", {"case": case})
    context = {"case": case, "form": form, "questionnaire": questionnaire, "refused": refused}
    return render(request, "skm/survey.html", context, status=status)
