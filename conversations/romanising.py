"""Hindi in the letters that people type it in: Devanagari becomes what one would write on an English keyboard.

Customers write the same word in either script, and both in one line ("sample दिखाओ"). A phrase in one script is a phrase
in the other, because both are compared in this form (spelling.py). Words that came from English keep their English
spelling.
"""

from functools import lru_cache


def _pairs(written: str) -> dict[str, str]:
    """Each letter with what it is written as, of a line that has them in turns."""
    parts = written.split()
    return dict(zip(parts[::2], parts[1::2], strict=True))


_CONSONANTS = _pairs(
    "क k ख kh ग g घ gh ङ n च ch छ chh ज j झ jh ञ n ट t ठ th ड d ढ dh ण n त t थ th द d ध dh न n "
    "प p फ ph ब b भ bh म m य y र r ल l ळ l व v श sh ष sh स s ह h"
)
_VOWELS = _pairs("अ a आ a इ i ई i उ u ऊ u ऋ ri ए e ऐ ai ओ o औ au ऑ o ऍ e")
_SIGNS = dict(
    zip(
        "\u093e\u093f\u0940\u0941\u0942\u0943\u0947\u0948\u094b\u094c\u0949\u0945\u094d",
        ["a", "i", "i", "u", "u", "ri", "e", "ai", "o", "au", "o", "e", ""],
        strict=True,
    )
)
_NASAL, _SILENT = "\u0901\u0902", "\u093c\u0903"
_INHERENT = "-"  # the a that is not written, and not always said
_LIPS = "pbm"

_BORROWED = {
    "account": "अकाउंट",
    "activate": "एक्टिवेट",
    "ad": "ऐड्स",
    "add": "ऐड एड",
    "admission": "एडमिशन",
    "afternoon": "आफ्टरनून अफ्टरनून",
    "agent": "एजेंट",
    "allergy": "एलर्जी",
    "amount": "अमाउंट",
    "app": "ऐप एप",
    "attend": "अटेंड",
    "available": "अवेलेबल",
    "back": "बैक",
    "batch": "बैच",
    "battery": "बैटरी",
    "bill": "बिल",
    "block": "ब्लॉक ब्लाक",
    "blouse": "ब्लाउज ब्लाउज़",
    "book": "बुक",
    "bottle": "बोतल बॉटल",
    "box": "बॉक्स",
    "boy": "बॉय",
    "bread": "ब्रेड",
    "broadcast": "ब्रॉडकास्ट",
    "burger": "बर्गर",
    "button": "बटन",
    "bye": "बाय बाई",
    "cake": "केक",
    "call": "कॉल काल",
    "cancel": "कैंसिल कैंसल केंसल",
    "care": "केयर",
    "charge": "चार्ज",
    "charger": "चार्जर",
    "charges": "चार्जेस चार्जेज",
    "check": "चेक",
    "class": "क्लास",
    "coaching": "कोचिंग",
    "colour": "कलर",
    "complaint": "कंप्लेंट कम्प्लेंट",
    "cooler": "कूलर",
    "course": "कोर्स",
    "cream": "क्रीम",
    "customer": "कस्टमर",
    "damage": "डैमेज",
    "day": "डे",
    "dear": "डियर",
    "delete": "डिलीट",
    "delivery": "डिलीवरी डिलिवरी",
    "demo": "डेमो",
    "discount": "डिस्काउंट",
    "disturb": "डिस्टर्ब",
    "doctor": "डॉक्टर डाक्टर",
    "double": "डबल",
    "download": "डाउनलोड",
    "driver": "ड्राइवर",
    "dum": "दम",
    "evening": "इवनिंग ईवनिंग",
    "exchange": "एक्सचेंज",
    "expire": "एक्सपायर",
    "extra": "एक्स्ट्रा",
    "facial": "फेशियल",
    "fail": "फेल",
    "fees": "फीस फ़ीस",
    "final": "फाइनल",
    "fitting": "फिटिंग",
    "forward": "फॉरवर्ड फारवर्ड",
    "forwards": "फॉरवर्ड्स",
    "free": "फ्री",
    "fresh": "फ्रेश",
    "fridge": "फ्रिज",
    "fungus": "फंगस",
    "good": "गुड",
    "gram": "ग्राम",
    "group": "ग्रुप",
    "gym": "जिम",
    "hair": "हेयर",
    "haircut": "हेयरकट",
    "hang": "हैंग",
    "hello": "हेलो हैलो हलो हेल्लो",
    "help": "हेल्प",
    "hi": "हाय हाई हाइ",
    "infection": "इन्फेक्शन इंफेक्शन",
    "interest": "इंटरेस्ट",
    "interested": "इंटरेस्टेड",
    "item": "आइटम",
    "jeans": "जींस",
    "krishna": "कृष्ण कृष्णा",
    "late": "लेट",
    "leak": "लीक",
    "lecture": "लेक्चर",
    "link": "लिंक",
    "list": "लिस्ट",
    "litre": "लीटर लिटर",
    "login": "लॉगिन लॉगइन",
    "loose": "लूज लूज़",
    "machine": "मशीन",
    "madam": "मैडम मेडम",
    "makeup": "मेकअप",
    "manager": "मैनेजर मेनेजर",
    "marketing": "मार्केटिंग",
    "massage": "मसाज",
    "mechanic": "मैकेनिक",
    "message": "मैसेज मेसेज मैसिज मेसेज़",
    "messages": "मैसेजेस मेसेजेस",
    "milk": "मिल्क",
    "mixer": "मिक्सर",
    "mixi": "मिक्सी",
    "mobile": "मोबाइल",
    "morning": "मॉर्निंग मोर्निंग मार्निंग",
    "mrp": "एमआरपी",
    "much": "मच",
    "night": "नाइट",
    "no": "नो",
    "notification": "नोटिफिकेशन",
    "number": "नंबर नम्बर",
    "offer": "ऑफर ऑफ़र आफर",
    "offers": "ऑफर्स",
    "ok": "ओके ओक",
    "om": "ॐ",
    "on": "ऑन",
    "order": "ऑर्डर आर्डर ओर्डर",
    "otp": "ओटीपी",
    "pack": "पैक",
    "package": "पैकेज",
    "packet": "पैकेट",
    "packing": "पैकिंग",
    "parcel": "पार्सल",
    "payment": "पेमेंट",
    "phone": "फोन फ़ोन",
    "photo": "फोटो फ़ोटो",
    "piece": "पीस",
    "pimple": "पिंपल पिम्पल",
    "pimples": "पिंपल्स पिम्पल्स",
    "pizza": "पिज्जा पिज़्ज़ा",
    "plastic": "प्लास्टिक",
    "plate": "प्लेट",
    "please": "प्लीज प्लीज़ प्लिज",
    "plumber": "प्लंबर",
    "price": "प्राइस प्राइज",
    "problem": "प्रॉब्लम प्रोब्लम प्राब्लम",
    "product": "प्रोडक्ट",
    "promotion": "प्रमोशन",
    "promotions": "प्रमोशन्स",
    "quality": "क्वालिटी",
    "quotation": "कोटेशन",
    "rate": "रेट",
    "rates": "रेट्स",
    "receipt": "रसीद",
    "rashes": "रैशेज रैशेस",
    "refund": "रिफंड रिफ़ंड",
    "remove": "रिमूव",
    "repair": "रिपेयर",
    "replace": "रिप्लेस",
    "reply": "रिप्लाई रिप्लाय",
    "report": "रिपोर्ट",
    "restart": "रीस्टार्ट",
    "return": "रिटर्न",
    "sample": "सैंपल सेंपल सैम्पल सेम्पल",
    "scratch": "स्क्रैच",
    "screen": "स्क्रीन",
    "service": "सर्विस",
    "session": "सेशन",
    "shirt": "शर्ट",
    "shop": "शॉप",
    "sir": "सर",
    "size": "साइज साइज़",
    "slow": "स्लो",
    "smell": "स्मेल",
    "sms": "एसएमएस",
    "so": "सो",
    "sorry": "सॉरी",
    "spam": "स्पैम",
    "staff": "स्टाफ",
    "start": "स्टार्ट",
    "stop": "स्टॉप स्टाप",
    "store": "स्टोर",
    "subscribe": "सब्सक्राइब",
    "teacher": "टीचर",
    "team": "टीम",
    "test": "टेस्ट टैस्ट",
    "thank": "थैंक",
    "thanks": "थैंक्स थैंक्यू थेंक्यू थैंकयू थैंकू",
    "tight": "टाइट",
    "time": "टाइम",
    "total": "टोटल",
    "trial": "ट्रायल ट्राइल ट्रॉयल",
    "try": "ट्राई ट्राय",
    "tuition": "ट्यूशन",
    "unsubscribe": "अनसब्सक्राइब",
    "update": "अपडेट",
    "updates": "अपडेट्स",
    "use": "यूज यूज़",
    "very": "वेरी",
    "weight": "वेट",
    "wrong": "रॉन्ग रॉंग",
    "you": "यू",
    "zip": "जिप ज़िप",
}
_ENGLISH = {word: english for english, written in _BORROWED.items() for word in written.split()}


