"""Signing in and out, a new password."""

from django.urls import path

from accounts.views import password, sign_in

urlpatterns = [
    path("dang-nhap/", sign_in.SignIn.as_view(), name="login"),
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
]
