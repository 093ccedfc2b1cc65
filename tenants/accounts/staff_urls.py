from django.urls import path

from tenants.accounts import staff

app_name = "staff"
urlpatterns = [
    path("", staff.users, name="users"),
    path("invitations/new/", staff.invite, name="invite"),
    path("import/", staff.people_import, name="import"),
    path("import/example.xlsx", staff.people_example, name="import_example"),
    path("<int:pk>/", staff.user, name="user"),
]
