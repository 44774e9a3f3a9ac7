"""How what people type is compared. Plain Python."""

import unicodedata

# Signs of a generated password: none is taken for another on paper or over the phone.
GENERATED = "abcdefghjkmnpqrstuvwxyz23456789"


def canonical(value: str) -> str:
    """How an identifier is kept and compared: no white space, small letters, one form of each sign."""
    return "".join(unicodedata.normalize("NFKC", value).split()).lower()


BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """What a browser says of itself, as people call it: "Firefox, Android". Each name stands before those that also claim its sign."""
    names = (next((name for sign, name in known if sign in user_agent), "") for known in (BROWSERS, SYSTEMS))
    return ", ".join(name for name in names if name) or user_agent[:60]
