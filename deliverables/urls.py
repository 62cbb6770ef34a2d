"""Addresses of the pages that tell what was delivered; Vietnamese paths, English names."""

from django.urls import path

from deliverables import tables, views

urlpatterns = [
    path("thoa-thuan/", views.agreements, name="agreements"),
    path("thoa-thuan/<slug:slug>/", views.agreement, name="agreement"),
    path("giai-doan/<slug:slug>/", views.phase, name="phase"),
    path("he-thong/", views.systems, name="systems"),
    path("he-thong/<slug:slug>/", views.system, name="system"),
    path("hang-muc/", tables.deliverables, name="deliverables"),
    path("hang-muc/<slug:slug>/", views.deliverable, name="deliverable"),
    path("so-lieu/", tables.figures, name="figures"),
    path("so-sanh/", tables.compare, name="compare"),
    path("thay-doi/", tables.changes, name="changes"),
    path("nguon/<slug:slug>/", views.source, name="source"),
]
