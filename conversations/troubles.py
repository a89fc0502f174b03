"""Why a message did not arrive, and what to do about it, in words for the people of a shop, in English and Hindi.

Both languages stand here in full: an owner who reads Hindi must understand a failure at night without help. The codes are
Meta's (cloud_api.errors.CODES); a test holds that none is missing. OURS are the ends that never saw Meta.
"""

from dataclasses import dataclass

from django.utils.translation import get_language

from .models import Status


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happened, and what to do: by language, "en" and "hi"."""

    what: dict[str, str]
    do: dict[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """A trouble in one language. ``source`` is what Meta or the sender wrote: "(131026) Message undeliverable"."""

    what: str
    do: str
    source: str


def tell(code: int | None, text: str, status: int | None = None) -> Told:
    """A message's trouble in the active language: from its error_code, error_text and status."""
    language = "hi" if (get_language() or "").startswith("hi") else "en"
    source = f"({code}) {text}".strip() if code is not None else text
    trouble = trouble_of(code, text, status)
    what = trouble.what[language]
    if trouble is UNKNOWN and source:
        what = f"{what} {source}"
    return Told(what, trouble.do[language], source)


def trouble_of(code: int | None, text: str, status: int | None = None) -> Trouble:
    """The trouble of a code, or of the sentence that the sender left; UNKNOWN where neither is known."""
    for beginning, name in _SENTENCES.items():
        if text.startswith(beginning):
            return OURS[name]
    if code in CODES:
        return CODES[code]
    if status == Status.UNKNOWN:
        return OURS["not_confirmed"]
    return UNKNOWN


def _trouble(what: str, do: str, what_hi: str, do_hi: str) -> Trouble:
    return Trouble({"en": what, "hi": what_hi}, {"en": do, "hi": do_hi})


# --- ends of our own ----------------------------------------------------------------------------------------------------------

# How the sender's sentences begin (claiming.verdict), and which end each is.
_SENTENCES = {
    "A person has taken over": "taken_over",
    "The conversation was closed": "closed",
    "The customer has asked for a person": "asked",
    "The customer has written again": "written_again",
    "The customer has asked something since": "overtaken",
    "The customer has stopped such messages": "opted_out",
    "The 24-hour window is closed": "window_closed",
    "The contact has neither a phone number nor": "no_address",
    "The WhatsApp number is switched off": "switched_off",
    "It was too late for an answer": "too_late",
    "The template has changed since it was filled": "template_changed",
    "Tried ": "gave_up",
    "A stored secret": "secret",
}

