"""How one calls a person by first name in Polish: Anna is greeted "Anno". Unsure of a name, it stays as it is."""

ALPHABET = set("aąbcćdeęfghijklłmnńoóprsśtuwyzźż")
# Women's names without -a do not change; the endings below would take them for men's.
UNCHANGED = {
    "karmen",
    "miriam",
    "ingrid",
    "astrid",
    "dolores",
    "iris",
    "ester",
    "judyt",
    "rut",
    "abigail",
    "rachel",
    "mercedes",
}
IRREGULAR = {"aleksander": "aleksandrze", "kacper": "kacprze"}
FORMAL_IN_NIA = {"stefania", "eugenia", "melania", "apolonia", "antonia", "ksenia", "hortensja"}
PET_NAMES = ("sia", "zia", "cia", "nia", "aja", "eja", "oja")
SHORT = 4  # Ola, Ela, Hela: pet names; Kamila and Gabriela are not

# From the longest ending to the shortest.
MASCULINE = (
    ("eł", "le"),
    ("ał", "ale"),
    ("ek", "ku"),
    ("st", "ście"),
    ("ch", "chu"),
    ("sz", "szu"),
    ("rz", "rzu"),
    ("cz", "czu"),
    *((ending, f"{ending}u") for ending in ("j", "k", "g", "l", "c")),
    *((ending, f"{ending}ie") for ending in ("n", "b", "p", "w", "m", "f", "s", "z")),
    ("ń", "niu"),
    ("ś", "siu"),
    ("d", "dzie"),
    ("t", "cie"),
    ("r", "rze"),
)


def vocative(first_name: str) -> str:
    """Anna → Anno, Kasia → Kasiu, Marek → Marku, Piotr → Piotrze; the first of several names."""
    name = (first_name.split() or [""])[0]
    low = name.lower()
    if not low or low in UNCHANGED or not set(low) <= ALPHABET:
        return name
    called = IRREGULAR.get(low) or (_ending_in_a(low) if low.endswith("a") else _masculine(low))
    return called.capitalize()


def _ending_in_a(name: str) -> str:
    is_pet_name = name.endswith(PET_NAMES) or (name.endswith("la") and len(name) <= SHORT)
    return name[:-1] + ("u" if is_pet_name and name not in FORMAL_IN_NIA else "o")


def _masculine(name: str) -> str:
    for ending, called in MASCULINE:
        if name.endswith(ending):
            return name.removesuffix(ending) + called
    return name
