"""Who calls the API, what the call may do, and for which side of which agreements. Nothing is written."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import AccountKind, TokenScope
from agreements.choices import Side
from agreements.models import Representative
from coopportal.clock import today
from coopportal.query import check_parameters
from coopportal.rest.access import ProvesWhoCalls
from coopportal.rest.answers import instant_iso
from coopportal.rest.renderers import FORMAT_PARAMETER
from coopportal.rest.views import ApiView
from deliverables.models import ProgressReport, Proposal


class Mandate(serializers.Serializer[Any]):
    agreement = serializers.CharField()
    side = serializers.ChoiceField(choices=Side.choices)
    from_day = serializers.DateField()
    until_day = serializers.DateField(allow_null=True)


class Key(serializers.Serializer[Any]):
    """The token with which the call was made."""

    name = serializers.CharField()
    expires_at = serializers.DateTimeField()


class Awaiting(serializers.Serializer[Any]):
    """How much waits for the caller."""

    verdicts = serializers.IntegerField(help_text=_("Báo cáo của bên kia chờ bên mình xác nhận"))
    sources = serializers.IntegerField(help_text=_("Số liệu từ nguồn mà hai bên chưa có ý kiến"))
    returned = serializers.IntegerField(
        help_text=_("Báo cáo của bên mình bị trả lại, chưa gửi lại")
    )
    drafts = serializers.IntegerField(help_text=_("Bản nháp của bên mình chưa gửi"))
    proposals = serializers.IntegerField(
        help_text=_("Đề nghị ký kết của bên kia chờ bên mình trả lời")
    )


class Me(serializers.Serializer[Any]):
    """Whose call this is, what it may do, and for which side of which agreements it acts today.

    ``scope`` is null for the session of the pages, which may do whatever the user may. A call of the
    scope ``official`` acts for no side, whoever its owner is: no mandates, nothing told of what awaits.
    """

    username = serializers.CharField()
    full_name = serializers.CharField()
    kind = serializers.ChoiceField(choices=AccountKind.choices)
    administrator = serializers.BooleanField()
    scope = serializers.ChoiceField(choices=TokenScope.choices, allow_null=True)
    token = Key(allow_null=True)
    mandates = Mandate(many=True)
    awaiting = Awaiting(allow_null=True)


class MeView(ApiView):
    """Who calls."""

    permission_classes = [ProvesWhoCalls]
    answer = Me
    summaries = (_("Tôi là ai, được làm gì, đại diện cho bên nào"),)

    @extend_schema(operation_id="me_retrieve")
    def retrieve(self, request: Request) -> Response:
        check_parameters(request.query_params, {FORMAT_PARAMETER})
        token: Any = request.auth
        owner: Any = token.owner if token else request.user
        return Response(
            {
                "username": owner.username,
                "full_name": owner.full_name,
                "kind": owner.kind,
                "administrator": owner.is_superuser,
                "scope": token and token.scope,
                "token": token
                and {"name": token.name, "expires_at": instant_iso(token.expires_at)},
                "mandates": _mandates(request.user),
                "awaiting": _awaiting(request.user),
            }
        )


def _mandates(user: Any) -> list[dict[str, Any]]:
    """The caller's, not the owner's: a token that only reads acts for nobody."""
    if not user.is_authenticated:
        return []
    rows = (
        Representative.objects.on(today())
        .filter(user=user)
        .order_by("agreement__slug")
        .values_list("agreement__slug", "side", "from_day", "until_day")
    )
    return [
        {"agreement": agreement, "side": side, "from_day": start, "until_day": until}
        for agreement, side, start, until in rows
    ]


def _awaiting(user: Any) -> dict[str, int] | None:
    """The lengths of the queues that the pages for reporting and for verdicts show."""
    if not user.is_authenticated:
        return None
    reports = ProgressReport.objects
    return {
        "verdicts": reports.awaiting_verdict_of(user).count(),
        "sources": reports.sources_open_to(user).count(),
        "returned": reports.returned_to(user).count(),
        "drafts": reports.drafts_of(user).count(),
        "proposals": Proposal.objects.awaiting(user).count(),
    }
