"""The rules that a new business starts with: seven intents in English, Hindi and Hinglish. Owners change them in the
admin.

Phrases "anywhere" are few and long; what is a bare word counts only as the whole message (see matching.py).
"""

from django.db import transaction
from django_scopes import scope

from accounts.models import Business

from .models import Rule

PRIORITY = {"opt_out": 60, "opt_in": 55, "support": 50, "demo": 40, "pricing": 30, "greeting": 20, "bye": 10}

_MENU = {
    "en": [("pricing", "Prices"), ("demo", "Free sample"), ("support", "Talk to us")],
    "hi": [("pricing", "दाम"), ("demo", "मुफ़्त सैंपल"), ("support", "हमसे बात करें")],
    "hi-Latn": [("pricing", "Daam"), ("demo", "Free sample"), ("support", "Baat karein")],
}

_HELLOS = (
    "hi|hii|hey|heya|hello|helo|hlo|hllo|hallo|hola|yo|gm|good morning|good afternoon|good evening|greetings|salaam|salam|"
    "assalamu alaikum|👋|🙏|hey there|anyone there|is anyone there"
)
_THANKS = (
    "bye|bye bye|goodbye|good bye|good night|gn|thanks|thank you|thank u|thankyou|thx|ty|tysm|thanks a lot|thanks so much|"
    "thank you so much|thank you very much|many thanks|see you|see ya|cya|take care|have a nice day|have a good day"
)

