"""The same over HTTP with a link's token: read the result, read and post answers."""

from typing import Any

from django.http import Http404
from django.urls import path
from django.utils import timezone
from django.utils.formats import localize_input
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from onboarding.assessment.actions import answers, links
from onboarding.assessment.actions.refusals import AssessmentRefused, NoSuchPart
from onboarding.assessment.forms.answering import AnswerForm
from onboarding.assessment.models import Answer, Link, Sheet, Unit
from onboarding.assessment.queries.results import results
from onboarding.assessment.queries.shown import shown


class EntrySerializer(serializers.Serializer[Any]):
    """One answer, in the fields of the page: `choice`, `items`, `number`, or `numerator` and `denominator`."""

    instrument = serializers.CharField(max_length=60, help_text="kode edisi, misalnya kesiapan-adopsi 2026")
    unit = serializers.CharField(max_length=13, help_text="kode unit, misalnya 53.10.01")
    question = serializers.CharField(max_length=40)
    version = serializers.IntegerField(min_value=0, default=0)
    choice = serializers.CharField(required=False)
    items = serializers.ListField(child=serializers.CharField(), required=False, max_length=60)
    number = serializers.DecimalField(max_digits=13, decimal_places=3, required=False)
    numerator = serializers.IntegerField(required=False)
    denominator = serializers.IntegerField(required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class _Held(APIView):
    """The token in the address is the access: no account. Unknown, ended and revoked tokens are all 404."""

    permission = "public"
    authentication_classes = ()

    def link(self, token: str) -> Link:
        found = Link.objects.of(token).open(timezone.now()).select_related("assessment", "unit", "sheet").first()
        if found is None or found.assessment.anonymised_at:
            raise Http404
        links.touch(link=found, at=timezone.now())
        return found


class ResultView(_Held):
    @extend_schema(operation_id="assessment_result", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, token: str) -> Response:
        """The result; of a link that opens the whole assessment."""
        link = self.link(token)
        if not link.opens_all:
            raise Http404
        page = shown(results(link.assessment))
        return Response(
            {
                "code": link.assessment.code,
                "regency": link.assessment.regency_code,
                "state": link.assessment.state,
                "sheets": [
                    {
                        "instrument": str(each.sheet.instrument),
                        "total": None if each.outcome.total is None else str(each.outcome.total),
                        "band": each.outcome.band.name if each.outcome.band else None,
                        "complete": each.outcome.is_complete,
                        "failing": each.outcome.failing,
                        "sections": {
                            part.section.code: None if part.score is None else str(part.score)
                            for part in each.outcome.sections
                        },
                    }
                    for each in page["found"].scored
                ],
                "modules": [
                    {
                        "code": line.module.code,
                        "decision": line.decision,
                        "wave": line.module.wave,
                        "causes": line.causes,
                    }
                    for line in page["found"].lines
                ],
                "cost": str(page["found"].cost),
            }
        )


class AnswersView(_Held):
    @extend_schema(operation_id="assessment_answers", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, token: str) -> Response:
        """What has been answered, of what the link opens."""
        link = self.link(token)
        rows = Answer.objects.filter(sheet__assessment=link.assessment_id).select_related("sheet__instrument", "unit")
        return Response([_told(row) for row in rows.order_by("pk") if _is_open(link, row)])

    @extend_schema(operation_id="assessment_answer", request=EntrySerializer, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, token: str) -> Response:
        """Save one answer: 200, 404 not yours, 409 changed meanwhile (with the other answer) or closed, 422 wrong."""
        link = self.link(token)
        sent = EntrySerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        sheet, unit = _place(link, sent.validated_data)
        question = sheet.instrument.read.questions.get(sent.validated_data["question"])
        if question is None:
            raise Http404
        form = AnswerForm(sheet.instrument.read, question, data=_form_data(sent.validated_data))
        if not form.is_valid():
            return Response(form.errors, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
        try:
            saved = answers.save_answers(sheet=sheet, unit=unit, entries=[form.entry()], by=link, at=timezone.now())
        except NoSuchPart:
            raise Http404 from None
        except AssessmentRefused as refused:
            return Response({"detail": str(refused)}, status=status.HTTP_409_CONFLICT)
        if saved.conflicts:
            return Response(_told(saved.conflicts[0].theirs), status=status.HTTP_409_CONFLICT)
        stored = Answer.objects.filter(sheet=sheet, unit=unit, question=question.id).first()
        return Response(_told(stored) if stored else {})


def _place(link: Link, data: dict[str, Any]) -> tuple[Sheet, Unit]:
    sheets = link.assessment.sheets.select_related("instrument")
    sheet = next((each for each in sheets if str(each.instrument) == data["instrument"]), None)
    unit = Unit.objects.filter(assessment=link.assessment_id, code=data["unit"]).first()
    if sheet is None or unit is None:
        raise Http404
    return sheet, unit


def _form_data(data: dict[str, Any]) -> dict[str, Any]:
    """As the page would send it: numbers are written there as the language writes them."""
    names = ("choice", "items", "note", "version")
    plain = {name: data[name] for name in names if name in data}
    numbers = {name: localize_input(data[name]) for name in ("number", "numerator", "denominator") if name in data}
    return {f"{data['question']}-{name}": value for name, value in (plain | numbers).items()}


def _is_open(link: Link, answer: Answer) -> bool:
    section = answer.sheet.instrument.read.section_of[answer.question].code
    return link.opens(answer.sheet, section, answer.unit)


def _told(answer: Answer) -> dict[str, Any]:
    return {
        "instrument": str(answer.sheet.instrument),
        "unit": answer.unit.code,
        "question": answer.question,
        "value": answer.value,
        "note": answer.note,
        "version": answer.version,
        "verified": answer.is_verified,
        "answered_at": answer.answered_at.isoformat(),
    }


app_name = "assessment-api"
urlpatterns = [
    path("<str:token>/", ResultView.as_view(), name="result"),
    path("<str:token>/answers/", AnswersView.as_view(), name="answers"),
]
