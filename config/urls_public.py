"""The public site at `/`, the central team's console at `/console/`, and what balancers ask."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import health, metrics
from config.gallery import gallery
from modules import console as modules
from modules.announcements import console as announcements
from modules.fleet import api as fleet_api
from modules.fleet.console import bulk, digest, fleet
from modules.library import console as library
from onboarding import api as onboarding_api
from onboarding import console as onboarding
from onboarding import views as site
from onboarding.applications import console as applications
from onboarding.applications.api import console as applications_api
from onboarding.assessment import console as assessment
from onboarding.catalogue import views as catalogue
from tenants import console as tenants
from tenants.accounts import api as accounts_api
from tenants.accounts import console as accounts
from tenants.accounts.access import public_page
from tenants.audit import console as audit
from tenants.backups import console as backups
from tenants.billing import views as billing
from tenants.deletion import console as deletion
from tenants.domains import console as domains
from tenants.support import console as support

console: list[URLPattern | URLResolver] = [
    path("", fleet.regencies, name="regencies"),
    path("matrix/", fleet.modules, name="matrix"),
    path("regencies/<str:code>/facts/", fleet.facts, name="facts"),
    path("regencies/<str:code>/support/", support.accesses, name="support"),
    path("regencies/<str:code>/support/<int:access>/entry/", support.entry, name="support_entry"),
    path("regencies/<str:code>/deletion/", deletion.deletion, name="deletion"),
    path("regencies/<str:code>/deletion/package/", deletion.package, name="deletion_package"),
    path(
        "regencies/<str:code>/deletion/<int:deletion>/confirmation/",
        deletion.confirmation,
        name="deletion_confirmation",
    ),
    path(
        "regencies/<str:code>/deletion/<int:deletion>/cancellation/",
        deletion.cancellation,
        name="deletion_cancellation",
    ),
    path("hosts/", domains.hosts, name="hosts"),
    path("hosts/registration/", domains.registration, name="host_registration"),
    path("destructions/", deletion.destructions, name="destructions"),
    path("destructions/<int:destruction>/", deletion.destruction, name="destruction"),
    path("bulk/", bulk.bulks, name="bulks"),
    path("bulk/new/", bulk.new, name="bulk_new"),
    path("bulk/<int:bulk>/", bulk.bulk, name="bulk"),
    path("bulk/<int:bulk>/confirmation/", bulk.confirmation, name="bulk_confirmation"),
    path("bulk/<int:bulk>/cancellation/", bulk.cancellation, name="bulk_cancellation"),
    path("bulk/<int:bulk>/retry/", bulk.retry, name="bulk_retry"),
    path("announcements/", announcements.announcements, name="announcements"),
    path("announcements/new/", announcements.new, name="announcement_new"),
    path("announcements/<int:announcement>/withdrawal/", announcements.withdrawal, name="announcement_withdrawal"),
    path("digest/", digest.digest, name="digest"),
    path("digest/collection/", digest.collection, name="digest_collection"),
    path("digest/subscription/", digest.subscription, name="digest_subscription"),
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
    path("applications/", applications.applications, name="applications"),
    path("applications/<int:pk>/", applications.application, name="application"),
    path("applications/<int:pk>/decision/", applications.decision, name="decision"),
    path("applications/<int:pk>/settlement/", applications.settlement, name="settlement"),
    path("applications/<int:pk>/documents/<str:kind>/", applications.document, name="document"),
    path("papers/<uuid:uuid>/", applications.paper, name="paper"),
    path("regencies/<str:code>/agreements/", applications.agreements, name="agreements"),
    path("agreements/<int:pk>/", applications.agreement, name="agreement"),
    path("go-live/<int:pk>/", applications.go_live, name="go_live"),
    path("packages/", library.releases, name="releases"),
    path("packages/<int:release>/", library.release, name="release"),
    path("assessments/", assessment.assessments, name="assessments"),
    path("assessments/<str:code>/", assessment.assessment, name="assessment"),
    path("assessments/<str:code>/answers/", assessment.answers, name="assessment_answers"),
    path("assessments/<str:code>/verdicts/", assessment.bulk_verdict, name="assessment_bulk_verdict"),
    path("assessments/<str:code>/answers/<int:pk>/", assessment.verdict, name="assessment_verdict"),
    path("assessments/<str:code>/evidence/<uuid:file_uuid>/", assessment.evidence, name="assessment_evidence"),
    path("assessments/<str:code>/results/", assessment.results, name="assessment_results"),
    path("assessments/<str:code>/document/", assessment.document, name="assessment_document"),
    path("assessments/<str:code>/return/", assessment.hand_back, name="assessment_return"),
    path("assessments/<str:code>/verification/", assessment.verification, name="assessment_verification"),
    path("instruments/", assessment.instruments, name="instruments"),
    path("instruments/<int:pk>/", assessment.instrument, name="instrument"),
    path("instruments/<int:pk>/file/", assessment.instrument_file, name="instrument_file"),
    path("instruments/<int:pk>/publication/", assessment.publication, name="instrument_publication"),
    path("instruments/<int:pk>/removal/", assessment.removal, name="instrument_removal"),
    path("backups/", backups.overview, name="backups"),
    path("backups/<str:code>/", backups.regency, name="regency_backups"),
    path("backups/<str:code>/taken/", backups.take, name="backup_taken"),
    path("backups/<str:code>/restored/", backups.restore, name="backup_restored"),
    path("backups/<str:code>/restored/<int:pk>/", backups.restored, name="restored"),
    path("backups/<str:code>/restored/<int:pk>/<str:model>/", backups.objects, name="restored_objects"),
    path("operators/", accounts.operators, name="operators"),
    path("operators/<int:pk>/", accounts.operator, name="operator"),
    path("audit/", audit.entries, name="audit"),
    path("billing/", include("tenants.billing.console.urls")),
]

api = [*fleet_api.urlpatterns, *onboarding_api.urlpatterns, *applications_api.urlpatterns]

handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"
urlpatterns = [
    path("", site.home, name="home"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/<str:key>/", catalogue.entry, name="catalogue_entry"),
    path("console/", include((console, "console"))),
    path("apply/", include("onboarding.applications.urls")),
    path("api/v1/onboarding/", include("onboarding.applications.api")),
    path("api/v1/", include((accounts_api.urlpatterns, "api"))),
    path("api/v1/console/", include((api, "console-api"))),
    path("api/schema/", public_page(SpectacularAPIView.as_view(urlconf="config.urls_public")), name="api_schema"),
    path("api/docs/", public_page(SpectacularSwaggerSplitView.as_view(url_name="api_schema")), name="api_docs"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("tls/ask", health.tls_ask, name="tls_ask"),
    path("account/", include("tenants.accounts.urls")),
    path("components/", public_page(require_safe(gallery)), name="gallery"),
    path("billing/webhooks/stripe/", billing.stripe_events, name="stripe_events"),
    path("assessment/", include("onboarding.assessment.urls")),
    path("api/v1/assessment/", include("onboarding.assessment.api")),
]