RULES: dict[tuple[str, str], dict] = {
    ("greeting", "en"): {
        "whole": _HELLOS,
        "reply": "Hello {name}! Welcome to {business}. How can we help you?",
        "menu": True,
    },
    ("greeting", "hi"): {
        "whole": "नमस्ते|नमस्कार|प्रणाम|हेलो|हैलो|हाय|राम राम|सुप्रभात|शुभ प्रभात|सलाम|जय श्री कृष्ण|राधे राधे",
        "reply": "नमस्ते {name}! {business} में आपका स्वागत है। हम आपकी क्या मदद कर सकते हैं?",
        "menu": True,
    },
    ("greeting", "hi-Latn"): {
        "whole": "namaste|namaskar|namaskaar|namasthe|namaste ji|pranam|pranaam|ram ram|jai shree krishna|radhe radhe|suprabhat|"
        "kaise ho|kya haal hai",
        "reply": "Namaste {name}! {business} mein aapka swagat hai. Hum aapki kya madad karein?",
        "menu": True,
    },
    ("pricing", "en"): {
        "whole": "cost|costs|rates|charges|pp|how much|how much is it|how much for this|cuanto cuesta|pricelist",
        "anywhere": "price|prices|pricing|price list|how much is|how much are|how much for|how much does it cost|how much do you charge|"
        "what does it cost|whats the cost|what is the cost|cost of the|what are your charges|what are your rates|rate list|quotation",
        "unless": "how much time|how much weight|how long|cost of living|price match guarantee",
        "reply": "Our prices today:\n{prices}\n\nDelivery: {delivery_area}",
    },
    ("pricing", "hi"): {
        "whole": "कीमत|दाम|रेट|भाव|मूल्य|कितने का|कितने की|कितना",
        "anywhere": "कीमत|कितने का है|कितने की है|कितने के हैं|कितने में|क्या दाम|दाम क्या|क्या रेट|रेट क्या|क्या भाव|भाव क्या|दाम बताओ|"
        "दाम बताइए|रेट बताओ|रेट बताइए|कितना पैसा|कितने पैसे|रेट लिस्ट|प्राइस",
        "unless": "कितने बजे|कितने दिन",
        "reply": "आज के हमारे दाम:\n{prices}\n\nडिलीवरी: {delivery_area}",
    },
    ("pricing", "hi-Latn"): {
        "whole": "rate|daam|dam|bhav|kimat|keemat|kitne ka|kitne ki|kitna|kitna hai|kitna lagega",
        "anywhere": "kitne ka|kitne ki|kitne me|kitne mein|kitne rupaye|kitne paise|kitna paisa|kitna rupaya|rate kya|kya rate|rate batao|"
        "rate bataiye|rate bata do|daam kya|kya daam|daam batao|daam bataiye|dam batao|kimat kya|kya kimat|keemat kya|kya keemat|kya bhav|"
        "bhav kya|charges kya|kya charges|kitna charge|price kya|rate list",
        "unless": "kitne baje|kitne din|kitne ghante|kitne time",
        "reply": "Aaj ke hamare daam:\n{prices}\n\nDelivery: {delivery_area}",
    },
    ("demo", "en"): {
        "whole": "sample|trial|free sample|free trial",
        "anywhere": "demo|free trial|free sample|want a trial|trial pack|get a sample|send a sample|taste a sample|show me how it works",
        "reply": "We are happy to send you a free sample, {name}. Please write your address and a good time, and we will call you back.",
    },
    ("demo", "hi"): {
        "whole": "सैंपल|ट्रायल|नमूना",
        "anywhere": "डेमो|फ्री सैंपल|मुफ़्त सैंपल|मुफ्त सैंपल|सैंपल चाहिए|सैंपल मिलेगा|ट्रायल चाहिए|ट्रायल मिलेगा|नमूना चाहिए",
        "reply": "हम आपको मुफ़्त सैंपल भेजेंगे। कृपया अपना पता और सही समय लिखें, हम आपको फ़ोन करेंगे।",
    },
    ("demo", "hi-Latn"): {
        "whole": "namuna",
        "anywhere": "demo chahiye|demo dikhao|demo dikhaiye|demo milega|trial milega|trial chahiye|trial kar sakte|sample milega|sample chahiye|"
        "sample bhejo|sample bhej do|namuna chahiye",
        "reply": "Hum aapko free sample bhejenge. Kripya apna pata aur sahi samay likhein, hum aapko call karenge.",
    },
    ("support", "en"): {
        "whole": "help|help me|support|i need help|need help|problem|issue|complaint|agent|human|customer care|refund|cancel my order",
        "anywhere": "not working|doesnt work|does not work|isnt working|stopped working|not arrived|hasnt arrived|didnt arrive|not received|"
        "havent received|didnt receive|wrong item|wrong order|payment failed|money deducted|amount deducted|have an issue|have a problem|"
        "have a complaint|facing an issue|facing a problem|facing problem|facing issue|is broken|it is broken|its broken|was broken|damaged|"
        "need a refund|want a refund|my refund|refund my|talk to a human|talk to a person|talk to someone|speak to a human|speak to someone|"
        "talk to an agent|customer care number|real person|went bad|has gone bad|smells bad|is spoiled",
        "unless": "not broken|no problem",
        "reply": "We are sorry for the trouble. Please tell us what happened; a person from our team will answer you here. "
        "Our hours: {hours}.",
    },
    ("support", "hi"): {
        "whole": "मदद|मदद चाहिए|सहायता|शिकायत|समस्या|परेशानी|दिक्कत",
        "anywhere": "मदद चाहिए|मदद करो|मदद कीजिए|काम नहीं कर|खराब है|खराब निकला|खराब हो गया|टूटा हुआ|ऑर्डर नहीं आया|ऑर्डर नहीं मिला|नहीं पहुंचा|"
        "समस्या है|दिक्कत है|परेशानी है|शिकायत है|पैसे कट गए|पेमेंट फेल|रिफंड चाहिए|किसी से बात|इंसान से बात",
        "unless": "कोई समस्या नहीं|कोई दिक्कत नहीं|कोई परेशानी नहीं",
        "reply": "असुविधा के लिए खेद है। कृपया बताएं क्या हुआ; हमारी टीम आपको यहीं जवाब देगी। हमारा समय: {hours}।",
    },
    ("support", "hi-Latn"): {
        "whole": "madad|madad chahiye|sahayata|dikkat|pareshani|shikayat|madad karo",
        "anywhere": "kaam nahi kar|kam nahi kar|kaam nhi kar|nahi chal raha|nahi aaya|nahi aya|nhi aaya|nahi mila|nhi mila|nahi pahuncha|"
        "problem hai|problem aa rahi|problem ho rahi|issue hai|dikkat hai|dikkat aa rahi|pareshani hai|shikayat hai|shikayat karni|kharab hai|"
        "kharab nikla|kharab ho gaya|crash ho|login nahi ho|nahi ho raha|paise kat gaye|paisa kat gaya|refund chahiye|refund do|"
        "insaan se baat|kisi se baat|madad chahiye|madad kar do|help chahiye|help karo",
        "unless": "koi problem nahi|problem nahi hai|koi issue nahi|issue nahi hai|koi dikkat nahi|dikkat nahi hai|koi pareshani nahi",
        "reply": "Asuvidha ke liye maaf kijiye. Kripya batayein kya hua; hamari team aapko yahin jawab degi. Hamara samay: {hours}.",
    },
    ("opt_out", "en"): {
        "whole": "stop|stop it|stop all|stop this|unsubscribe|unsubscribe me|optout|opt out|remove me|quit|end",
        "anywhere": "stop messaging me|stop sending me|stop texting me|stop sending messages|stop these messages|dont message me|do not message me|"
        "dont text me|do not text me|dont send me messages|do not send me messages|no more messages|remove my number|delete my number|"
        "take me off|remove me from|unsubscribe me from|want to unsubscribe|cancel my subscription to these messages",
        "unless": "dont stop|do not stop|dont unsubscribe|dont want to unsubscribe",
        "reply": "You will get no more offers from {business}. If you write to us, we will still answer.",
    },
    ("opt_out", "hi"): {
        "whole": "बंद करो|बंद करें|बंद कीजिए|रोको|स्टॉप|अनसब्सक्राइब",
        "anywhere": "मैसेज मत करो|मैसेज मत भेजो|मैसेज मत भेजिए|संदेश मत भेजो|मैसेज बंद करो|मैसेज बंद करें|मैसेज बंद कीजिए|मेरा नंबर हटाओ|"
        "मेरा नंबर हटा दो|मेरा नंबर हटा दीजिए",
        "reply": "अब आपको {business} से कोई ऑफ़र नहीं मिलेगा। आप लिखेंगे तो हम जवाब ज़रूर देंगे।",
    },
    ("opt_out", "hi-Latn"): {
        "whole": "band karo|band kar do|band karein|band kijiye|bas karo|roko|mat bhejo",
        "anywhere": "message mat karo|message mat karna|message mat bhejo|msg mat karo|msg mat bhejo|mat bhejo message|mat bhejo msg|"
        "message band karo|message band kar do|msg band karo|messages band karo|mera number hatao|mera number hata do|number remove karo",
        "reply": "Ab aapko {business} se koi offer nahi milega. Aap likhenge to hum jawab zaroor denge.",
    },
    ("opt_in", "en"): {
        "whole": "start|start again|unstop|subscribe|resubscribe|opt in|optin",
        "reply": "Welcome back! You will get offers from {business} again. Write STOP to end them.",
    },
    ("opt_in", "hi"): {
        "whole": "शुरू|शुरू करो|शुरू करें|शुरू कीजिए|फिर से शुरू करो|चालू करो|स्टार्ट|सब्सक्राइब",
        "reply": "आपका फिर से स्वागत है! अब आपको {business} से ऑफ़र मिलेंगे। बंद करने के लिए STOP लिखें।",
    },
    ("opt_in", "hi-Latn"): {
        "whole": "shuru|shuroo|shuru karo|shuru karein|shuru kijiye|phir se shuru karo|chalu karo|chaalu karo",
        "reply": "Aapka phir se swagat hai! Ab aapko {business} se offer milenge. Band karne ke liye STOP likhein.",
    },
    ("bye", "en"): {
        "whole": _THANKS,
        "reply": "Thank you, {name}! Have a good day.",
    },
    ("bye", "hi"): {
        "whole": "धन्यवाद|बहुत धन्यवाद|बहुत बहुत धन्यवाद|शुक्रिया|बहुत शुक्रिया|अलविदा|फिर मिलेंगे|शुभ रात्रि|थैंक्स|थैंक यू|बाय",
        "reply": "धन्यवाद! आपका दिन शुभ हो।",
    },
    ("bye", "hi-Latn"): {
        "whole": "dhanyawad|dhanyavad|dhanyavaad|dhanyawaad|bahut dhanyawad|shukriya|bahut shukriya|alvida|phir milenge|fir milenge|shubh ratri",
        "reply": "Dhanyawad! Aapka din shubh ho.",
    },
}


@transaction.atomic
def install(business: Business) -> int:
    """Give a business the rules that it does not have; returns how many it got. What an owner changed stays."""
    with scope(business=business):
        have = set(Rule.objects.values_list("intent", "language"))
        rules = [rule for rule in rules_for(business) if (rule.intent, rule.language) not in have]
        for rule in rules:
            rule.clean_fields()  # that each is there once, the database sees to
        Rule.objects.bulk_create(rules)
    return len(rules)


def rules_for(business: Business) -> list[Rule]:
    """The default rules as rows of a business, not saved."""
    return [_rule(business, intent, language, data) for (intent, language), data in RULES.items()]


def _rule(business: Business, intent: str, language: str, data: dict) -> Rule:
    return Rule(
        business=business,
        intent=intent,
        language=language,
        whole_phrases=_phrases(data.get("whole", "")),
        phrases=_phrases(data.get("anywhere", "")),
        unless_phrases=_phrases(data.get("unless", "")),
        reply=data["reply"],
        buttons=[{"intent": i, "title": t} for i, t in _MENU[language]] if data.get("menu") else [],
        priority=PRIORITY[intent],
    )


def _phrases(joined: str) -> list[str]:
    return [phrase for phrase in joined.split("|") if phrase]
