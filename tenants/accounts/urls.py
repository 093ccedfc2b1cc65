from allauth.account import urls as account_urls
from allauth.mfa import urls as mfa_urls
from django.urls import include, path

from tenants.accounts import views

own = [path("invitation/<str:token>/", views.invitation, name="invitation")]

urlpatterns = [
    path("", include((own, "accounts"))),
    path("", include(account_urls)),
    path("mfa/", include(mfa_urls)),
]
