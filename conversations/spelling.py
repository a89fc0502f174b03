"""One spelling for words that people write in many ways, so that phrases need not list them.

Applied to the phrases and to the messages alike: what it makes of a word is shown to nobody. Romanised Hindi has no
spelling of its own (keemat, kimat, qeemat), hurried English drops letters (pls, u), and Devanagari is typed with and
without its dots (मुफ़्त, मुफ्त; नहीं, नही). The two scripts of Hindi are one (romanising.py): कीमत is keemat.
"""

import re
from functools import lru_cache

from .romanising import romanised

_ALIKE = {
    # hurried English
    "you": "u ya yu",
    "your": "ur yr",
    "are": "r",
    "please": "pls plz plzz pleas plese pleez plss pliz",
    "thanks": "thnks thanx thanku tnx thnx thx thankss thnq thnqs tq tqs tnq thnku thanq thankq thankyou thnkyou thankyu thku tysm ty",
    "thank": "thnk thak",
    "what": "wat wht vat whats",
    "want": "wnt wanna wan",
    "how": "hw hwo",
    "much": "mch muc mutch",
    "price": "prise pric prce pirce priice preis prais praice prics",
    "prices": "prises prcies",
    "cost": "cst",
    "received": "recieved recived rcvd recd receved recvd",
    "receive": "recieve receve recive",
    "delivered": "delivred deliverd dilivered",
    "delivery": "delivry dilivery delevery delivary",
    "not": "nt",
    "order": "ordr oder odr ordar",
    "message": "msg mesage messege massage mesej msj sms",
    "messages": "msgs mesages messeges",
    "problem": "prblm prob problam problm",
    "sample": "sampal sampel smple saimple sampl",
    "trial": "tryal triyal trail trayal",
    "unsubscribe": "unsubcribe unsubscrib unsubsribe unsuscribe unsubscibe unsubscirbe unsubscribed",
    "subscribe": "subcribe subscrib subsribe suscribe",
    "again": "agn agen",
    "start": "strt sart",
    "restart": "restrt",
    "because": "coz bcoz cuz bcz becoz",
    "and": "n nd",
    "morning": "mng mrng mrning mornin mornng morng mrg mng mornig",
    "night": "nyt nite",
    "good": "gud goood gd",
    "evening": "evng evning eve evenin",
    "afternoon": "aftrnoon afternon noon aftnoon",
    "hello": "helo hlo hllo hallo hloo hlw hlww helloo hellow helow",
    "tomorrow": "tmrw tomorow tmr tomoro tommorow",
    "uncle": "unkal ankal ankl unkl",
    "aunty": "anti aanti auntie aunti anty",
    # Romanised Hindi
    "jai": "jay jy",
    "shri": "sri shree sree shrii",
    "krishna": "krsna krisna krishn krushna kishna",
    "nahi": "nahin nhi nai nahee nahii nhin ni naheen",
    "hai": "h hain he hei hae",
    "kya": "kia kyaa kyya ky",
    "mat": "mut matt mt",
    "mujhe": "muje mujhy mjhe mujko mujhko",
    "chahiye": "chaiye chahie chaahiye chahye chaie chaheye chahiyee chahia chayie chahiy chahe",
    "batao": "btao bataao batavo bataw",
    "bataiye": "btaiye bataie btaye bataye bataiyega batayiye batayen bataen btayein batayein",
    "batana": "btana bataana",
    "bata": "bta",
    "karo": "kro karro",
    "kar": "kr",
    "kardo": "krdo kardoo",
    "karwa": "krwa karva krva",
    "phir": "fir fer pher",
    "karna": "krna",
    "kijiye": "kijie kijiyega kijye keejiye",
    "raha": "rha rahaa",
    "rahi": "rhi",
    "rahe": "rhe",
    "gaya": "gya gayaa",
    "gayi": "gyi gai",
    "gaye": "gye gae",
    "kitna": "kitnaa ktna",
    "kitne": "kitney ktne kitnay",
    "kitni": "ktni",
    "paisa": "pesa paise pese paisaa paisey",
    "rupaye": "rupay rupye rupaiye rupe rupai rupees rupee rs",
    "kharab": "khrab kharaab karab",
    "dikkat": "diqqat dikat dikkt",
    "pareshani": "paresani preshani",
    "madad": "madat madath mdd",
    "abhi": "abi",
    "bhejo": "bejo bhejoo",
    "bhejiye": "bhejie bhejiyega bhejye bhejdijiye",
    "bahut": "bohot bahot bhot bhut bohut",
    "dhanyavad": "dhanyawad dhanyavaad dhanyawaad dhanywad dhanyvad dhanyabad danyavad",
    "shukriya": "sukriya shukria sukria",
    "namaste": "namste namasthe nmste namastey",
    "namaskar": "namskar namashkar nmskar",
    "band": "bandh bnd",
    "koi": "koyi",
    "wapas": "vapis wapis vaapas vapas",
    "baat": "bat",
    "aaya": "aya aayaa",
    "mila": "milaa",
    "pahuncha": "pahucha pohocha pahunchaa pohuncha phucha",
    "muft": "mufat muftt mufta",
    "hu": "hun hoon hoo hon",
    "kahan": "kaha kahaa kidhar",
    "yahan": "yaha yahaa",
    "wahan": "waha vaha",
    "main": "mai",
    "kyon": "kyo kyu kyun kyoon kyou",
    "intezar": "intajar intzar intzaar intjar intejaar intejar intazar intzar",
    "dopahar": "dophar dupahar dopehar",
    "pehle": "pahle pahale phle pehele pahile pehla",
    "mulya": "muly",
    "meherbani": "meharbani mehrbani",
    "dobara": "dubara dobra dubra dobaara dubaara",
    "chalu": "chaaloo",
    "theek": "thk thek teek",
    "dijiye": "dijie dijye dijiyega dijiyen",
    "thoda": "thora thoda thodi thode thodasa",
    "saman": "samaan saaman saamaan",
    "kuch": "kuchh kch",
    "bhai": "bhae bhaii bhyi bro brother bhaijaan bhaijan",
    "bhaiya": "bhaiyya bhayya bhaya bhaiyaji bhiya",
    "accha": "achha acha achaa achchha acchha",
    "aap": "ap",
    "aapka": "apka aapke apke aapki apki",
}
_ONE = {other: word for word, others in _ALIKE.items() for other in others.split()}

