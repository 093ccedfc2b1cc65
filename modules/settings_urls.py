from django.urls import path

from modules import views

app_name = "settings"
urlpatterns = [
    path("modules/", views.modules, name="modules"),
    path("modules/<str:key>/", views.module, name="module"),
    path("roles/", views.roles, name="roles"),
    path("roles/new/", views.role_new, name="role_new"),
    path("roles/<slug:role>/", views.role, name="role"),
]
