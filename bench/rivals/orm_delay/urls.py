from django.urls import path

from . import views

urlpatterns = [path("webhook", views.webhook), path("health", views.health)]
