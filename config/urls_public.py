"""The public site at `/`, the central team's console at `/console/`, and what balancers ask."""

from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("tls/ask", health.tls_ask, name="tls_ask"),
    path("account/", include("tenants.accounts.urls")),
]
