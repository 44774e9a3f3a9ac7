"""The rows of this room: cases and their threads, what some cases ask for, the inbox, outages."""

from portal.cases.models.cases import AnswerTemplate, Attachment, Case, CaseTopic, Entry, TopicQuestion
from portal.cases.models.changes import DataChange, Handover
from portal.cases.models.inbox import CopyWish, InboxItem, InboxMark, OfficeMessage
from portal.cases.models.outages import Outage, OutageAlert, OutageStreet

__all__ = [
    "AnswerTemplate",
    "Attachment",
    "Case",
    "CaseTopic",
    "CopyWish",
    "DataChange",
    "Entry",
    "Handover",
    "InboxItem",
    "InboxMark",
    "OfficeMessage",
    "Outage",
    "OutageAlert",
    "OutageStreet",
    "TopicQuestion",
]
