"""The addresses of a regency, and an empty page."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls_regency import urlpatterns as regency_urls
from tenants.accounts.access import public_page


@public_page
def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("bench/empty/", empty), *regency_urls]
