"""What the room does later."""

from portal.accounts import own_data
from portal.accounts.models import DataDownload


def make_download(pk: int) -> None:
    download = DataDownload.objects.select_related("user").filter(pk=pk).first()
    if download is not None:
        own_data.make(download)