# Two words that are typed as one.
_GLUED = {
    "howmuch": "how much",
    "kitneka": "kitne ka",
    "kitneki": "kitne ki",
    "kitneme": "kitne me",
    "kitnahai": "kitna hai",
    "kyarate": "kya rate",
    "kyabhav": "kya bhav",
    "pricelist": "price list",
    "ratelist": "rate list",
    "goodmorning": "good morning",
    "goodevening": "good evening",
    "goodafternoon": "good afternoon",
    "ramram": "ram ram",
    "radheradhe": "radhe radhe",
    "byebye": "bye bye",
    "thatsall": "thats all",
    "takecare": "take care",
    "bandkaro": "band karo",
    "bandkardo": "band kardo",
    "matbhejo": "mat bhejo",
    "matkaro": "mat karo",
    "hatado": "hata do",
    "firse": "phir se",
    "phirse": "phir se",
    "nahichahiye": "nahi chahiye",
    "optout": "opt out",
    "nomore": "no more",
    "moneyback": "money back",
    "dedo": "de do",
    "bhejdo": "bhej do",
    "haanji": "haan ji",
    "haji": "haan ji",
    "hogaya": "ho gaya",
    "hogayi": "ho gayi",
    "hogya": "ho gaya",
    "hogyi": "ho gayi",
}

_LATIN = re.compile(r"[a-z]+")
_SOUNDS = tuple(
    (re.compile(sound), letters)
    for sound, letters in (
        (r"ee", "i"),
        (r"oo", "u"),
        (r"(.)\1+", r"\1"),
        (r"ph", "f"),
        (r"w", "v"),
        (r"q", "k"),
        (r"z", "j"),
        (r"chh", "ch"),
        (r"iy(?=[aeo])", "i"),
        (r"(?<=.)ein$", "e"),
        (r"(?<=[aeo])y(?=[ei])", ""),
    )
)


@lru_cache(maxsize=20_000)
def spelled(word: str) -> str:
    """The spelling that a word of ``wording.words`` is compared in.

    >>> spelled("keemat") == spelled("kimat"), spelled("नहीं") == spelled("नही") == spelled("nahi")
    (True, True)
    """
    word = romanised(word)
    return sounded(_ONE.get(word, word))


@lru_cache(maxsize=20_000)
def sounded(word: str) -> str:
    """A word in Latin letters in one spelling of its sounds; another one as it is.

    >>> sounded("keemat"), sounded("doodh"), sounded("दूध")
    ('kimat', 'dudh', 'दूध')
    """
    if _LATIN.fullmatch(word):
        for sound, letters in _SOUNDS:
            word = sound.sub(letters, word)
    return word


def unglued(word: str) -> tuple[str, ...]:
    """The words that were typed as this one of ``wording.words``, spelled.

    >>> unglued("howmuch"), unglued("price")
    (('how', 'much'), ('price',))
    """
    return tuple(map(spelled, _GLUED.get(word, word).split()))
