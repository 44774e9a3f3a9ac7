"""Forms of signing in."""

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):
    """Allauth's form, with the utility's own words for what people sign in with."""
