"""What holds for every form that editors build."""

from dataclasses import dataclass

from portal.utility.rules import RuleSet, gettext_noop, register, rule


@register
@dataclass(frozen=True)
class FormRules(RuleSet):
    code = "forms"
    title = gettext_noop("Forms built by editors")

    is_captcha_on: bool = rule(default=True, label=gettext_noop("Ask to prove that a person is filling in the form"))
    sent_an_hour: int = rule(10, gettext_noop("Forms that may be sent from one address in an hour"))
    largest_file_mb: int = rule(10, gettext_noop("Largest attached file, MB"))