OURS: dict[str, Trouble] = {
    "too_late": _trouble(
        "Not sent: by the time it could leave, the bot's answer had become too old.",
        "The conversation waits for a person: answer the customer yourself.",
        "नहीं भेजा गया: जब तक यह जा पाता, बॉट का जवाब बहुत पुराना हो चुका था।",
        "बातचीत आपकी टीम का इंतज़ार कर रही है: ग्राहक को ख़ुद जवाब दें।",
    ),
    "template_changed": _trouble(
        "Not sent: the template was changed after you had filled it, and its blanks are other ones now.",
        "Choose the template again and fill it as it is now.",
        "नहीं भेजा गया: आपके भरने के बाद template बदल दिया गया और अब उसकी ख़ाली जगहें अलग हैं।",
        "Template दोबारा चुनें और नई जगहें भरकर भेजें।",
    ),
    "taken_over": _trouble(
        "Not sent: a person had taken the conversation over before the bot's message left.",
        "Nothing. Answer the customer yourself, or return the conversation to the bot.",
        "नहीं भेजा गया: बॉट का संदेश जाने से पहले ही आपकी टीम ने बातचीत अपने हाथ में ले ली थी।",
        "कुछ नहीं करना है। ग्राहक को ख़ुद जवाब दें, या बातचीत वापस बॉट को सौंप दें।",
    ),
    "closed": _trouble(
        "Not sent: the conversation was closed before the bot's message left.",
        "Nothing. Reopen the conversation where the customer still needs an answer.",
        "नहीं भेजा गया: बॉट का संदेश जाने से पहले ही बातचीत बंद कर दी गई।",
        "कुछ नहीं करना है। ग्राहक को अब भी जवाब चाहिए तो बातचीत फिर से खोलें।",
    ),
    "asked": _trouble(
        "Not sent: before the bot's message left, the customer had asked for a person.",
        "Answer the customer yourself.",
        "नहीं भेजा गया: बॉट का संदेश जाने से पहले ही ग्राहक ने किसी व्यक्ति से बात करने को कहा।",
        "ग्राहक को ख़ुद जवाब दें।",
    ),
    "written_again": _trouble(
        "Not sent: the customer wrote something new before this answer left.",
        "Nothing. The newer message gets an answer of its own.",
        "नहीं भेजा गया: यह जवाब जाने से पहले ही ग्राहक ने नया संदेश लिख दिया।",
        "कुछ नहीं करना है। नए संदेश का जवाब अलग से जाएगा।",
    ),
    "overtaken": _trouble(
        "Not sent: before this greeting left, the customer had already asked something.",
        "Nothing. The question gets its own answer.",
        "नहीं भेजा गया: यह अभिवादन जाने से पहले ही ग्राहक ने कुछ पूछ लिया था।",
        "कुछ नहीं करना है। सवाल का जवाब अलग से जाएगा।",
    ),
    "opted_out": _trouble(
        "Not sent: the customer has asked for no offers and reminders.",
        "Do not send such messages to this customer. You may still answer what they ask.",
        "नहीं भेजा गया: ग्राहक ने ऑफ़र और रिमाइंडर भेजने से मना किया है।",
        "इस ग्राहक को ऐसे संदेश न भेजें। वे कुछ पूछें तो जवाब दे सकते हैं।",
    ),
    "window_closed": _trouble(
        "Not sent: the customer's last message is more than 24 hours old, and WhatsApp then takes only a template.",
        "Send an approved template, or wait until the customer writes again.",
        "नहीं भेजा गया: ग्राहक के आख़िरी संदेश को 24 घंटे से ज़्यादा हो गए हैं। अब WhatsApp सिर्फ़ template ही भेजने देता है।",
        "कोई मंज़ूर किया हुआ template भेजें, या ग्राहक के दोबारा लिखने का इंतज़ार करें।",
    ),
    "no_address": _trouble(
        "Not sent: we know neither a phone number nor a WhatsApp id of this contact.",
        "Wait until the customer writes again: the message then brings their id.",
        "नहीं भेजा गया: इस ग्राहक का न फ़ोन नंबर हमारे पास है, न WhatsApp id।",
        "ग्राहक के दोबारा लिखने का इंतज़ार करें: उस संदेश के साथ id अपने-आप आ जाएगी।",
    ),
    "switched_off": _trouble(
        "Not sent: your WhatsApp number is switched off here.",
        "Switch it on under Numbers, then send the message once more.",
        "नहीं भेजा गया: आपका WhatsApp नंबर यहाँ बंद किया हुआ है।",
        "“नंबर” में जाकर उसे चालू करें, फिर संदेश दोबारा भेजें।",
    ),
    "gave_up": _trouble(
        "Not sent: WhatsApp could not be reached, or took no message, in several tries.",
        "Check the server's internet connection and Meta's status page, then send the message once more.",
        "नहीं भेजा गया: कई बार कोशिश करने पर भी WhatsApp से संपर्क नहीं हुआ या उसने संदेश नहीं लिया।",
        "सर्वर का इंटरनेट और Meta का status पेज देखें, फिर संदेश दोबारा भेजें।",
    ),
    "not_confirmed": _trouble(
        "WhatsApp has not confirmed this message: the customer may have got it, or not.",
        "Wait a few minutes for news. Then ask the customer before you send it a second time.",
        "WhatsApp ने इस संदेश की पुष्टि नहीं की: हो सकता है ग्राहक को मिल गया हो, हो सकता है नहीं।",
        "कुछ मिनट इंतज़ार करें। दोबारा भेजने से पहले ग्राहक से पूछ लें।",
    ),
    "secret": _trouble(
        "Not sent: the number's access token is stored here but cannot be opened any more.",
        "Enter the token again under Numbers.",
        "नहीं भेजा गया: इस नंबर का access token यहाँ रखा है, पर अब खुल नहीं रहा।",
        "“नंबर” में जाकर token दोबारा डालें।",
    ),
}

