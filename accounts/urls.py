"""Signing in and out, a new password, the second factor. Names with mfa and account are allauth's own."""

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView as CodeAgainView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.decorators.cache import never_cache

from accounts.views import own, password, second_factor, sign_in, tokens

_PAGES = "accounts"

urlpatterns = [
    path("dang-nhap/", sign_in.SignIn.as_view(), name="login"),
    path("dang-nhap/", sign_in.SignIn.as_view(), name="account_login"),
    path(
        "dang-nhap/ma-xac-thuc/",
        AuthenticateView.as_view(template_name=f"{_PAGES}/second_factor_sign_in.html"),
        name="mfa_authenticate",
    ),
    path("dang-xuat/", sign_in.SignOut.as_view(), name="logout"),
    path("quen-mat-khau/", password.AskForPassword.as_view(), name="password_reset"),
    path("quen-mat-khau/da-gui/", password.AskedForPassword.as_view(), name="password_reset_done"),
    path(
        "quen-mat-khau/<uidb64>/<token>/",
        password.SetPassword.as_view(),
        name="password_reset_confirm",
    ),
    path("quen-mat-khau/xong/", password.PasswordIsSet.as_view(), name="password_reset_complete"),
    path("tai-khoan/mat-khau/", password.ChangePassword.as_view(), name="password_change"),
    path("tai-khoan/lien-he/", own.Contact.as_view(), name="contact"),
    path("tai-khoan/phien-khac/", own.end_other_sessions, name="end_other_sessions"),
    path("tai-khoan/tiep-tuc/", own.kept_form, name="kept"),
    path("tai-khoan/ma-truy-cap/", tokens.tokens, name="tokens"),
    path("tai-khoan/ma-truy-cap/<int:pk>/thu-hoi/", tokens.revoke_token, name="revoke_token"),
    path("tai-khoan/hai-lop/", second_factor.Activate.as_view(), name="mfa_activate_totp"),
    path("tai-khoan/hai-lop/tat/", second_factor.Deactivate.as_view(), name="mfa_deactivate_totp"),
    path(
        "tai-khoan/ma-du-phong/",
        login_required(
            ViewRecoveryCodesView.as_view(template_name=f"{_PAGES}/recovery_codes.html")
        ),
        name="mfa_view_recovery_codes",
    ),
    path(
        "tai-khoan/ma-du-phong/tao/",
        never_cache(
            login_required(
                GenerateRecoveryCodesView.as_view(template_name=f"{_PAGES}/recovery_codes_new.html")
            )
        ),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "tai-khoan/xac-nhan/",
        never_cache(
            login_required(ReauthenticateView.as_view(template_name=f"{_PAGES}/confirm.html"))
        ),
        name="account_reauthenticate",
    ),
    path(
        "tai-khoan/xac-nhan/ma/",
        never_cache(login_required(CodeAgainView.as_view(template_name=f"{_PAGES}/confirm.html"))),
        name="mfa_reauthenticate",
    ),
]
