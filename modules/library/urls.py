from django.urls import path

from modules.library import views

app_name = "library"
urlpatterns = [
    path("", views.packages, name="packages"),
    path("releases/<int:pk>/", views.release, name="release"),
    path("publications/<str:module>/", views.publication, name="publication"),
]
