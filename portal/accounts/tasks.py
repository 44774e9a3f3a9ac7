"""What the room does later."""

from portal.accounts import actions, own_data
from portal.accounts.models import DataDownload, PasswordAsked


def make_download(pk: int) -> None:
    download = DataDownload.objects.select_related("user").filter(pk=pk).first()
    if download is not None:
        own_data.make(download)


def answer_password_asked(pk: int) -> None:
    asked = PasswordAsked.objects.filter(pk=pk).first()
    if asked is not None:
        actions.answer_password_asked(asked)
