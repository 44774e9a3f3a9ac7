"""Addresses of this room. Allauth's views and names, at our addresses; a view that is not named here has no address at all."""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as sessions
from django.urls import path, re_path

from portal.accounts import account_views as own
from portal.accounts.views import accept_terms

urlpatterns = [
    path("", own.home, name="account_home"),
    path("e-mail/", own.email, name="account_email"),
    path("e-mail/potwierdz/<str:token>/", own.confirm_email, name="account_email_confirm"),
    path("logowania/", own.sign_ins, name="account_sign_ins"),
    path("zgody/", own.consents, name="account_consents"),
    path("moje-dane/", own.download, name="account_download"),
    path("moje-dane/plik/", own.download_file, name="account_download_file"),
    path("zamknij/", own.close, name="account_close"),
    path("zaloguj/", account.login, name="account_login"),
    path("wyloguj/", account.logout, name="account_logout"),
    path("nieczynne/", account.account_inactive, name="account_inactive"),
    path("potwierdz/", account.reauthenticate, name="account_reauthenticate"),
    path("regulamin/", accept_terms, name="account_terms"),
    path("haslo/zmien/", account.password_change, name="account_change_password"),
    path("haslo/ustaw/", account.password_set, name="account_set_password"),
    path("haslo/nie-pamietam/", account.password_reset, name="account_reset_password"),
    path("haslo/nie-pamietam/wyslane/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^haslo/nie-pamietam/klucz/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "haslo/nie-pamietam/gotowe/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"
    ),
    path("drugi-skladnik/", second_factor.index, name="mfa_index"),
    path("drugi-skladnik/kod/", second_factor.authenticate, name="mfa_authenticate"),
    path("drugi-skladnik/potwierdz/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("drugi-skladnik/wlacz/", totp.activate_totp, name="mfa_activate_totp"),
    path("drugi-skladnik/wylacz/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("drugi-skladnik/kody-zapasowe/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "drugi-skladnik/kody-zapasowe/nowe/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"
    ),
    path(
        "drugi-skladnik/kody-zapasowe/pobierz/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("urzadzenia/", sessions.list_usersessions, name="usersessions_list"),
]
