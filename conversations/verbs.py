"""The forms of a Hindi verb from its stem, in Devanagari and as they are typed in Latin letters."""


def _forms(written: str) -> list[tuple[str, list[str]]]:
    parts = written.split()
    return [(ending, typed.split(",")) for ending, typed in zip(parts[::2], parts[1::2], strict=True)]


_VOWELS = "अआइईउऊएऐओऔािीुूेैोौ"
# What follows a stem that ends with a consonant, or with a vowel: in Devanagari, then as it is typed.
_AFTER_CONSONANT = _forms(
    "ना na ने ne नी ni ता ta ते te ती ti ा a े e ी i ीं in ो o िए iye,ie,iy िएगा iyega ूँ u,un,oon ें en,ein "
    "ेगा ega ेंगे enge,ege ेगी egi ूँगा unga,oonga ूँगी ungi,oongi ोगे oge ोगी ogi"
)
_AFTER_VOWEL = _forms(
    "ना na ने ne नी ni ता ta ते te ती ti या ya ए e,ye ई i,yi ओ o इए iye,ie,ye इएगा iyega ऊँ u,un,oon एँ en,yen,ein,ye "
    "एगा ega,yega एँगे enge,yenge,yege एगी egi,yegi ऊँगा unga,oonga ऊँगी ungi,oongi ओगे oge ओगी ogi"
)
# The forms of देना, लेना, जाना and रखना that follow another verb's stem, as they are typed.
HELPERS = {
    typed: form
    for form, written in _forms(
        "दो do दे de देना dena,dna दीजिए dijiye,dijie,dijiyega दिया diya,dia दी di दोगे doge दूँगा dunga दूँ du,dun देंगे denge,dege "
        "देगा dega लो lo ले le लेना lena,lna लीजिए lijiye,lijie लिया liya,lia ली li लूँ lu,lun लूँगा lunga लेंगे lenge,lege लोगे loge "
        "गया gaya,gya गई gayi,gai,gyi गए gaye,gae जाए jaye,jae जाएगा jayega,jaega,jaiga जाएगी jayegi,jaegi जाएँगे jayenge,jaenge "
        "जाओ jao जाना jana जाता jata जाते jate जाती jati सकता sakta,skta सकते sakte,skte सकती sakti,skti पाएगा payega पाओगे paoge "
        "रहा raha,rha रही rahi,rhi रहे rahe,rhe रखो rakho रखना rakhna"
    )
    for typed in written
}
# Those that the rule above does not give.
IRREGULAR = {
    "कर": "किया किए कीं कीजिए कीजिएगा करके",
    "दे": "दिया दी दिए दीं दीजिए दीजिएगा दूँ दूँगा दूँगी दोगे दोगी देंगे देगा देगी दें देकर",
    "ले": "लिया ली लिए लीं लीजिए लीजिएगा लूँ लूँगा लूँगी लो लोगे लोगी लेंगे लेगा लेगी लें लेकर",
    "जा": "गया गई गए गयी गये जाकर",
    "हो": "हुआ हुई हुए हुई होंगे हों होऊँ होकर",
    "पी": "पिया पिए पीकर",
    "आ": "आयी आये आकर",
}


def endings(stem: str) -> list[tuple[str, list[str]]]:
    return _AFTER_VOWEL if stem[-1] in _VOWELS else _AFTER_CONSONANT


def forms(stem: str) -> list[str]:
    """In Devanagari; the stem itself is one.

    >>> forms("मिल")[:4]
    ['मिल', 'मिलना', 'मिलने', 'मिलनी']
    """
    return [stem, *(stem + ending for ending, _ in endings(stem)), *IRREGULAR.get(stem, "").split()]
