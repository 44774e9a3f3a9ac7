"""The five roles of people who work in the panel, as groups with just the rights their work needs."""

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from home.notices.models import NoticeIndexPage
from home.regulations.models import MAY_ISSUE, RegulationsPage

EDITORS = "redakcja"
MARKETING = "marketing"
CLERKS = "bok"
ACCOUNTANTS = "ksiegowosc"
ADMINISTRATORS = "administrator"

ROLES = (EDITORS, MARKETING, CLERKS, ACCOUNTANTS, ADMINISTRATORS)
ENTER_PANEL = ("wagtailadmin", "access_admin")
FILES = ("add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document")
LOOK_AT_FILES = ("add_image", "choose_image", "add_document", "choose_document")
EDITORS_MODELS = ("faqentry", "faqcategory", "download", "messagetemplate")
ADMINISTRATORS_APPS = (
    "wagtailcore",
    "wagtailadmin",
    "wagtailimages",
    "wagtaildocs",
    "wagtailredirects",
    "utility",
    "home",
    "faq",
    "downloads",
)
CLERKS_RIGHTS = (
    "desk.view_task",
    "desk.change_task",
    "cases.view_case",
    "cases.change_case",
    "cases.view_officemessage",
    "cases.add_officemessage",
    "cases.view_outage",
    "cases.add_outage",
    "cases.change_outage",
    "cases.view_answertemplate",
    "cases.add_answertemplate",
    "cases.change_answertemplate",
    "customers.view_customer",
    "customers.add_staffvisit",
    "payments.view_payment",
    "metering.view_meter",
    "metering.view_meterreading",
    "metering.change_meterreading",
    "metering.view_missedwindow",
    "metering.change_missedwindow",
    "metering.view_downtime",
    "metering.add_downtime",
    "registration.view_application",
    "managers.view_managerrequest",
    "managers.change_managerrequest",
    "moving.view_oldaccount",
    "registration.change_application",
    "exchange.view_billingdelivery",
    "notifications.view_delivery",
    "notifications.change_delivery",
    "notifications.view_suppression",
    "notifications.delete_suppression",
    "built.view_filledform",
)
EDITORS_RIGHTS = (
    "built.view_filledform",
    "cases.view_outage",
    "cases.add_outage",
    "cases.change_outage",
    "home.view_portalpage",  # opens the reports on the whole site
)
ADMINISTRATORS_RIGHTS = (
    "cases.view_casetopic",
    "cases.add_casetopic",
    "cases.change_casetopic",
    "exchange.add_apitoken",
    "journal.view_auditline",
    "accounts.view_acceptance",
    "exchange.view_billingdelivery",
    "notifications.view_delivery",
    "built.view_filledform",
    MAY_ISSUE,
)
# Who gives money back is not who talks to the payer; above the limit of the rules two of them are needed.
ACCOUNTANTS_RIGHTS = (
    "desk.view_task",
    "desk.change_task",
    "customers.view_customer",
    "payments.view_payment",
    "payments.add_refund",
    "payments.view_payout",
    "exchange.view_billingdelivery",
)


def ensure_groups(root_page: Page) -> dict[str, Group]:
    """The groups by name, with their rights below this front page. Calling it again changes nothing that is right."""
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in ROLES}
    enter = Permission.objects.filter(content_type__app_label=ENTER_PANEL[0], codename=ENTER_PANEL[1])
    for group in groups.values():
        group.permissions.add(*enter)

    _pages(groups[EDITORS], root_page, "add", "change", "publish", "lock", "unlock")
    _files(groups[EDITORS], FILES)
    groups[EDITORS].permissions.add(*_models(Q(content_type__model__in=EDITORS_MODELS)))
    groups[EDITORS].permissions.add(*_models(Q(content_type__model="redirect")))
    groups[EDITORS].permissions.add(*_named(EDITORS_RIGHTS))

    for index in NoticeIndexPage.objects.descendant_of(root_page):
        _pages(groups[MARKETING], index, "add", "publish")
        _pages(groups[CLERKS], index, "add", "publish")  # to those in arrears only they may write
    _files(groups[MARKETING], LOOK_AT_FILES)

    groups[CLERKS].permissions.add(*_named(CLERKS_RIGHTS))
    groups[ACCOUNTANTS].permissions.add(*_named(ACCOUNTANTS_RIGHTS))

    _pages(groups[ADMINISTRATORS], root_page, "add", "change", "publish", "lock", "unlock", "bulk_delete")
    _files(groups[ADMINISTRATORS], FILES)
    groups[ADMINISTRATORS].permissions.add(*_models(Q(content_type__app_label__in=ADMINISTRATORS_APPS)))
    groups[ADMINISTRATORS].permissions.add(*_models(Q(content_type__model="messagetemplate")))
    dictionaries = Q(content_type__app_label="cases", content_type__model__in=("casetopic", "answertemplate"))
    groups[ADMINISTRATORS].permissions.add(*_models(dictionaries))
    groups[ADMINISTRATORS].permissions.add(*_models(Q(content_type__app_label="accounts", content_type__model="user")))
    groups[ADMINISTRATORS].permissions.add(*_models(Q(content_type__app_label="auth", content_type__model="group")))
    groups[ADMINISTRATORS].permissions.add(*_named(ADMINISTRATORS_RIGHTS))

    for regulations in RegulationsPage.objects.descendant_of(root_page):
        _approved_by(groups[ADMINISTRATORS], regulations)
    return groups


def _approved_by(approvers: Group, page: Page) -> None:
    """What is submitted below the page is read and published by the approvers, unless somebody chose another workflow."""
    if WorkflowPage.objects.filter(page=page).exists():
        return
    with override(settings.LANGUAGE_CODE):
        names = {"workflow": _("Approval of regulations"), "task": _("An administrator reads and publishes")}
    workflow, _is_new = Workflow.objects.get_or_create(name=names["workflow"])
    task = GroupApprovalTask.objects.filter(name=names["task"]).first() or GroupApprovalTask.objects.create(
        name=names["task"]
    )
    task.groups.add(approvers)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    WorkflowPage.objects.create(page=page, workflow=workflow)


def _pages(group: Group, page: Page, *kinds: str) -> None:
    held = Permission.objects.filter(
        content_type__app_label="wagtailcore", codename__in=[f"{kind}_page" for kind in kinds]
    )
    for permission in held:
        GroupPagePermission.objects.get_or_create(group=group, page=page, permission=permission)


def _files(group: Group, codenames: tuple[str, ...]) -> None:
    root = Collection.get_first_root_node()
    for permission in Permission.objects.filter(
        content_type__app_label__in=["wagtailimages", "wagtaildocs"], codename__in=codenames
    ):
        GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)


def _models(which: Q) -> list[Permission]:
    return list(Permission.objects.filter(which))


def _named(rights: tuple[str, ...]) -> list[Permission]:
    which = Q(pk__in=[])
    for right in rights:
        room, _sep, codename = right.partition(".")
        which |= Q(content_type__app_label=room, codename=codename)
    return _models(which)
