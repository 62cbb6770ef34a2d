"""Addresses of the pages that tell what was delivered; Vietnamese paths, English names."""

from django.urls import path

from deliverables import tables, views
from deliverables.reporting import closing, compare, files, report, review, sheet, signing, verbs

urlpatterns = [
    path("thoa-thuan/", views.agreements, name="agreements"),
    path("thoa-thuan/<slug:slug>/", views.agreement, name="agreement"),
    path("giai-doan/<slug:slug>/", views.phase, name="phase"),
    path("giai-doan/<slug:slug>/tong-ket/", views.phase_reckoning, name="phase-reckoning"),
    path("giai-doan/<slug:slug>/ky/", closing.periods, name="periods"),
    path("giai-doan/<slug:slug>/ky/<slug:key>/", closing.period, name="period"),
    path("he-thong/", views.systems, name="systems"),
    path("he-thong/<slug:slug>/", views.system, name="system"),
    path("hang-muc/", tables.deliverables, name="deliverables"),
    path("hang-muc/<slug:slug>/", views.deliverable, name="deliverable"),
    path("so-lieu/", tables.figures, name="figures"),
    path("hang-muc/<slug:slug>/bao-cao/", report.new, name="report-new"),
    path("hang-muc/<slug:slug>/doi-chieu/", compare.reports, name="reports-compared"),
    path("cong-viec/", sheet.work, name="work"),
    path("cong-viec/doc-so/", sheet.read_figure, name="read-figure"),
    path("cho-xac-nhan/", review.review, name="review"),
    path("cho-xac-nhan/da-xem/", review.seen, name="review-seen"),
    path("bao-cao-so-lieu/<uuid:uid>/", report.report, name="report"),
    path("bao-cao-so-lieu/<uuid:uid>/sua/", report.edit, name="report-edit"),
    path("bao-cao-so-lieu/<uuid:uid>/xoa-nhap/", verbs.discard, name="report-discard"),
    path("bao-cao-so-lieu/<uuid:uid>/rut-lai/", verbs.withdraw, name="report-withdraw"),
    path("bao-cao-so-lieu/<uuid:uid>/xac-nhan/", verbs.confirm, name="report-confirm"),
    path("bao-cao-so-lieu/<uuid:uid>/tra-lai/", verbs.send_back, name="report-return"),
    path("bao-cao-so-lieu/<uuid:uid>/khong-dong-y/", verbs.dispute, name="report-dispute"),
    path("bao-cao-so-lieu/<uuid:uid>/lap-ban-sua/", verbs.revise, name="report-revise"),
    path("bao-cao-so-lieu/<uuid:uid>/trao-doi/", verbs.comment, name="report-comment"),
    path("bao-cao-so-lieu/<uuid:uid>/tep/", files.attach, name="report-file-attach"),
    path("bao-cao-so-lieu/<uuid:uid>/tep/<slug:sha256>/", files.file, name="report-file"),
    path(
        "bao-cao-so-lieu/<uuid:uid>/tep/<slug:sha256>/go/", files.detach, name="report-file-detach"
    ),
    path("ky-ket/", signing.proposals, name="proposals"),
    path("ky-ket/moi/<slug:slug>/", signing.new_phase, name="proposal-new"),
    path("ky-ket/phu-luc/<slug:slug>/", signing.new_amendment, name="amendment-new"),
    path("ky-ket/bo-sung/<slug:slug>/", signing.new_additions, name="additions-new"),
    path("ky-ket/<uuid:uid>/", signing.proposal, name="proposal"),
    path("ky-ket/<uuid:uid>/sua/", signing.edit, name="proposal-edit"),
    path("ky-ket/<uuid:uid>/gui/", signing.send, name="proposal-send"),
    path("ky-ket/<uuid:uid>/dong-y/", signing.accept, name="proposal-accept"),
    path("ky-ket/<uuid:uid>/tra-lai/", signing.send_back, name="proposal-return"),
    path("ky-ket/<uuid:uid>/rut-lai/", signing.withdraw, name="proposal-withdraw"),
    path("ky-ket/<uuid:uid>/lap-lai/", signing.begin_again, name="proposal-again"),
    path("ky-ket/<uuid:uid>/xoa-nhap/", signing.discard, name="proposal-discard"),
    path("so-sanh/", tables.compare, name="compare"),
    path("thay-doi/", tables.changes, name="changes"),
    path("nguon/<slug:slug>/", views.source, name="source"),
    path("nguon/<slug:slug>/tep/", files.of_source, name="source-file"),
]
