"""A message's words in the one form that phrases are compared in.

Python's ``\\b`` ends a word before a Devanagari vowel sign (category Mc), so words are cut by what is a letter, a
mark or a digit.
"""

import re
import unicodedata

# Joiners, an emoji's variants, a keycap, apostrophes.
_UNHEARD = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufe0e\ufe0f\u20e3\u00ad'’‘`"))
# hiii, pleaseee, नमस्तेेे: a letter, or one of Devanagari's signs, which Python does not count among letters.
_REPEATED = re.compile(r"([^\W\d_]|[\u0900-\u0903\u093a-\u094f])\1{2,}")


def words(text: str) -> tuple[str, ...]:
    """The words: NFKC, small letters, no emoji, joiners or apostrophes, a letter three times or more in a row once.

    >>> words("Hiii!! What's the PRICE?")
    ('hi', 'whats', 'the', 'price')
    """
    text = unicodedata.normalize("NFKC", text.replace("´", "'")).casefold().translate(_UNHEARD)
    text = _REPEATED.sub(r"\1", unicodedata.normalize("NFKC", text))  # again: small letters may come apart
    return tuple("".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text).split())


def is_devanagari(text: str) -> bool:
    """Whether most of its letters are Devanagari."""
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and sum("\u0900" <= c <= "\u097f" for c in letters) * 2 > len(letters)


# Words that Romanised Hindi can hardly do without, and English does not have.
_HINGLISH = frozenset(
    words(
        "hai hain h kya kia ka ki ke ko nahi nahin nhi mujhe mera meri mere aap aapka apka chahiye chaiye bhai bhaiya karo kar kardo "
        "krdo karna karein batao bataiye btao kitna kitne kitni raha rahi rahe gaya gayi gaye aur tha thi hua hui koi kuch abhi aaj "
        "kal kab bhejo bhej bhejna bhejiye milega milegi mil mila dikhao wala wale wali namaste namaskar shukriya dhanyawad "
        "dhanyavad kaise kyu kyun kahan yeh ye woh bahut bohot ho mat band thoda baat bata haan accha acha theek pani paani doodh "
        "dijiye lijiye"
    )
)


def language_of(text: str) -> str:
    """The language that a message is answered in where a rule has several: "hi", "hi-Latn" or "en"."""
    if any("\u0900" <= c <= "\u097f" for c in text):
        return "hi"
    return "hi-Latn" if _HINGLISH.intersection(words(text)) else "en"
