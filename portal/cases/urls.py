"""Addresses of this room."""

from django.urls import path

from portal.cases import change_views, guest_views, inbox_views, outage_views, views

app_name = "cases"

urlpatterns = [
    path("sprawy/", views.cases, name="cases"),
    path("sprawy/nowa/", views.choose, name="choose"),
    path("sprawy/nowa/<slug:slug>/", views.new, name="new"),
    path("sprawy/<uuid:public_id>/", views.case, name="case"),
    path("sprawy/plik/<uuid:public_id>/", views.attachment, name="attachment"),
    path("sprawy/odpowiedz/<uuid:public_id>/", views.answer_pdf, name="answer_pdf"),
    path("dane/zmiana/", change_views.change, name="change"),
    path("przekazanie/", change_views.handover, name="handover"),
    path("przekazanie/<uuid:public_id>/", change_views.handover_papers, name="handover_papers"),
    path("skrzynka/", inbox_views.inbox, name="inbox"),
    path("skrzynka/kopie/", inbox_views.copies, name="inbox_copies"),
    path("skrzynka/<uuid:public_id>/", inbox_views.message, name="inbox_message"),
    path("skrzynka/<uuid:public_id>/archiwum/", inbox_views.archive, name="inbox_archive"),
    path("skrzynka/<uuid:public_id>/plik/", inbox_views.file, name="inbox_file"),
    path("awaria/", guest_views.failure, name="failure"),
    path("awarie/", outage_views.listed, name="outages"),
    path("awarie/powiadomienia/", outage_views.alert, name="outage_alert"),
    path("sprawa/", guest_views.follow, name="follow"),
    path("sprawa/nowa/", guest_views.choose, name="guest_choose"),
    path("sprawa/nowa/<slug:slug>/", guest_views.new, name="guest_new"),
    path("sprawa/<uuid:public_id>/", guest_views.case, name="guest_case"),
    path("sprawa/plik/<uuid:public_id>/", guest_views.attachment, name="guest_attachment"),
    path("sprawa/odpowiedz/<uuid:public_id>/", guest_views.answer_pdf, name="guest_answer_pdf"),
]
