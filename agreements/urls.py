"""Addresses of the lists that tell of the promise alone; Vietnamese paths, English names."""

from django.urls import path

from agreements import views

urlpatterns = [
    path("giai-doan/", views.phases, name="phases"),
    path("khac-nhau/", views.discrepancies, name="discrepancies"),
    path("phan-cong/", views.assignment, {"part": "assignment"}, name="assignment"),
    path("phan-cong/phia-trong/", views.assignment, {"part": "vacancies"}, name="vacancies"),
    path("phan-cong/lau-khong-dung/", views.assignment, {"part": "sleepers"}, name="sleepers"),
    path("su-kien/", views.events, name="events"),
    path("nguon/", views.sources, name="sources"),
]
