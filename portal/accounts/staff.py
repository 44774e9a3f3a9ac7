"""The panel's list of users: only people who work for the utility. Customers are met at the clerk's desk, one at a time."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views import users

from portal.accounts.models import User


class WithoutUserName:
    """Nobody types the inner user name: it is given by the model and never shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["username"]  # type: ignore[attr-defined]  # of the form this is mixed into

    def separate_username_field(self) -> bool:
        return False


class StaffCreationForm(WithoutUserName, UserCreationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _(
            "The person signs in with it, and sets the first password with “I do not remember my password”."
        )

    def save(self, commit: bool = True) -> User:
        self.instance.is_staff = True
        self.instance.email = self.instance.email.lower()
        self.instance.set_unusable_password()
        user: User = super().save(commit=commit)
        return user


class StaffEditForm(WithoutUserName, UserEditForm):
    pass


class OnlyStaff:
    """A view of one user: a customer's account is not found here."""

    def get_object(self, *args: Any, **kwargs: Any) -> User:
        user: User = super().get_object(*args, **kwargs)  # type: ignore[misc]  # of the view this is mixed into
        if not user.is_staff:
            raise Http404
        return user


class StaffIndexView(users.IndexView):
    page_title = _("Staff")

    def get_base_queryset(self) -> QuerySet[User]:
        staff: QuerySet[User] = super().get_base_queryset().filter(is_staff=True)
        return staff

    def get_delete_url(self, instance: User) -> None:
        """People are closed, never deleted."""

    @cached_property
    def columns(self) -> list[Column]:
        kept = [
            column
            for column in super().columns
            if not isinstance(column, BulkActionsCheckboxColumn) and column.name != "username"
        ]
        return [*kept[:1], Column("email", label=_("E-mail"), sort_key="email"), *kept[1:]]


class StaffEditView(OnlyStaff, users.EditView):
    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.can_delete = False


class StaffDeleteView(users.DeleteView):
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        raise PermissionDenied


class StaffHistoryView(OnlyStaff, users.HistoryView):
    pass


class StaffUsageView(OnlyStaff, users.UserViewSet.usage_view_class):
    pass


class StaffViewSet(users.UserViewSet):
    menu_label = _("Staff")
    ordering = "last_name"
    index_view_class = StaffIndexView
    edit_view_class = StaffEditView
    delete_view_class = StaffDeleteView
    history_view_class = StaffHistoryView
    usage_view_class = StaffUsageView

    def get_form_class(self, for_update: bool = False) -> type[UserCreationForm | UserEditForm]:
        return StaffEditForm if for_update else StaffCreationForm
