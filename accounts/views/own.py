"""Pages on which somebody changes what belongs to his or her account: contact, sessions, an unsent form."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.core.internal.httpkit import authenticated_user
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.generic import UpdateView

from accounts import kept
from accounts.forms.contact import ContactForm
from accounts.models import User


@method_decorator(
    [never_cache, login_required, reauthentication_required(allow_get=True)], name="dispatch"
)
class Contact(UpdateView):
    """E-mail and phone. As e-mail opens the account, a sign-in long ago does not suffice."""

    http_method_names = ["get", "head", "options", "post"]
    template_name = "accounts/contact.html"
    form_class = ContactForm
    success_url = reverse_lazy("my_account")

    def get_object(self, queryset: Any = None) -> User:
        # A row of its own: what is typed must not show in the frame before it is stored.
        return User.objects.get(pk=authenticated_user(self.request).pk)

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Đã lưu liên hệ."))
        return super().form_valid(form)

    def get_context_data(self, **values: Any) -> dict[str, Any]:
        return {**super().get_context_data(**values), "user": self.request.user}


@never_cache
@login_required
def kept_form(request: HttpRequest) -> HttpResponse:
    """What was sent when the session had ended: to send again, or to drop."""
    if request.method == "POST":
        kept.drop(request)
        return HttpResponseRedirect(reverse("overview"))
    typed = kept.what_is_kept(request)
    if typed is None:
        return HttpResponseRedirect(reverse("overview"))
    return render(request, "accounts/kept.html", {"typed": typed})


@require_POST
@login_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    user = authenticated_user(request)
    user.end_sessions()
    update_session_auth_hash(request, user)
    messages.success(request, _("Đã kết thúc mọi phiên khác."))
    return HttpResponseRedirect(reverse("my_account"))
