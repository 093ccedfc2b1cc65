from django.urls import path

from tenants.accounts import staff

app_name = "staff"
urlpatterns = [
    path("", staff.users, name="users"),
    path("invitations/new/", staff.invite, name="invite"),
    path("<int:pk>/", staff.user, name="user"),
]