@lru_cache(maxsize=20_000)
def romanised(word: str) -> str:
    """A word of ``wording.words`` in Latin letters; one that is not all Devanagari as it is.

    >>> romanised("कीमत"), romanised("चाहिए"), romanised("बंद"), romanised("ऑर्डर")
    ('kimat', 'chahie', 'band', 'order')
    """
    english = _ENGLISH.get(word)
    if english is not None:
        return english
    syllables = _syllables(word)
    if not syllables:
        return word
    _fall_silent(syllables)
    said = "".join(consonant + ("a" if vowel == _INHERENT else vowel) for consonant, vowel in syllables)
    return said.replace("chchh", "chh")


def _syllables(word: str) -> list[list[str]]:
    """[consonant, vowel] of each letter, a nasal before another letter as one of its own; empty for what is not Hindi."""
    found: list[list[str]] = []
    for at, sign in enumerate(word):
        if sign in _CONSONANTS:
            found.append([_CONSONANTS[sign], _INHERENT])
        elif sign in _VOWELS:
            found.append(["", _VOWELS[sign]])
        elif sign in _SIGNS and found:
            found[-1][1] = _SIGNS[sign]
        elif sign in _NASAL and found:
            following = _CONSONANTS.get(word[at + 1 : at + 2])
            if following:
                found.append(["m" if following[0] in _LIPS else "n", ""])
        elif sign not in _SILENT:
            return []
    return found


def _fall_silent(syllables: list[list[str]]) -> None:
    """The unwritten a is not said at a word's end, nor between a syllable with a vowel and one with another (bhej(a)na)."""
    if len(syllables) > 1 and syllables[-1][1] == _INHERENT:
        syllables[-1][1] = ""
    for at in range(len(syllables) - 2, 0, -1):
        before, here, after = syllables[at - 1 : at + 2]
        if here[1] == _INHERENT and before[1] and after[0] and after[1]:
            here[1] = ""
