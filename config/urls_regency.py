"""A regency's site: its portal at `/`, its staff at `/work/`, its API at `/api/`."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from modules import api as modules_api
from modules import urls as modules_urls
from modules.services import portal
from modules.services.views import work
from onboarding import views as onboarding
from tenants.accounts import api as accounts_api
from tenants.accounts.access import public_page
from tenants.billing import views as billing

handler400 = "config.errors.bad_request"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
urlpatterns = [
    path("", portal.portal_home, name="home"),
    path("try/", onboarding.sandbox_parts, name="sandbox"),
    path("try/reset/", onboarding.sandbox_reset, name="sandbox_reset"),
    path("work/", work, name="work"),
    path("work/read-only/", billing.restriction, name="read_only"),
    path("", include("tenants.identity.urls")),
    path("work/settings/billing/", include("tenants.billing.urls")),
    path("work/settings/export/", include("tenants.exports.urls")),
    path("work/settings/", include("modules.settings_urls")),
    path("work/start/", include("onboarding.start.urls")),
    path("work/outbox/", include("tenants.mail.urls")),
    path("work/staff/", include("tenants.accounts.staff_urls")),
    path("work/packages/", include("modules.library.urls")),
    path("", include("tenants.support.urls")),
    path("work/announcements/", include("modules.announcements.urls")),
    path("work/audit/", include("tenants.audit.urls")),
    path("account/", include("tenants.accounts.urls")),
    path("letters/", include("tenants.letters.urls")),
    path("api/v1/", include(([*accounts_api.urlpatterns, *modules_api.urlpatterns], "api"))),
    path(
        "api/schema/",
        public_page(SpectacularAPIView.as_view(generator_class=modules_api.OpenModules)),
        name="api_schema",
    ),
    path("api/docs/", public_page(SpectacularSwaggerSplitView.as_view(url_name="api_schema")), name="api_docs"),
    path("work/organisation/", include("tenants.organisation.urls")),
    *modules_urls.urlpatterns,
]