UNKNOWN = _trouble(
    "The message did not arrive. The reason, as it was given to us:",
    "Try once more later. If it happens again, look the words up in Meta's list of error codes, or ask Meta's support.",
    "संदेश नहीं पहुँचा। हमें यह कारण बताया गया:",
    "थोड़ी देर बाद फिर कोशिश करें। दोबारा ऐसा हो तो ये शब्द Meta की error सूची में देखें या Meta के support से पूछें।",
)

# --- Meta's codes -------------------------------------------------------------------------------------------------------------

_TOKEN = _trouble(
    "WhatsApp does not accept the number's access token any more. It has expired or was withdrawn.",
    "Make a new token at Meta and enter it under Numbers. What waits is sent then.",
    "WhatsApp अब इस नंबर का access token नहीं मान रहा। उसकी अवधि ख़त्म हो गई है या उसे रद्द कर दिया गया है।",
    "Meta पर नया token बनाएँ और “नंबर” में डालें। रुके हुए संदेश उसके बाद चले जाएँगे।",
)
_PERMISSION = _trouble(
    "The number's access token lacks a permission that sending needs.",
    "At Meta make a token with whatsapp_business_messaging and whatsapp_business_management, and enter it under Numbers.",
    "इस नंबर के access token में संदेश भेजने की अनुमति नहीं है।",
    "Meta पर whatsapp_business_messaging और whatsapp_business_management वाली अनुमति के साथ token बनाएँ और “नंबर” में डालें।",
)
_RESTRICTED = _trouble(
    "WhatsApp has restricted or locked your account because its rules were broken.",
    "Open Account Quality in Meta Business Support: it says why, and lets you ask for a review.",
    "नियम टूटने की वजह से WhatsApp ने आपके अकाउंट पर रोक लगा दी है।",
    "Meta Business Support में Account Quality खोलें: वहाँ कारण लिखा है और वहीं से दोबारा जाँच की माँग कर सकते हैं।",
)
_NOT_REGISTERED = _trouble(
    "Your number is not registered for sending with WhatsApp.",
    "Register it in Meta's WhatsApp Manager, then switch sending on again under Numbers.",
    "आपका नंबर WhatsApp पर संदेश भेजने के लिए रजिस्टर नहीं है।",
    "Meta के WhatsApp Manager में नंबर रजिस्टर करें, फिर “नंबर” में जाकर भेजना दोबारा चालू करें।",
)
_TOO_MANY = _trouble(
    "Too many messages left in a short time, and WhatsApp took no more.",
    "Send it once more in a few minutes.",
    "थोड़े समय में बहुत ज़्यादा संदेश भेजे गए, इसलिए WhatsApp ने और नहीं लिए।",
    "कुछ मिनट बाद दोबारा भेजें।",
)
_METAS_SIDE = _trouble(
    "Something went wrong at WhatsApp itself. The message may have arrived all the same.",
    "Wait a few minutes for news, and look at Meta's status page. Ask the customer before you send it a second time.",
    "गड़बड़ी WhatsApp की तरफ़ हुई है। हो सकता है संदेश फिर भी पहुँच गया हो।",
    "कुछ मिनट इंतज़ार करें और Meta का status पेज देखें। दोबारा भेजने से पहले ग्राहक से पूछ लें।",
)
_WRONG_FORM = _trouble(
    "WhatsApp did not understand the message: a part of it is missing or wrong. The fault is ours, not the customer's.",
    "Write it in other words, or without the picture or the buttons. Tell whoever looks after this system.",
    "WhatsApp संदेश को समझ नहीं पाया: उसका कोई हिस्सा ग़लत है या छूट गया है। ग़लती हमारी तरफ़ है, ग्राहक की नहीं।",
    "संदेश दूसरे शब्दों में, या फ़ोटो और बटन के बिना भेजें। जो इस सिस्टम की देखभाल करता है उसे बताएँ।",
)
_FILE = _trouble(
    "WhatsApp could not use the file: it is too large, of a wrong type, or could not be fetched.",
    "Send it as JPEG, PNG, PDF or MP4: pictures up to 5 MB, videos up to 16 MB, documents up to 100 MB.",
    "WhatsApp इस फ़ाइल को नहीं ले सका: वह बहुत बड़ी है, ग़लत तरह की है, या डाउनलोड नहीं हो सकी।",
    "JPEG, PNG, PDF या MP4 में भेजें: फ़ोटो 5 MB तक, वीडियो 16 MB तक, दस्तावेज़ 100 MB तक।",
)
_TEMPLATE_VALUES = _trouble(
    "The template's blanks were filled with too few, too many or unsuitable values.",
    "Compare the message with the template in Meta's WhatsApp Manager, and send it with the right values.",
    "Template की ख़ाली जगहों में कम, ज़्यादा या ग़लत जानकारी भरी गई।",
    "Meta के WhatsApp Manager में template देखें और सही जानकारी भरकर दोबारा भेजें।",
)
_FLOW = _trouble(
    "The form (flow) in this template is blocked, or is slowed down because it failed too often.",
    "Open Flows in Meta's WhatsApp Manager: it says what to mend. Send another template meanwhile.",
    "इस template का form (flow) बंद कर दिया गया है, या बार-बार गड़बड़ी की वजह से धीमा कर दिया गया है।",
    "Meta के WhatsApp Manager में Flows खोलें: वहाँ लिखा है कि क्या ठीक करना है। तब तक कोई दूसरा template भेजें।",
)

