from allauth.account import urls as account_urls
from allauth.mfa import urls as mfa_urls
from django.urls import include, path

urlpatterns = [
    path("", include(account_urls)),
    path("mfa/", include(mfa_urls)),
]
