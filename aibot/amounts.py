"""How much of what: "three days", "3 days", "तीन दिन" and "teen din" are one amount, so that what an owner has written in one language may
be said in another. guard.py reads them.
"""

from collections.abc import Iterator, Sequence

from conversations.wording import words

Amount = tuple[str, str]  # a value in digits, and the unit's first name: ("3", "day"), ("0.5", "kg")


def _names(text: str) -> dict[str, str]:
    """Each word of a line -> its first one."""
    lines = [[word for part in line.split() for word in words(part)] for line in text.strip().splitlines()]
    return {word: line[0] for line in lines for word in line}


TIMES = _names("""
    minute minutes min mins minat मिनट
    hour hours hr hrs ghanta ghante ghanton घंटा घंटे घंटों
    day days din dino dinon दिन दिनों
    week weeks hafta hafte hafton हफ्ता हफ़्ता हफ्ते हफ़्ते सप्ताह
    month months mahina mahine mahinon महीना महीने महीनों
    year years saal साल
""")
THINGS = _names("""
    kg kgs kilo kilos kilogram kilograms किलो किग्रा
    g gm gms gram grams ग्राम
    l ltr ltrs litre litres liter liters लीटर
    ml मिली
    piece pieces pcs पीस नग
    packet packets pack packs पैकेट
    box boxes डिब्बा डिब्बे
    bottle bottles botal बोतल बोतलें
    jar jars जार
    plate plates प्लेट
    cup cups कप
    glass glasses गिलास ग्लास
    spoon spoons teaspoon teaspoons chammach चम्मच
    set sets सेट
    metre metres meter meters mtr मीटर
    cm सेमी
    inch inches इंच
    km किमी
    person persons people guests log logo logon लोग लोगों
""")
UNITS = TIMES | THINGS
_VALUES = {
    word: value
    for value, line in {
        "0.5": "half aadha adha aadhe adhe aadhi आधा आधे आधी",
        "1": "1 one a an ek एक",
        "1.5": "dedh डेढ़ डेढ",
        "2": "two do दो",
        "2.5": "dhai adhai ढाई अढ़ाई",
        "3": "three teen tin तीन",
        "4": "four char chaar चार",
        "5": "five paanch panch पाँच पांच",
        "6": "six chhe chhah chhe छह छः छे",
        "7": "seven saat सात",
        "8": "eight aath आठ",
        "9": "nine nau नौ",
        "10": "ten das dus दस",
        "12": "twelve barah baarah बारह",
        "15": "fifteen pandrah पंद्रह पन्द्रह",
        "20": "twenty bees बीस",
        "30": "thirty tees तीस",
    }.items()
    for part in line.split()
    for word in words(part)
}
# What comes again, or next: "each month", "har mahine", "हर महीने".
_WHICH = _names("""
    each every per har हर प्रति
    next coming following agle agli अगले अगली
    this isi इसी
""")
# Between a number and what it counts.
_BETWEEN = frozenset(words("to or more se ya usse zyada jyada से या उससे ज़्यादा ज्यादा")) | {"-"}


def value(token: str) -> str:
    """In digits: "three" -> "3", "1,000" -> "1000"; "" for a token that is no number known here."""
    plain = token.replace(",", "")
    return plain if plain.replace(".", "", 1).isdecimal() else _VALUES.get(token, "")


def at(said: Sequence[str], place: int) -> Amount | None:
    """The amount that begins with this token: "3 kg", "half-kilo", "each month"; of "5 to 7 days" both, of "6 or more people" that of 6."""
    much = value(said[place]) or _WHICH.get(said[place], "")
    unit = next((word for word in said[place + 1 : place + 6] if word not in _BETWEEN and not value(word)), "")
    return (much, UNITS[unit]) if much and unit in UNITS else None


def of(said: Sequence[str]) -> Iterator[Amount]:
    """All amounts of a text's tokens."""
    return filter(None, (at(said, place) for place in range(len(said))))
