from allauth.account import urls as account_urls
from allauth.mfa import urls as mfa_urls
from django.urls import include, path
from django.views.i18n import set_language

from tenants.accounts import views
from tenants.accounts.access import public_page
from tenants.ratelimit import limited

own = [path("invitation/<str:token>/", views.invitation, name="invitation")]

# Nobody registers or changes their address alone: of the library's pages only these are ours.
_OURS = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}

urlpatterns = [
    path("", include((own, "accounts"))),
    path("language/", public_page(limited("post")(set_language)), name="set_language"),
    *[pattern for pattern in account_urls.urlpatterns if pattern.name in _OURS],
    path("mfa/", include(mfa_urls)),
]