CODES: dict[int, Trouble] = {
    # limits: tried again by itself, failed in the end
    4: _TOO_MANY,
    80007: _TOO_MANY,
    130429: _TOO_MANY,
    131056: _trouble(
        "Too many messages went to this one customer in a short time.",
        "Wait a few minutes, then send it once more. Put several short messages into one.",
        "इसी एक ग्राहक को थोड़े समय में बहुत ज़्यादा संदेश भेजे गए।",
        "कुछ मिनट रुककर दोबारा भेजें। कई छोटे संदेशों को एक में जोड़ दें।",
    ),
    # Meta's side
    1: _METAS_SIDE,
    2: _METAS_SIDE,
    131000: _METAS_SIDE,
    131016: _METAS_SIDE,
    133004: _METAS_SIDE,
    2494100: _METAS_SIDE,
    131057: _trouble(
        "WhatsApp is working on your account (an upgrade, for example). The message may have arrived all the same.",
        "Wait some minutes. Ask the customer before you send it a second time.",
        "WhatsApp आपके अकाउंट पर कुछ काम कर रहा है (जैसे upgrade)। हो सकता है संदेश फिर भी पहुँच गया हो।",
        "कुछ मिनट इंतज़ार करें। दोबारा भेजने से पहले ग्राहक से पूछ लें।",
    ),
    # the number is stopped
    0: _TOKEN,
    190: _TOKEN,
    3: _PERMISSION,
    10: _PERMISSION,
    131005: _PERMISSION,
    **dict.fromkeys(range(200, 300), _PERMISSION),
    368: _RESTRICTED,
    131031: _RESTRICTED,
    130497: _trouble(
        "WhatsApp does not let your account write to people in this customer's country.",
        "Call the customer or write by e-mail. Meta's messaging policy says which goods may be offered where.",
        "WhatsApp आपके अकाउंट से इस ग्राहक के देश में संदेश नहीं भेजने देता।",
        "ग्राहक को फ़ोन या ईमेल करें। किस देश में क्या बेच सकते हैं, यह Meta की messaging policy में लिखा है।",
    ),
    131042: _trouble(
        "Meta could not take the money for this message: there is no valid payment method, or a bill is open.",
        "Mend the payment method in Meta's Billing Hub, then switch sending on again under Numbers.",
        "Meta इस संदेश के पैसे नहीं ले सका: payment method सही नहीं है या कोई बिल बाक़ी है।",
        "Meta के Billing Hub में payment method ठीक करें, फिर “नंबर” में जाकर भेजना दोबारा चालू करें।",
    ),
    131045: _NOT_REGISTERED,
    133010: _NOT_REGISTERED,
    131037: _trouble(
        "WhatsApp has not approved your number's display name yet.",
        "Open the number in Meta's WhatsApp Manager and ask for the approval of its name.",
        "WhatsApp ने अभी आपके नंबर का display name मंज़ूर नहीं किया है।",
        "Meta के WhatsApp Manager में नंबर खोलें और उसके नाम की मंज़ूरी माँगें।",
    ),
    # this customer
    130403: _trouble(
        "Your number has blocked this customer.",
        "Unblock the customer in WhatsApp, then send the message once more.",
        "आपके नंबर ने इस ग्राहक को block कर रखा है।",
        "WhatsApp में ग्राहक को unblock करें, फिर संदेश दोबारा भेजें।",
    ),
    130472: _trouble(
        "WhatsApp shows this customer no marketing messages at present: they are in a test group of Meta's.",
        "Do not send it again. When the customer writes, you can answer.",
        "WhatsApp अभी इस ग्राहक को प्रचार वाले संदेश नहीं दिखाता: वे Meta के एक test group में हैं।",
        "दोबारा न भेजें। ग्राहक लिखें तो जवाब दे सकते हैं।",
    ),
    131021: _trouble(
        "The message was addressed to your own number.",
        "Choose the customer's number.",
        "यह संदेश आपके अपने ही नंबर पर भेजा जा रहा था।",
        "ग्राहक का नंबर चुनें।",
    ),
    131026: _trouble(
        "WhatsApp cannot deliver to this person: no WhatsApp, an old version of it, or its new terms not accepted.",
        "Call the customer. Ask them to update WhatsApp and to write to you once.",
        "WhatsApp इस व्यक्ति तक संदेश नहीं पहुँचा सकता: उनके पास WhatsApp नहीं है, पुराना version है, या उन्होंने नई शर्तें नहीं मानी हैं।",
        "ग्राहक को फ़ोन करें। उनसे कहें कि WhatsApp update करके एक बार आपको लिखें।",
    ),
    131030: _trouble(
        "Yours is a test number of Meta's, and this person is not in its list of allowed recipients.",
        "Add the person to the list in Meta's App Dashboard, or use your own number.",
        "यह Meta का test नंबर है और यह व्यक्ति उसकी अनुमति वाली सूची में नहीं है।",
        "Meta के App Dashboard में इस व्यक्ति को सूची में जोड़ें, या अपना नंबर इस्तेमाल करें।",
    ),
    131047: OURS["window_closed"],
    131048: _trouble(
        "Many people have blocked or reported your number, so WhatsApp limits what it may send.",
        "Stop offers for now and write only to people who asked for it. The number's quality stands in WhatsApp Manager.",
        "कई लोगों ने आपके नंबर को block या report किया है, इसलिए WhatsApp ने उस पर सीमा लगा दी है।",
        "अभी ऑफ़र भेजना बंद करें और सिर्फ़ उन्हीं को लिखें जिन्होंने माँगा हो। नंबर की quality WhatsApp Manager में दिखती है।",
    ),
    131049: _trouble(
        "WhatsApp held it back: this customer has had enough marketing messages lately, from all shops together.",
        "Try again after a day at the earliest. An answer to a question is not affected.",
        "WhatsApp ने इसे रोक लिया: इस ग्राहक को हाल में सब दुकानों से मिलाकर काफ़ी प्रचार वाले संदेश मिल चुके हैं।",
        "कम से कम एक दिन बाद कोशिश करें। सवालों के जवाब पर इसका असर नहीं पड़ता।",
    ),
    131050: OURS["opted_out"],
    137000: _trouble(
        "The customer's WhatsApp identity has changed, perhaps with a new phone or number.",
        "Make sure that it is still the same person before you send anything private.",
        "ग्राहक की WhatsApp पहचान बदल गई है, शायद नया फ़ोन या नया नंबर लिया है।",
        "कोई निजी बात भेजने से पहले पक्का कर लें कि यह वही व्यक्ति है।",
    ),
    # what was sent
    100: _WRONG_FORM,
    131008: _WRONG_FORM,
    131009: _WRONG_FORM,
    131051: _trouble(
        "WhatsApp does not support this kind of message here.",
        "Send it as a text, a picture or a document.",
        "इस तरह का संदेश WhatsApp यहाँ नहीं भेजने देता।",
        "इसे text, फ़ोटो या दस्तावेज़ के रूप में भेजें।",
    ),
    131052: _trouble(
        "The file that the customer sent could not be fetched from WhatsApp.",
        "Ask the customer to send it once more, smaller than 100 MB.",
        "ग्राहक की भेजी हुई फ़ाइल WhatsApp से नहीं मिल सकी।",
        "ग्राहक से कहें कि फ़ाइल दोबारा भेजें, 100 MB से छोटी।",
    ),
    131053: _FILE,
    # templates
    131062: _trouble(
        "This template needs the customer's phone number, and the customer uses a username without one.",
        "Ask for the phone number in the chat, or send another template.",
        "इस template के लिए ग्राहक का फ़ोन नंबर चाहिए, और ग्राहक बिना नंबर के username इस्तेमाल करते हैं।",
        "चैट में फ़ोन नंबर माँगें, या कोई दूसरा template भेजें।",
    ),
    131063: _trouble(
        "Your account cannot send marketing templates in this way.",
        "Check in WhatsApp Manager what your account may send, or use a template of another category.",
        "आपका अकाउंट इस तरह से प्रचार वाले template नहीं भेज सकता।",
        "WhatsApp Manager में देखें कि आपका अकाउंट क्या भेज सकता है, या किसी दूसरी श्रेणी का template इस्तेमाल करें।",
    ),
    131064: _trouble(
        "Meta has stopped this kind of template for you: offers were sent in templates that were meant for notices.",
        "Send offers only in templates of the category Marketing. WhatsApp Manager says how long the stop lasts.",
        "Meta ने आपके लिए इस तरह के template रोक दिए हैं: सूचना वाले template में ऑफ़र भेजे गए थे।",
        "ऑफ़र सिर्फ़ Marketing श्रेणी के template में भेजें। रोक कब तक है, यह WhatsApp Manager में लिखा है।",
    ),
    132000: _TEMPLATE_VALUES,
    132012: _TEMPLATE_VALUES,
    132018: _TEMPLATE_VALUES,
    132001: _trouble(
        "There is no such template in this language, or Meta has not approved it yet.",
        "Look in WhatsApp Manager whether the template is approved, and in which languages.",
        "इस भाषा में ऐसा कोई template नहीं है, या Meta ने उसे अभी मंज़ूर नहीं किया है।",
        "WhatsApp Manager में देखें कि template मंज़ूर हुआ है या नहीं, और किन भाषाओं में।",
    ),
    132005: _trouble(
        "With its blanks filled, the template is too long.",
        "Send it with shorter values.",
        "ख़ाली जगहें भरने के बाद template बहुत लंबा हो गया।",
        "छोटी जानकारी भरकर दोबारा भेजें।",
    ),
    132007: _trouble(
        "The template's text breaks one of WhatsApp's rules on format or content.",
        "Change the template in WhatsApp Manager and have it approved again.",
        "Template का text WhatsApp के किसी नियम के ख़िलाफ़ है।",
        "WhatsApp Manager में template बदलें और दोबारा मंज़ूरी लें।",
    ),
    132015: _trouble(
        "Meta has paused this template because many people did not like it.",
        "Make it better in WhatsApp Manager, or wait until the pause is over. Send another template meanwhile.",
        "बहुत लोगों को पसंद न आने की वजह से Meta ने इस template को कुछ समय के लिए रोक दिया है।",
        "WhatsApp Manager में इसे सुधारें, या रोक हटने का इंतज़ार करें। तब तक कोई दूसरा template भेजें।",
    ),
    132016: _trouble(
        "Meta has switched this template off for good: it was paused too often.",
        "Make a new template with another text.",
        "Meta ने यह template हमेशा के लिए बंद कर दिया है: यह कई बार रोका जा चुका था।",
        "अलग text के साथ नया template बनाएँ।",
    ),
    132068: _FLOW,
    132069: _FLOW,
}
