"""The public site at `/`, the central team's console at `/console/`, and what balancers ask."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_safe

from config import health
from config.gallery import gallery
from modules import console as modules
from modules.library import console as library
from onboarding import console as onboarding
from onboarding import views as site
from onboarding.catalogue import views as catalogue
from tenants import console as tenants
from tenants.accounts import console as accounts
from tenants.accounts.access import public_page
from tenants.audit import console as audit
from tenants.billing import views as billing

console: list[URLPattern | URLResolver] = [
    path("", modules.regencies, name="regencies"),
    path("regencies/<str:code>/", onboarding.regency, name="regency"),
    path("regencies/<str:code>/state/", tenants.state, name="state"),
    path("regencies/<str:code>/crest/<slug:version>.png", tenants.crest, name="crest"),
    path("regencies/<str:code>/domains/", tenants.domains, name="domains"),
    path("regencies/<str:code>/domains/<int:pk>/", tenants.domain, name="domain"),
    path("regencies/<str:code>/modules/<str:key>/", modules.module, name="module"),
    path("regencies/<str:code>/packages/", library.packages, name="packages"),
    path("new/", onboarding.new, name="new"),
    path("runs/", onboarding.runs, name="runs"),
    path("runs/<int:pk>/", onboarding.run, name="run"),
    path("runs/<int:pk>/retry/", onboarding.retry, name="retry"),
    path("runs/<int:pk>/abandonment/", onboarding.abandon, name="abandon"),
    path("packages/", library.releases, name="releases"),
    path("operators/", accounts.operators, name="operators"),
    path("operators/<int:pk>/", accounts.operator, name="operator"),
    path("audit/", audit.entries, name="audit"),
    path("billing/", include("tenants.billing.console.urls")),
]

handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"
urlpatterns = [
    path("", site.home, name="home"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/<str:key>/", catalogue.entry, name="catalogue_entry"),
    path("console/", include((console, "console"))),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("tls/ask", health.tls_ask, name="tls_ask"),
    path("account/", include("tenants.accounts.urls")),
    path("billing/webhooks/stripe/", billing.stripe_events, name="stripe_events"),
    path("components/", public_page(require_safe(gallery)), name="gallery"),
]
