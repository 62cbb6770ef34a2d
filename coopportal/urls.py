"""Every address of the portal; Vietnamese paths, English names."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from accounts.views.sign_in import admin_sign_in
from coopportal import health, refusals, views
from coopportal.my_account import my_account

urlpatterns = [
    # First: addresses are compared in this order, and programs ask most.
    path("api/", include("coopportal.api_urls")),
    path("", views.overview, name="overview"),
    path("tra-cuu/", views.search, name="search"),
    path("tra-cuu/goi-y/", views.suggestions, name="suggestions"),
    # For pages that name no icon (the admin): a browser then asks here. Lazy: the name of the file
    # is known once `collectstatic` has run.
    path(
        "favicon.ico",
        login_not_required(RedirectView.as_view(url=lazy(static, str)("icons/coop.svg"))),
        name="favicon",
    ),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("tai-khoan/", my_account, name="my_account"),
    path("tai-khoan/", my_account, name="mfa_index"),  # where allauth leads back to
    path("", include("accounts.urls")),
    path("", include("agreements.urls")),
    path("", include("deliverables.urls")),
    # One door for everybody: the admin has no sign-in page of its own.
    path("quan-tri/login/", admin_sign_in),
    path("quan-tri/", admin.site.urls),
]

handler400 = refusals.bad_request
handler403 = refusals.forbidden
handler404 = refusals.not_found
handler500 = refusals.server_error
