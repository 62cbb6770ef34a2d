"""Every address of the portal; Vietnamese paths, English names."""

from django.contrib import admin
from django.urls import include, path

from accounts.views import admin_sign_in
from coopportal import health, refusals, views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("tra-cuu/", views.search, name="search"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("accounts.urls")),
    # One door for everybody: the admin has no sign-in page of its own.
    path("quan-tri/login/", admin_sign_in),
    path("quan-tri/", admin.site.urls),
]

handler400 = refusals.bad_request
handler403 = refusals.forbidden
handler404 = refusals.not_found
handler500 = refusals.server_error
