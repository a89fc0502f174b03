"""The rules that a new business starts with: eight intents in English, Hindi and Hinglish. Owners change them in the
admin.

Phrases "anywhere" are few and long; what is a bare word counts only as the whole message (see matching.py).
"""

from django.db import transaction
from django.utils import timezone
from django_scopes import scope

from accounts.models import Business
from conversations import sets

from . import person
from .families import FAMILIES
from .models import Rule

PRIORITY = {
    "opt_out": 60,
    "opt_in": 55,
    "person": 52,
    "support": 50,
    "demo": 40,
    "pricing": 30,
    "greeting": 20,
    "bye": 10,
}

_MENU = {
    "en": [("pricing", "Prices"), ("demo", "Free sample"), ("support", "Talk to us")],
    "hi": [("pricing", "दाम"), ("demo", "मुफ़्त सैंपल"), ("support", "हमसे बात करें")],
    "hi-Latn": [("pricing", "Daam"), ("demo", "Free sample"), ("support", "Baat karein")],
}

_HELLOS = (
    "is this * (shop/dairy/store/number)|hope (you are/all is/everything is) * (well/good/fine)|(hi/hello/hey/namaste/namaskar) * (wale/waale/wala/wali)|"
    "hi|hii|hey|heya|hello|helo|hlo|hllo|hallo|hola|yo|hy|hiya|gm|good (morning/afternoon/evening/day)|greetings|"
    "(salaam/salam/aadab/adaab)|(assalamu/assalam/aslam) (alaikum/walekum/o alaikum)|👋|🙏|(hi/hey/hello) there|"
    "(anyone/anybody/someone) there|is (anyone/anybody/someone) (there/available/online)|are you (there/online/available)|"
    "good (morning/afternoon/evening/day) * have a (nice/good/great/lovely/blessed) (day/one/evening/time/week) (ahead/)|"
    "(anyone/anybody/someone) (here/online/available/home/around)|(can/could) (anyone/anybody/someone/you) (hear/see) me|"
    "greetings (of the day/from * )|wassup|wazzup|sup|hellow|helow|hye|hii there|(how is/hows) your day (going/)|(long time/hope you remember me)|"
    "(how is/hows/how are/hru) (everyone/everybody/you all/you people/things/life/business/your family)|hru|(i/we/) hope (youre/your/you are/all is) * (well/good/fine/great)|(hi/hello/hey) (shopkeeper/owner/admin/manager/brother)|"
    "how are you (all/doing/keeping/feeling) (today/)|how are you today|good to (see/meet) you|very good (afternoon/evening)|top of the morning|morning|evening|"
    "happy (diwali/deepavali/deepawali/holi/eid/new year/christmas/rakhi/navratri/pongal/onam/dussehra/lohri/janmashtami/ganesh chaturthi)|merry christmas|eid mubarak|"
    "how are you|how are you doing|(how is/hows) it going|how do you do|how have you been|nice to meet you|(how is/hows) everything|(hi/hey/hello) (all/again/shop/store)|whats up|what is up|howdy|very good morning"
)
_THANKS = (
    "(thanks/thank you) for * (help/support/service/time/reply/response/answer/information/update/assistance/cooperation/delivery/details)|"
    "(thanks/thank you) for (letting me know/informing/telling * /confirming/confirmation/clarifying/understanding/explaining/replying/coming/calling)|(thanks/thank you) (and/n/) regards|"
    "(thanks/thank you) for (sorting/fixing/solving/sharing/sending/resolving/handling/arranging/helping/coming/being) (it/this/that/me/us/) (out/) (today/)|got my (answer/order/refund/parcel)|(thanks/thank you) in advance|appreciate (it/that)|appreciate (your/the) * (help/support/service/time)|(really/truly/) appreciated|"
    "(got/received) (it/the/my/) (order/parcel/delivery/items/product/package/refund) (thanks/thank you)|(thanks/thank you) * (got/received) (it/the/my/) (order/parcel/delivery/items/product/package/refund)|"
    "no (thanks/thank you) (bye/that is all/thats all/that is it/thats it/nothing else/nothing more/i am good/im good/i am done)|(nothing else/nothing more/nope thats all/no thats all/no that is all/no thats it)|"
    "(thatll/that will/this will) be all|(thats/that is) it for (now/today)|i am done|im done|all (done/good/set) (thanks/thank you)|"
    "(i/we/) will (let you know/get back/check/think/see/inform you/confirm/come/call/message/order/visit/buy/try/do/wait/collect) * (thanks/thank you/bye)|"
    "(thanks/thank you) * will (let you know/get back/come/visit/order/call/message/see/confirm/check/think/wait/collect/try/be in touch) (you/again/soon/later/)|will (let you know/get back to you)|"
    "(not now/maybe later/later/some other time/maybe next time) (thanks/thank you/bye)|(catch/see/meet/talk to) you (then/around/later/soon/tomorrow/next time/next week/again)|catch (you/) later|laters|see you tmrw|"
    "no (problem/issue/worries) (thanks/thank you/bye)|(noted with/with) (thanks/many thanks)|i am (ok/good/fine/all set) (now/thanks/thank you)|(gotta/got to/have to) go|sweet dreams|ta ta|tata bye|cheers|much obliged|(god/lord) bless (you/)|stay (safe/blessed)|same to you|you too|have a (nice/good/great/lovely/wonderful/blessed/pleasant) (day/one/evening/night/time/weekend/week) (ahead/)|"
    "(it was/was) (nice/good/great) (talking/chatting/speaking) (to/with) you|(thanks/thank you) (a million/a bunch/loads/heaps/always/once again/indeed)|good (nite/nyt)|gn (sd/tc)|so long|i (have to/need to/must/got to/gotta) (go/leave)|i am (leaving/going/off)|(im/i am/lets) (going/leaving) (now/bye)|"
    "talk (to you/) later|tc|thats all|that is all|(i have/got) everything (i/) need|(thanku/thanx) (so much/)|will (talk/come back) later|"
    "bye|bye bye|byee|goodbye|good bye|good night|gn|thanks|thank you|thankyou|ty|tysm|thx|thanks (a lot/so much/again/a ton/a bunch)|"
    "thank you (so much/very much/again/for your help/for the help/for your time/for helping)|"
    "thanks for (your help/the help/your time/helping/the info/the information/everything)|"
    "(many/much/big) thanks|goodnight|farewell|nice (talking/chatting/speaking) (to/with) you|thanks for the (reply/quick reply/response/answer)|thank you for the (reply/response/information/answer)|much appreciated|appreciate it|appreciated|see (you/ya) (later/soon/tomorrow)|see you|see ya|cya|ttyl|take care|"
    "talk to you later|have a (nice/good/great) (day/one/evening/night/time/weekend)|good day bye|bye for now|thats all thanks"
)
_THING = "(order/parcel/package/delivery/product/item/milk/stuff/goods)"
_CHEEZ = "(order/parcel/saman/samaan/delivery/maal/product/item/packet/doodh/refund)"

RULES: dict[tuple[str, str], dict] = {
    ("greeting", "en"): {
        "whole": _HELLOS,
        "reply": "Hello {name}! Welcome to {business}. How can we help you?",
        "menu": True,
    },
    ("greeting", "hi"): {
        "whole": "(हेलो/हैलो/नमस्ते/नमस्कार) * (वाले/वाला/वाली)|कोई है क्या|क्या हाल (है/हैं/चाल)|"
        "नमस्ते|नमस्कार|प्रणाम|हेलो|हैलो|हाय|हाई|राम राम|सुप्रभात|शुभ (प्रभात/संध्या/दिन)|सलाम|आदाब|जय (श्री कृष्ण/श्री राम/माता दी/हिंद)|"
        "राधे राधे|जय जिनेंद्र|कैसे (हो/हैं) (आप/)|आप कैसे (हैं/हो)|कोई है|गुड (मॉर्निंग/इवनिंग)|अस्सलामु अलैकुम|सत श्री अकाल",
        "reply": "नमस्ते {name}! {business} में आपका स्वागत है। हम आपकी क्या मदद कर सकते हैं?",
        "menu": True,
    },
    ("greeting", "hi-Latn"): {
        "whole": "(jai/jay) (shri/sri/siya/sita/) (krishna/ram/ganesh/hanuman/shyam/mahadev/bhole/bholenath/swaminarayan/maharashtra/guru dev/gurudev/johar)|"
        "(har har/jai bholenath) mahadev|har har mahadev|om namah shivay|om sai ram|sai ram|waheguru|(sri/shri) radhe|radhe krishna|hare krishna|ram ram sa|sasriyakal|sat shri akaal|ssa|"
        "(asalam/asalamu/assalamu/salam) (alaikum/walekum/valekum/aleikum/alekum)|(assalamualaikum/asalamualaikum/assalamualekum/asalamwalekum)|(walekum/valekum/walaikum) (salam/assalam)|salam|"
        "(shubh/subh/shub) (prabhat/din/sandhya/dopahar/diwali/kamnaye)|charan sparsh|pranaam|namashkaram|"
        "(sab/sab kuch) (badhiya/khairiyat/kushal) (hai/)|aur (sab/sab kuch) (theek/accha) (hai/)|(kaise/kaisi) (ho/hai) (aap/tum/sab/) (log/)|(kya/kaisa) (haal/hal) (hai/chaal/) (aapka/aapke/)|kaisa hai|"
        "(diwali/deepawali/holi/eid/navratri/dussehra/naye saal/nav varsh) * (shubhkamnaye/badhai/mubarak)|"
        "koi hai (kya/) (yahan/wahan/idhar/udhar/dukan me/)|koi (jawab dega/reply karega/sun raha hai/bolega/baat karega)|koi hai jo * (kare/dega/dekhe)|(kaise/kaisi) chal raha hai|(ghar me/ghar par/parivar me) sab (theek/badhiya) (hai/)|(koi/aap) (online/available) (hai/ho) (kya/)|namskar|sat sri akaal|koi hai kya|(aap/sab) kaise (ho/hain)|"
        "namaste|namaskar|namaskaar|namaste ji|pranam|pranaam|ram ram|jai (shree krishna/shri krishna/shree ram/shri ram/mata di/hind)|"
        "radhe radhe|suprabhat|shubh (prabhat/din/sandhya)|kaise ho|kaise (hain/ho) aap|aap kaise (ho/hain)|kya haal hai|kya haal chaal|kya hal hai|"
        "koi hai|sat (sri/shri) akal|khamma ghani|vanakkam|jai jinendra|jai bhim|hello ji",
        "reply": "Namaste {name}! {business} mein aapka swagat hai. Hum aapki kya madad karein?",
        "menu": True,
    },
    ("pricing", "en"): {
        "whole": "fee|fees|tariff|estimate|budget|total|(per/one) (plate/person/head)|how much (total/rupees)|what (rate/price)|cost|costs|costing|rate|rates|charges|pp|how much|how much (is it/for this/is this/for it/money)|cuanto cuesta|pricelist|mrp|"
        "(rate/price) list|amount|how many rupees|quote",
        "anywhere": "(what/whats/how much) * (fee/fees)|(fee/fees) (structure/for/of/details/is/are)|(course/monthly/membership/admission/tuition/subscription/shipping/service/making/installation/repair/joining/delivery/consultation/annual/yearly/per) (cost/charge/charges/fee/fees/price)|"
        "how much (do/should/will/would/must/can/does) * (have to/need to/supposed to) pay|how much * (total/altogether/in total)|total (how much/price/bill/amount)|(what/whats) * (total/rate/damage) (for/of/be/amount/cost/price)|what (will/would) (be/) the total|what is the total|"
        "(quote/estimate) (for/me/please/of)|(is it/is this/are they/too/how/very/so/bit) (expensive/costly)|per (plate/person/head/month/day/hour/session/night/gram/sqft/unit/page/set) (cost/rate/rates/charge/charges/fee/price)|"
        "(cost/rate/rates/charge/charges) per|(gold/silver/wholesale/retail/bulk/package/room/market/present/latest/new) (rate/rates)|what (packages/plans) |(rates/packages) (and/please/available)|(best/last/final/lowest/minimum/reasonable) (rate/deal)|"
        "(whats/what is/what are) (your/the) (rate/rates/charges)|(know/confirm) * (rate/rates/cost/charges/fees)|how much (you/u/ya) (charge/take/charging/want/selling/sell/asking/giving)|(in/at) what (rate/cost)|charging for|(what/how much) are you charging|how much (rupees/rs/it costs/money for/money will/money is)|"
        "(rate/rates) of|per (kg/kilo/litre/liter/ltr/packet/piece/dozen/box/tin) how much|how much per|how much in all|"
        "price|prices|pricing|price list|the prize (of/for)|how much (is/are/for/do you charge/does/will * cost/would/this/that/these)|"
        "how much * (cost/costs/charge/pay/price/rupaye)|how (expensive/costly)|how many (cost/rupaye)|"
        "(what/whats) * (cost/costs/rate/rates/charge/charges/tariff)|cost (of/for/per)|(total/the/your) (cost/rates/charges)|"
        "(rate/rates) (for/per/list/card)|(rate/rates) of * {product}|{product} (rate/rates/cost)|rate please|current rate|(today/todays) (rate/rates)|(send/share/tell/give) * (rate/rates/quotation)|"
        "(know/need) the (rate/rates/cost/charges)|i need * cost|rate list|rate card|menu card|(give/send/share/need/want/get) * quote|quotation|mrp|"
        "(per/a/one) (kg/kilo/litre/liter/packet/piece/dozen) (cost/rate)|costing|"
        "charge for|charges for|what do you charge|delivery (charge/charges/fee)|cheapest|(in/within) what budget",
        "unless": "rate of service|rate (your/us/our/this app)|(rate/rates) of (growth/interest/return/speech/exchange/change/inflation)|price is (so/too/very/) (right/ok/okay/fine/good/same/different)|price (hike/rise/war)|"
        "how much (time/weight/longer/long)|how long|(cost/costs) of living|price match|how much does it weigh|how much * (hold/weigh)|"
        "interest rate|exchange rate|heart rate|(wrong/different) price|no cost emi|price (drop/drops/dropped) alert|how much do (you/i) (know/like/love/owe)",
        "reply": "Our prices today:\n{prices}\n\nDelivery: {delivery_area}",
    },
    ("pricing", "hi"): {
        "whole": "कीमत|दाम|रेट|भाव|मूल्य|कितने का|कितने की|कितना|कितने|चार्ज|खर्चा|कितने रुपए|कितना लगेगा|रेट लिस्ट|प्राइस",
        "anywhere": "कीमत|कीमतें|कितने (का/की/के/में) (है/हैं/मिलेगा/मिलेगी/मिलता/मिलती/दोगे/देते/पड़ेगा/दे/आएगा/आता)|कितने * (रुपए/रुपये/रुपया/पैसे)|"
        "(का/के/की/क्या) * (दाम/रेट/भाव/मूल्य/प्राइस/चार्ज/चार्जेस)|(दाम/रेट/भाव/मूल्य/प्राइस/चार्ज) * (क्या/बताओ/बताइए/बताना/बता/बताएं/बताइये/चाहिए/भेजो/भेजिए/भेज/कितना/कितने/जानना)|"
        "कितना (पैसा/पैसे/रुपया/खर्चा/खर्च/चार्ज/रेट/लगेगा/लगता/पड़ेगा/पड़ता/होगा/है)|कितने पैसे|कितने (का/की/में)|रेट लिस्ट|दाम सूची|प्राइस|प्राइज|मूल्य सूची|"
        "आज का (दाम/रेट/भाव)|क्या (दाम/रेट/भाव)|{product} कितने",
        "unless": "कितने (बजे/दिन/घंटे/समय/टाइम)|कितना (समय/टाइम/वक्त)",
        "reply": "आज के हमारे दाम:\n{prices}\n\nडिलीवरी: {delivery_area}",
    },
    ("pricing", "hi-Latn"): {
        "whole": "(kul/total/bill) (kitna/kitne) (hua/hai/)|kitne me|kitna (total/paisa/rupaye)|fees|kya (loge/lagega)|rate|daam|dam|bhav|bhaav|kimat|keemat|mulya|kitne ka|kitne ki|kitna|kitne|kitna hai|kitna lagega|kharcha|kitna hoga|kitne hue|rate list",
        "anywhere": "(fee/fees) * (kitni/kitna/kya/batao/bataiye/bata)|(kitni/kitna/kya) (fee/fees/kimat)|(total/kul/mahine ka/mahine ki/budget/paisa/paise/kharcha/kharch/bill) * (kitna/kitne/kitni/kya hai)|"
        "(kharcha/kharch) (batao/bata/bataiye/kya/aayega)|kitna (dena/doge/loge/lenge/lete/sasta/mehnga/total/discount/bill/bhav/charge/karcha/aayega)|kitni (kimat/fees/me/ki)|kitne (tak/ke aaspaas/ke around)|kaise (kilo/kg/diya/diye/litre/darjan/dozen/packet/piece)|kaise de (rahe/raha/rahi)|kya (kilo/kg/litre/hisab)|kis (hisab/bhav/rate/daam)|(rent/kiraya/bhada/amount/paisa) (kitna/kya/batao/bata/bolo)|kitna (amount/kiraya/bhada/bill)|(rate/daam/bhav/price/kimat) (bolo/bol/bolna/boliye/kaho/likho/likh)|(kya/kitna) (loge/lenge/lagega/padega/lete ho)|"
        "(sasta/sasti/mehnga/mehngi) * (kya/kaun/kitna/kitne/batao/milega)|(sabse/sab se) (sasta/sasti)|dar kya|(thok/wholesale/final/last/sahi/best/kam) (bhav/rate/daam/price/kimat)|"
        "(rate/price/daam/bhav/kimat/fees/charge/kharcha) * (bata/batao/bataiye/batana/batado/bhejo/bhejiye/bhej/bhejdo/bhejna/chahiye/janna/jaanna/puchna/puchni/lagao/lagega/dijiye/dedo/chal raha)|"
        "kitne (ka/ki/ke/me/mein/rupaye/rupiya/paise/ko)|kitna (paisa/rupaye/rupya/rupiya/charge/rate/kharcha/kharch/lagega/lagta/padega/padta/cost/price/hua)|"
        "kitne * (rupaye/paise)|(ka/ki/ke/kya) * (rate/rates/daam/dam/bhav/keemat/kimat/price/charges)|"
        "(rate/rates/daam/bhav/keemat/charges/charge/cost) * (kya/batao/bataiye/bata/batana/chahiye/bhejo/bhejiye/bhej/kitna/kitni/janna/jaanna/please)|"
        "(aaj/abhi) * (rate/bhav/daam)|(kya/kitna) (rate/bhav/daam/charge/charges/cost)|price (kya/batao/kitna)|keemat|rate list|rate card|"
        "kitne me (doge/dete/milega/degi/de)|kya bhav|bhav kya|kya (rate/daam)|kitne (doge/lagenge/lagega)|{product} (kitne/rate/daam/bhav)|kitne ki",
        "unless": "(time/samay/waqt/din) (kitna/kitne)|(rate/price/daam/bhav) (sahi/theek/accha) hai|kitne (baje/din/ghante/time/dino/log/der)|kitna (time/samay/waqt/der/weight)|interest rate",
        "reply": "Aaj ke hamare daam:\n{prices}\n\nDelivery: {delivery_area}",
    },
    ("person", "en"): person.EN,
    ("person", "hi"): person.HI,
    ("person", "hi-Latn"): person.HI_LATN,
    ("demo", "en"): {
        "whole": "sample|samples|trial|free sample|free trial|demo|tester|a sample|free samples|trial pack|sample pack",
        "anywhere": "(can/could/may/let) (i/we/me/us) (try/test/taste/sample)|(can/could/may/let) (i/we/me/us) * (try/test/taste/sample) (it/this/the/your/some/a/first/once/before)|"
        "(want/like/wish/love/need/prefer) to (try/taste/test) (it/this/one/the/your/some/a/first/once/before)|interested in (trying/tasting/testing)|(wanna/want to/gonna) (try/taste) * (first/before)|"
        "(to/for) (try/trying/taste/tasting/testing) (first/before/purpose/purposes)|for (testing/tasting/trying)|(small/little/tiny/mini) (quantity/amount/pack/portion/bit/packet/piece/one) * (try/trying/taste/tasting/test/testing/check)|"
        "taster|demonstrate|(see/check/inspect/test/try/feel/view) * before (buying/ordering/i buy/i order/we buy/we order/purchase/purchasing/paying/i pay/placing/taking/deciding)|"
        "before (buying/ordering/i buy/i order/purchasing) * (try/test/taste/see it/check it/sample)|check (the/your/) quality (first/before/once)|(see/check) (the/your/) (product/quality/it) first|"
        "(day/days/week/weeks/night/nights/month/months) (free/of/long/) (trial/sample)|trial (for/class/classes/session/lesson/lecture/run/available/possible/month/week/day/use/delivery/bottle)|(demo/trial) (class/session/lesson)|"
        "(show/see/view/bring/arrange) * (sample/samples)|(see/show/explain) (me/us/) how (it/this/that) works|(someone/somebody/anyone) (come/visit) * show|(someone/somebody/anyone) (to/) (show/demonstrate)|"
        "sample (for/before/first/to/bottle/piece/box/of/possible/size)|(show/see/explain/understand) * how * (works/work)|before i (pay/buy/order/commit/purchase/decide)|(first/one/1) (class/session/lesson) free|free (class/session/lesson/demo)|is (the/your/a/) (sample/trial/demo) (free/available/possible)|are (the/your/) samples|test drive|(give/show) (me/us) (a/the/) (tour/walkthrough/preview)|(small/one/1/2/few/couple) (sample/samples/tester)|(way/chance) to (try/taste)|try (your/the/some) * (for/before)|(arrange/organise/organize/want/need/possible) * (trial/sample)|trial of|(tester/taster) of|(first/before) (try/taste)|"
        "demo|demonstration|free (trial/sample/samples/tasting/trail/taste)|(want/need/like/get/have/book/try/give/start/offer/do/take) * (trial/sample/samples)|"
        "(send/taste/see/give/share/provide/request/order) * (sample/samples)|trial (pack/order/packet/period/version/offer/basis)|"
        "show me how it works|(try/taste) * (before/first)|(sample/samples) (pack/packet/please/available/of)|(any/free) (sample/samples)|"
        "(is there/do you * ) (trial/sample/samples)|days trial|can i (try/taste)|(could/may) i (try/taste)|like to taste|"
        "tester (pack/bottle)|for (trial/trail)|on trial",
        "unless": "(my/the/your) (sample/samples/demo/trial) (was/were/is over/has come/came/got over)|(demo/display) (store/stores)|test drive room|democracy|try again|(court/clinical) trial",
        "asks": "email",
        "reply": "We are happy to send you a free sample, {name}. Please write your e-mail address here, and we will arrange it.",
    },
    ("demo", "hi"): {
        "whole": "सैंपल|सेंपल|सैम्पल|ट्रायल|नमूना|डेमो|फ्री सैंपल",
        "anywhere": "(टेस्ट/ट्राई) (करवा/करा/कराओ/करना/कर सकते/करने)|"
        "डेमो|(फ्री/मुफ्त/निशुल्क/थोड़ा/पहले) * (सैंपल/सैम्पल/सेंपल/ट्रायल/नमूना)|(सैंपल/सैम्पल/सेंपल/ट्रायल/नमूना/ट्राई) * (चाहिए/मिलेगा/मिल/भेजो/भेजिए/भेज/"
        "दो/दीजिए/दे/मिलता/मिलेगी/मंगवाना/लेना/देखना/दिखाओ/दिखाइए/है/करना/कर/करके)|चख (कर/के/सकते/सकता)|चखना|चखने (के/को)|पहले (चख/ट्राई/टेस्ट)|टेस्ट कर(ना/के/) (चाहता/चाहती/देखना)",
        "asks": "email",
        "reply": "हम आपको मुफ़्त सैंपल भेजेंगे। कृपया यहाँ अपना ई-मेल पता लिखें, हम इंतज़ाम कर देंगे।",
    },
    ("demo", "hi-Latn"): {
        "whole": "namuna|sample|sempal|trial|tester|free (sample/trial)",
        "anywhere": "(try/test/taste/trial) (karna/karni/karne/karke/kar ke) (hai/ko/ke liye/chahta/chahti/chahte/dekh/dekhna/dekhenge/dekhu/lenge/lunga/tha/thi)|(try/test/taste/trial) kar (sakte/sakta/sakti/lu/len/do/dijiye)|"
        "(try/test/taste) (karenge/karunga/karungi/karao/karaiye/karwaiye/karwao/karwa/kara)|pehle (try/test/taste/chakh/chakhenge/chakhna/aazma/aajma/sample/demo/trial/namuna)|"
        "chakhna|chakhne|chakhkar|chakhke|chakhenge|chakhunga|chakhao|chakhaiye|chakhwa|(chakh/chakha) (ke/kar/lu/le/len/do/dijiye/doge/sakte/sakta/sakti/lete/leta)|"
        "aazmana|aazmane|aazmakar|aazmake|aazmaunga|aazmaenge|aazma (ke/kar/lu/le/len/sakte/sakta)|(swad/taste) (dekhna/dekhne/dekh/chakhna/lena/chakhne)|(quality/maal/swad/taste/saman) * (dekhna/dekhni/dekh/check) * (pehle/phir/lenge/lunga)|"
        "pehle * (dekhna/dekhni/dekhenge/dekhu/dekhunga/dekhke/dekh/dikhao/dikha/dikhaiye/dikhana/chakhna/test/try) * (phir/baad/tab/lenge/lunga/order/khareed/kharid)|pehle (quality/swad/taste/maal/product/saman/thoda) (dekh/dekhna/dekhni/check/dikhao/dikha)|"
        "(dekh ke/dekhkar/dekhke/dekh kar) (lenge/lunga/lungi/order/kharidenge/kharidunga)|(chala/chalakar/chalake/karke/chalaa) (ke/kar/) (dikha/dikhao/dikhaiye/dikhaoge/dikhayenge/dikhana/dekh/dekhna)|"
        "(dekhne/chakhne/parakhne/jaanchne) (ke liye/ko) * (bhejo/bhejiye/bhej/do/dijiye/chahiye/milega/mil)|(bhejo/bhejiye/bhej do/do/dijiye/dedo) * (dekhne/chakhne/parakhne/jaanchne) (ke liye/ko)|pehle dekhna (hai/chahta/chahti/tha)|"
        "(test/taste/try) (ke/karne ke) liye * (chahiye/bhejo/bhejiye/bhej/do/dijiye/dedo/milega/mangwa)|(namune/namoone) (ke/ka)|(kaise/kaam) * (karta/chalta/karke) * (dikha/dikhao/dikhaiye/dikhana/dikhayenge)|(namuna/sample) (dekhna/dekhni/dekhne)|"
        "(din/hafte/mahine/week/month) (ka/ke liye/ke/free/) (trial)|trial (class/period/pe/par/basis/lena/leke/offer/pack/version/session)|(demo/trial) (class/session)|"
        "(sample/trial/namuna/tester) * (dedo/dikha/dikhana/bhijwa/bhijwao/bhejna/mangana/manga/mangwa/lunga/lenge/doge/denge/dete/deta/deti/dilwa/dila/kaise/kab/ke liye/jayega/sakta/sakte/sakti)|(ek/koi/thoda/chhota/do) (sample/trial/namuna/tester)|thoda (test/try/taste)|"
        "(test/try/taste) (karwa/kara/karao/karwao/karna chahta/karna chahti/karne ko/karne ke)|"
        "demo|(sample/trial/namuna/namoona/trail) * (chahiye/milega/mil/milta/milegi/bhejo/bhejiye/bhej/do/dijiye/de/dena/mangwana/lena/leni/"
        "dekhna/dikhao/dikhaiye/hai/karna/kar/karke)|(muft/free/thoda/pehle) * (sample/trial/namuna)|chakh (kar/ke/sakte/sakta)|chakhna|chakhne|"
        "pehle (chakh/try/taste/test)|try (karna/kar/karke) (chahta/chahti/hai/sakte/sakta/ke/dekhna/lu/loon)|taste kar",
        "unless": "(demo/sample) (dekha/dekh liya/accha laga/acha lagi/ho gaya/mila)|(sample/demo/trial) (mila tha/mil gaya/accha tha/aaya tha)|(exam/test) (hai kal/ki tayari)",
        "asks": "email",
        "reply": "Hum aapko free sample bhejenge. Kripya yahan apna e-mail likhein, hum intezaam kar denge.",
    },
    ("support", "en"): {
        "whole": "help|help me|help please|support|i need help|need help|i need (support/assistance)|problem|issue|complaint|complain|customer (support/service)|"
        "refund|cancel my order|(i have/have/got/there is) (a/an) (problem/issue/complaint/complain)|urgent|sos|please call me|please call|kindly call me|call me please|contact me|complain|replacement|exchange|replace it|return it|return this|(very/so/really/not) (disappointed/disappointing/satisfied/unhappy/upset/bad/poor)|"
        "(please/kindly) (reply/respond/help/call)|(reply/respond) (please/fast/soon/me/to me)|not (replying/responding/answering)|(scam/scammers/cheaters/fraud/fraudsters/cheated/cheating)|why (are you/) not (replying/responding)|return|order status|"
        "any update|any updates|cancel|cancellation|need status|where is it|not happy|helpline",
        "anywhere": "(quality/service/experience/taste/packing/packaging/food) * (poor/pathetic/terrible/worst/horrible/disgusting/very bad/so bad/too bad/not good)|(very/so/extremely/really) (disappointed/unhappy/poor service/bad service)|(disappointed/unsatisfied/dissatisfied/frustrated/unhappy) (with/by)|"
        "(has/have/it/again/suddenly) stopped|stopped (charging/heating/cooling/responding/after/again/suddenly)|(didnt/never/not/hasnt/nobody/no one) (turn/turned/show/showed) up|(your/the) (guy/man/boy/person/technician/driver/mechanic/staff) * (didnt/never/not/late/rude/misbehaved)|"
        "not what (i/we) (ordered/asked/wanted/expected/paid)|different (from/than) (the/what/shown/picture)|not (as/like) (shown/described/ordered/promised/expected/in the)|(doesnt/didnt/does not/not) (fit me/fitting)|(doesnt/didnt/does not) fit|(size/it/this) is too (small/big/tight/loose/short/long)|"
        "(payment/money/transaction) * (through/successful/completed) but|(resolve/fix/solve) (my/this/it/the) |(warranty/guarantee) claim|claim (the/my/a/) warranty|(it/zip/handle/screen/glass/leg/button) broke|broke (on/in/after/within/when)|(arrived/came/reached/served) (cold/late/stale/wet/dirty/old)|half of what (i/we)|"
        "(nobody/no one) (has/) (came/come/called/contacted/replied/responded/helped)|(product/item) * (stopped/not right)|(lost/missing) my (order/parcel/package)|(unhappy/upset/angry) with|"
        "(need/want/get/give/send/arrange/request) * replacement|replacement (please/needed/required/for)|(replace/exchange) (it/this/them/these) (please/for/)|(replace/exchange) (please/my)|how (do i/can i/do we/should i) (return/exchange/replace/cancel/complain/get my money)|(could/can/please) (you/) (replace/exchange) (it/this/them/)|"
        "(wrong/different) (colour/color/size/design/model/flavour/brand/item/product) (came/received/sent/delivered/arrived)|(wrong/incorrect) (bill/billing/amount/charge)|(bill/amount) (is/was) (wrong/incorrect/more)|"
        "(incomplete/partial/half/damaged/missing) (order/delivery/shipment)|(parcel/order/package/courier) * (lost/stolen/stuck/incomplete/missing)|no (response/reply/answer/update) (from/yet/since/to/till)|why no (reply/response)|"
        "(nobody/no one/noone/not/never/isnt/not) * (picking/picks/replying/responding/answering) |(not/never/dont/isnt) (pick/picking/answer/answering) * (call/calls/phone)|help (needed/required/asap/urgently)|(theres/there is/there was/facing/having/has) (an/a/some) (issue/problem)|(problem/problems/issue/issues/trouble) (with/regarding) (my/the/your/payment/order/delivery/product/it)|"
        "(received/got/sent/delivered) only|(came/arrived/received/delivered) (damaged/broken/late/open/torn/wet/spoiled/empty/half)|(broken/damaged) (on arrival/when)|(item/piece/product/screen/seal/lid/bottle) (is/was/came/) (broken/damaged/cracked/missing/open)|(food/milk) (was/is) (cold/stale/raw/undercooked/not fresh)|"
        "(got/fell/became/feeling/falling) (sick/ill) |(cheated/scammed)|(you/your) * (fraud/cheating)|(payment/paid/money) (done/made/successful/was made/deducted/sent) but|paid (two/2) times|double (payment/charge/charged)|(still/yet) (to receive/no refund/no delivery/no order/pending)|"
        "(havent/not/didnt/never) (heard/hear) (back/anything/from)|when will (i/we) (get/receive) (my/the/our) (order/parcel/refund/money/package/delivery/product/item)|(delivery/courier) (boy/guy/man/person) * (didnt/rude/never/not/left/asked/misbehaved/late)|(opened/open/tampered/leaky/empty/torn) (packet/pack/box/parcel/seal/package)|(seal/packet/box/parcel) (was/is/came) (open/opened/tampered/torn/empty)|cancel (the/my/this/our/) (order/booking/appointment/purchase)|(very/so/too) late (delivery/again)|(only/just) (got/received/came)|only (got/received/came)|(only/just) (one/two/half/1/2) * (came/received/arrived/delivered)|(watery/adulterated/diluted)|(strange/weird/funny/off/sour) (smell/taste)|mixed with water|(ordered/asked for/paid for) * but * (got/received/came)|"
        "(not/isnt/doesnt/didnt/stopped/never/wont/wasnt/arent/cant) (working/work/open/opening/load/loading)|(does/is/did/are/will) not (work/working/open/load)|"
        + _THING
        + " * (not/hasnt/havent/didnt/never/wasnt/isnt) * (arrived/arrive/received/receive/come/came/reached/delivered/here/shown up/show up)|"
        "(not/hasnt/havent/didnt/never) (yet/still/been/) (arrived/arrive/received/receive/delivered)|(havent/didnt/not/never) (got/get/gotten) (my/the) (order/parcel/package/delivery/refund/money/milk/product)|"
        "(havent/didnt/not/never) (received/receive/recieve) |(still/been) waiting * "
        + _THING
        + "|waiting for my|still waiting|"
        "(where/wheres) * my " + _THING + "|where is the (order/parcel/package/delivery/delivery boy)|"
        "(my/the/your/this/was/were/is/are/got/it/came/arrived/has/have/received/milk/ghee/paneer) * (broken/damaged/leaking/leaked/spoiled/spoilt/rotten/expired/stale/defective/faulty/torn/cracked/melted/crushed/contaminated)|"
        "(broken/damaged/spoiled/expired/leaking/leaked/stale/rotten/torn/defective/faulty/wrong) (product/item/order/packet/pack/bottle/box/milk/ghee/paneer/pouch/parcel/quantity/piece/size/thing)|"
        "(missing/short) (item/items/product/packet/quantity)|(item/items/packet/product/something/one) * missing|"
        "(payment/transaction/upi/paytm/gpay) * (failed/fail/declined/stuck/pending/not going/unsuccessful)|"
        "(money/amount/payment/rupaye/cash) * (deducted/debited/cut/gone)|(charged/debited/paid/billed) (twice/double/extra/two times/wrong)|(overcharged/double charged)|"
        "charged me * (twice/double/extra/more/wrong)|there is (a/some/) (problem/issue)|(have/having/facing/face/got) (a/an/some/the/) (issue/issues/problem/problems/complaint/trouble/query about my) |"
        "(want/need/have/like/wish) to (complain/file/raise/return/report/register)|want a replacement|(make/file/raise/register/lodge) * complaint|(bad/terrible/worst/poor/pathetic/horrible) (service/quality/experience)|"
        "(want/need/get/give/process/my/a/for/the/about/initiate/full) refund|refund (my/me/the/please/not/status)|money back|"
        "(talk/speak/chat/connect) * (human/person/someone/somebody/agent/executive/manager/owner/representative/support/customer care/real)|"
        "customer (care/support) (number/no/contact)|(call/contact/phone) me (back/now/asap/urgently/on)|call me back|need a call|call back|callback|(someone/somebody/anyone/executive) * call me|"
        "smells (bad/off/weird/sour/strange)|(smell/smells/smelling/tastes/taste/tasted) (bad/off/sour/strange/weird/rotten/funny)|bad smell|"
        "(went/gone/going/turned/has gone/is) bad|went off|gone off|turned sour|fell sick|fungus|(got/found) (an/a/) (insect/hair/stone)|"
        "(cancel/cancelling/return/replace/exchange/change) (my/the/this) (order/product/item/purchase/parcel/booking/subscription/address)|cancel order|want to (return/exchange/cancel)|"
        "(i need/need/i want/want) (some/your/) help (with/in/to/regarding) (my/the/a/placing)|help (with/regarding/on) my|"
        "(is/are/was) (late/delayed) |(order/delivery/parcel) * (late/delayed/delay)|(status/update/updates) (of/on/about/for) (my/the) (order/delivery/parcel)|(my/the) order status|(what/how) about my order|(my/the) order (number/no/id)|order related|when will (my/the) (order/parcel/package)|(track/return) order|(has/is) (it/my order/the order) (been/) (shipped/dispatched)|(its/it is/too) (delayed/late)|(not/still/never) (shipped/dispatched)|(state/track) of (my/this) order|how (do/can) i return|(give/need/want) (me/) * (a/phone) call|contact me|call (to/on) my number|track (my/the) (order/parcel)|"
        "(unable/not able/cannot/cant/can not/couldnt) (to/) (login/log in/pay/order/place/open/checkout/make payment/add)|"
        "(app/website/site/page/link/login/otp/checkout) * (crash/crashes/crashing/crashed/hangs/down/error/not coming/failed/stuck/broken/not opening/not loading)|"
        "not (happy/satisfied) with|(nobody/no one) * (answering/responding/replying/came/answers/picks)|(received/sent/got/delivered) (me/the/a/) (wrong/less/damaged/broken/expired/incorrect)|"
        "something (is/went) wrong|help me please|help me out|got * instead of|(less/short) (quantity/weight) |delivery (boy/guy/man) * (rude/misbehaved/not/never/didnt)",
        "unless": "not broken|(no/any/without) (problem/problems/issue/issues/complaint/complaints)|not * (any/have a) (problem/issue)|help (choosing/deciding/selecting/me choose/me decide)|"
        "do not need help|dont need help|back pain|tissue",
        "asks": "problem",
        "reply": "We are sorry for the trouble. Please tell us what happened; a person from our team will answer you here. "
        "Our hours: {hours}.",
        "away": "We are sorry for the trouble. Please tell us what happened. We are closed now; a person from our team will answer you here when we open again {opens}. Our hours: {hours}.",
    },
    ("support", "hi"): {
        "whole": "मदद|मदद चाहिए|सहायता|सहायता चाहिए|हेल्प|शिकायत|समस्या|परेशानी|दिक्कत|रिफंड|वापसी|मदद करो",
        "anywhere": "ही (मिला/आया/मिली/आई/मिले/आए/भेजा)|पानी (मिला/मिलाया/मिलाते/मिलाकर)|(दूध/दही/घी) * (पतला/पतली/मिलावट)|मिलावट|अजीब (गंध/बदबू/स्वाद/महक)|(गंध/महक/स्वाद) * (आ/अजीब/खराब/खट्टा)|(पतला/पतली) है|(एक/कम) (कम/पैकेट) * (मिला/आया)|"
        "(मदद/सहायता/हेल्प) (चाहिए/करो/कीजिए/करें/कर/करिए/की जरूरत)|(काम/चल/खुल) नहीं (कर/रहा/हो)|नहीं (चल/खुल) (रहा/रही)|"
        "खराब (है/निकला/निकली/हो/था/थी/आया/आई/मिला/माल/दूध/पनीर/सामान/क्वालिटी/सर्विस)|(दूध/घी/पनीर/सामान/माल/दही) * (खराब/फट/फटा/खट्टा/सड़ा/बासी/टूटा)|"
        "फटा हुआ|टूट(ा/ी/) हुआ|टूटा हुआ|टूट गया|टूटी हुई|लीक (हो/कर/है)|बदबू|(ऑर्डर/आर्डर/सामान/पार्सल/डिलीवरी/माल/दूध/डिलिवरी/पैकेट/पैसा/पैसे) * (नहीं/अभी तक नहीं) * (आया/मिला/पहुंचा/पहुँचा/आई/मिली/मिले/हुई/पहुंची/हुआ/आए)|"
        "(नहीं/अभी तक नहीं) (पहुंचा/पहुँचा/मिला/आया/पहुंची/आई/मिली)|(समस्या/दिक्कत/परेशानी/प्रॉब्लम/शिकायत) (है/हो/आ/करनी/दर्ज/थी)|"
        "(ऑर्डर/आर्डर/पार्सल/सामान/डिलीवरी/दूध) (कहाँ/कहां/कब तक/कब) (है/पहुंचा/आएगा/मिलेगा/पहुंचेगा)|मेरा (ऑर्डर/आर्डर/पार्सल) (कहाँ/कहां)|"
        "(पैसे/पैसा/रुपए/रुपये) * (कट/कटे/कटा/काट/वापस)|(पेमेंट/भुगतान) * (फेल/अटक/अटका/नहीं हुआ/नहीं हो/असफल)|दो बार (पैसे/कट/पेमेंट)|"
        "(रिफंड/रिफ़ंड/पैसे वापस) * (चाहिए/करो/कब/दो/नहीं/कर/दीजिए)|(किसी/इंसान/आदमी/मैनेजर/कस्टमर केयर/एजेंट/व्यक्ति/मालिक) * (से/) बात|बात (करनी/करना/करवाओ/कराओ/करा)|"
        "(गलत/ग़लत) (सामान/ऑर्डर/चीज/प्रोडक्ट/आइटम/पैकेट/माल/चीज़)|(वापस/बदल/एक्सचेंज/रिटर्न) (करना/करनी/करो/दो/लो/कर)|(ऑर्डर/आर्डर) (कैंसिल/रद्द)|कैंसिल (करना/कर/करो)|"
        "(कॉल/फोन/फ़ोन) (करो/करें/कीजिए/करिए/कर दो/करवा)|(कम/आधा) (सामान/मिला/निकला/आया)|(घटिया/बेकार/बहुत खराब)|एक्सपायर|(ऐप/वेबसाइट/लॉगिन/ओटीपी) * (नहीं/बंद/क्रैश)|देर (हो रही/से आया/हो गई)",
        "unless": "कोई (समस्या/दिक्कत/परेशानी/शिकायत/प्रॉब्लम) नहीं",
        "asks": "problem",
        "reply": "असुविधा के लिए खेद है। कृपया बताएं क्या हुआ; हमारी टीम आपको यहीं जवाब देगी। हमारा समय: {hours}।",
        "away": "असुविधा के लिए खेद है। कृपया बताएं क्या हुआ। अभी हम बंद हैं; {opens} खुलने पर हमारी टीम आपको यहीं जवाब देगी। हमारा समय: {hours}।",
    },
    ("support", "hi-Latn"): {
        "whole": "madad|madad chahiye|sahayata|dikkat|pareshani|shikayat|madad karo|help|refund|samasya",
        "anywhere": "galat (size/colour/color/rang/bill/address/number/model/design/mila/aa/bheja/bhej/cheez/item/product)|(size/colour/color/bill/rang/saman/order/product/item/hisab) galat|(phone/call/fone) * nahi (utha/uthate/uthaya/lag/lagta/uthata/uthati/receive/uthti)|nahi (utha/uthate/uthaya/uthata) (raha/rahe/hai/)|"
        "(jawab/reply/response) * nahi (de/dete/diya/mila/aaya/deta/karte/kar/kiya/aa)|(jawab/reply) (do/dijiye/dedo/kyon/kab)|(bahut/bilkul/itna/itni/kitna/kitni/ekdum) (ganda/gandi/kharab/bekar/ghatiya/bura/buri/bakwas)|(basi/khatta/khatti/sada/ganda/gandi/toota/tuta/nakli/fake/purana) (tha/thi/hai/nikla/nikli/mila/mili/diya/bheja/bhej/aaya/maal/saman)|"
        "(packet/piece/item/saman/litre/kilo) * (kam/missing) (hai/tha/nikla/mila/aaya/the)|adhura (order/saman/mila/aaya/hai)|(zyada/jyada/extra/double/adhik) (paise/paisa/charge/le/liya/liye/kata/kat/bill)|(payment/paisa/paise) (ho gaya/kar diya/kat gaya/ho gayi/diya) * nahi|(do/2) baar (paise/paisa/payment/kat/charge)|"
        "(late/der) (ho) (raha/rahi/gaya/gayi/rahe)|(bahut/itni) (der/late) (ho/hui/se/kyon)|kab se (wait/intezar/intzar/ruka/bol/call/phone)|(wait/intezar) (kar/karte) (raha/rahi/rahe/karte)|(chal/khul/ho/kar/lag) nahi (raha/rahi/rahe/pa)|(dabba/packet/box/seal/parcel/bottle/dibba) * (khula/khuli/tuti/toota/gila/phata) (hua/hui/tha/thi/hai/nikla/mila)|(mera/mere/meri) (order/parcel/delivery/saman) * (kab/kahan)|(kab tak/kab) (aayega/milega/pahunchega/aaega) (mera/order/parcel/saman)|galat (likha/likhi/bana/bani/laga/kata/diya/dikha/de)|(aaya/aayi/aaye/mila/mili/pahuncha/hua/bheja/diya/laga) hi nahi|(thanda/garam/chalu/start/charge/saf/theek/kaam/work) nahi (kar/ho/hua/hota/karta)|aadha (hi/saman/order/mila/aaya)|alag (aaya/aayi/mila/mili/nikla/nikli/bheja/saman/product/cheez)|"
        "(chhota/bada/chhoti/badi/tight/dheela) (pad/nikla/nikli/aa) (gaya/gayi/raha/rahi/hai)|koi (sunta/sun/dhyan/uthata/dekhta) * nahi|gadbad|gadbadi|garbar|(solution/samadhan) (do/dijiye/chahiye/karo/nikalo/dedo/batao)|(warranty/guarantee) (claim/me theek)|badal (doge/denge/dijiye/sakte)|(kharab/toot/tut/phat/jal) (ho/gaya/gayi/gaye) (gaya/gayi/hai/raha/tha)|dhoka|thagi|thaga|thag (liya/rahe/diya)|(chor/chori/loot/lootere/loota)|(complaint/complain/shikayat) (likho/likhna/likhwani/hai/darj/kahan/kaise/register/dena/deni)|(kaam/work) nahi|(start/on/chalu) nahi (ho/hota/hua)|nahi (chalta/chalti/chala)|hi (mila/aaya/mili/aayi/mile/bheja)|(paani/pani) (mila/milaya/milate/mix/milaa)|milawat|(smell/badbu/mahak/gandh) (aa/aati/aata/hai)|ajeeb (smell/badbu/taste/swad)|(patla/patli) (hai/doodh/aa)|kam (mila/aaya/nikla/diya/bheja)|"
        "(kaam/kam/work) nahi (kar/karta/kiya/ho)|nahi (chal/khul/ho) (raha/rahi/rahe)|(aaya/mila/pahuncha/chala/hua/khula) nahi|"
        + _CHEEZ
        + " * nahi * (aaya/aayi/aaye/mila/mili/mile/pahuncha/pahunchi/hua/hui/pohcha/diya)|nahi (aaya/aayi/mila/mili/pahuncha/pahunchi/pahuncha)|"
        "(abhi tak/ab tak/still) nahi|(problem/issue/dikkat/pareshani/samasya/shikayat/complaint/complain) (hai/aa/ho/aayi/hui/karni/karna/hai mujhe/thi/darj/krni)|"
        "(order/parcel/saman/samaan/delivery/doodh) (kahan/kaha/kab tak/kidhar/kab) (hai/pahuncha/aayega/milega/aaega/ayega/pahunchega/tak)|(mera/mere) (order/parcel/saman/samaan) (kahan/kaha/kidhar/kab)|"
        "kharab (hai/nikla/nikli/ho/tha/thi/aaya/aayi/mila/mili/maal/doodh/paneer/saman/quality/service/nikle)|(doodh/ghee/paneer/saman/samaan/maal/dahi/milk/packet/bottle) * (kharab/phat/fat/fata/phata/khatta/sada/basi/toota/tuta/leak)|"
        "(phata/fata/toota/tuta/tuti/tooti/sada) (hua/hui/hai/nikla/mila)|leak (ho/kar/hai/hua)|badbu|(crash/hang/band) (ho/kar) (raha/gaya/jata/rahi)|login nahi|"
        "(paisa/paise/rupaye/amount/money/balance) * (kat/kata/kate/cut/deduct/debit/wapas/vapas/return/fas/atak)|(payment/upi/gpay/paytm/transaction) * (fail/atak/atka/nahi hua/nahi ho/stuck/pending/failed)|"
        "(wapas/badal) (karna/karni/karo/kar do/kardo/karwao/karwana/karenge/lo/le lo/le jao/do/dijiye/dena/dedo/chahiye/kijiye)|(badalna/badalni/badalwana/lautana/lotana/badlo) (hai/chahta/chahti/padega/tha/)|"
        "(refund/return/exchange/replace/cancel) * (chahiye/karo/karna/karni/kar/do/de/kab/nahi/karwana/karwao/kardo/dijiye/karao)|"
        "(kisi/aadmi/insaan/manager/customer care/agent/executive/owner/malik/banda/human/kisi se/team) * (se) * (baat/bat/connect)|baat (karni/karna/karwao/karao/kara/karwa)|"
        "(galat/wrong/ghalat) (saman/samaan/order/cheez/product/item/packet/maal/chiz/aaya/bhej/diya)|(call/phone/fone) (karo/kare/karein/kijiye/kar do/karwa/kardo/karna/kariye/kardijiye)|"
        "(kam/aadha) (saman/samaan/mila/nikla/aaya/maal/quantity)|(ghatiya/bekar/bekaar/bakwas) (service/quality/maal/saman/hai/product)|expire (ho/hua/tha/thi/maal/product)|expired|"
        "(madad/help/sahayata) (chahiye/karo/kar/kijiye/karein/kare/kariye/ki zarurat)|(meri/mujhe/koi/kuch) (madad/help)|der (ho rahi/se aaya/lag)|late (aaya/aayi/kyon)|(koi/kuch) (jawab/reply/response) nahi|dhokha|fraud",
        "unless": "(pehle/pahunch kar/pahunchkar/aakar/jab) * (call/phone)|(call/phone) (mat/na)|kharab (to/) (nahi/na) (hota/hoti/hoga/hogi/ho)|kharab (ho jayega/hota hai) kya|(kitne/kab) * kharab|(leak/toote/tute/kharab/late) na (ho/ho jaye)|na (toote/tute)|main late|koi (problem/issue/dikkat/pareshani/shikayat) nahi|(problem/issue/dikkat/pareshani) nahi",
        "asks": "problem",
        "reply": "Asuvidha ke liye maaf kijiye. Kripya batayein kya hua; hamari team aapko yahin jawab degi. Hamara samay: {hours}.",
        "away": "Asuvidha ke liye maaf kijiye. Kripya batayein kya hua. Abhi hum band hain; {opens} khulne par hamari team aapko yahin jawab degi. Hamara samay: {hours}.",
    },
    ("opt_out", "en"): {
        "whole": "stop|stop all|stop this|unsubscribe|unsubscribe me|optout|opt out|opt me out|remove me|end|stop (messages/messaging/texting/promotions/offers/ads/spam/spamming/sending/now/sms)|"
        "no more (messages/offers/ads)|leave me alone|block me|delete me|unsub|stop promo|exit|dnd|(dont/do not) (disturb/message/text/msg) (me/us/again/anymore/)|block|spam|(this is/its) spam|(cancel/end) (my/) subscription|(too/so) many (messages/ads/offers)|(i am/im/we are) not interested|(please/) never (message/text) (again/)|(no/not) interested stop|stop notifications|not interested",
        "anywhere": "no more (whatsapp/of these/of this) (from you/messages/ads/)|make (it/this) stop|stop (it/this) with|cancel * (whatsapp/sms/message/messages/broadcast) subscription|keep (messaging/texting/spamming/pinging) (me/us)|keep sending (me/us/these)|"
        "(refrain/cease/desist/discontinue/avoid) * (sending/messages/messaging/contacting/offers/promotions)|(turn/switch) off * (messages/notifications/offers/alerts/updates)|(disable/deactivate/mute) (the/these/your/all/) (messages/notifications/offers/alerts/updates)|"
        "stop (advertising/marketing/promoting/promotion/promotions/advertisements) (to me/me/here/your/)|(delete/remove) my (data/details/info)|(remove/delete) * (your/broadcast/mailing/marketing/promotional) list|(will/gonna/going to) (block/report) (you/this number)|(you are/youre/keep) spamming|(why/how) (are/do) you (sending/send/keep sending/keep) * (messages/message/ads/offers/spam)|take my (name/number) (off/out)|(dont/do not/never) (send/write/forward) (me/us) (anything/any/these/this/such/more)|"
        "(dont/do not/not) want to (get/receive) * (anymore/any more/any longer)|(dont/do not) (want/need) * (your/these/any) (messages/message/ads/offers/promotions)|(too/so) many (messages/ads/offers/promotions) * (stop/unsubscribe)|(quit/stop/enough) * (texting/messaging/spamming) (me/us)|(not/dont/no longer) (wish/want/need/like) (to/) * (receive/get/recieve) * (messages/message/updates/offers/ads/promotions/texts)|enough (with/of) * (ads/messages/offers/spam)|stop * (ads/spam)|no longer (want/wish) to (receive/hear)|unsubscribe me|"
        "stop (messaging/sending/texting/spamming/bothering/disturbing/contacting/writing/pinging) (me/us/messages/these/this/such/so/ads/offers/promotions/any/all/your/daily)|"
        "stop (these/all/the/such/your/this) (messages/ads/offers/promotions/spam/texts/promotional/marketing/notifications/broadcasts/updates/forwards)|"
        "stop * (promotional/marketing) (messages/message/offers/texts)|(dont/do not/never/not to) (message/text/contact/disturb/spam/bother/ping) (me/us)|"
        "(dont/do not/never/not) (send/want/need/wish to get/want to get/want to receive/like/like to receive) * (messages/offers/ads/promotions/spam/message/updates/texts/promos/promotional/advertisements)|no more (messages/offers/ads/promotions/texts/updates/spam)|"
        "(remove/delete) (my/this) (number/contact/name)|(remove/delete/take) me (from/off)|take me off|opt me out|opt out (of/from)|unsubscribe (me/from/my/this/please/us)|"
        "(want/like/wish/how/need) to (unsubscribe/opt out)|unsubscribe|cancel my subscription to these messages|not interested * (messages/offers/stop)|(dont/do not) want * from you|off (your/the/this) list",
        "unless": "(by/my) mistake|in error|mistakenly|wrongly|accidentally|(want/like) to start|"
        "(dont/do not/never/please dont) (stop/unsubscribe)|dont want to unsubscribe|newsletter|(stop/without) receiving my (order/parcel)|email from|emails from",
        "reply": "You will get no more offers from {business}. If you write to us, we will still answer.",
    },
    ("opt_out", "hi"): {
        "unless": "गलती से|(फिर से/दोबारा/वापस) * (शुरू/चालू)",
        "whole": "बंद करो|बंद करें|बंद कीजिए|बंद कर दो|रोको|रोकें|रोकिए|रोक (दो/दें/दीजिए)|स्टॉप|स्टाप|अनसब्सक्राइब|बस करो|मत भेजो|मत भेजिए|हटाओ मुझे|परेशान मत करो",
        "anywhere": "बंद (करो/करें/कीजिए/करिए) * (मैसेज/मेसेज/संदेश/ऑफर/विज्ञापन/एसएमएस/अपडेट)|(सूची/लिस्ट) से (निकाल/निकालो/निकालें/हटा/हटाओ/हटाइए/हटाएं)|(मैसेज/मेसेज/संदेश/ऑफर/अपडेट/विज्ञापन) * (मत/नहीं) (किया/भेजा/चाहिए/चाहते/चाहता/चाहती/भेजना)|"
        "(मैसेज/मेसेज/संदेश/ऑफर/विज्ञापन/एसएमएस/मैसेजेस/प्रमोशन/मैसेज वगैरह) * (मत/नहीं/ना/न) (करो/भेजो/भेजिए/भेजें/भेजना/कीजिए/चाहिए/करना/करें/भेजा/करिए)|"
        "(मैसेज/मेसेज/संदेश/ऑफर/विज्ञापन/एसएमएस/प्रमोशन) * बंद (करो/करें/कीजिए/कर/करिए/करवा)|मत भेजो (मैसेज/ऑफर)|(मेरा/मेरे) (नंबर/नम्बर) * (हटा/हटाओ/हटाइए/डिलीट/निकाल/निकालो/रिमूव/काट)|"
        "(नंबर/नम्बर/मुझे/लिस्ट से) * (हटा दो/हटाओ/हटा दीजिए/हटाइए/निकाल दो/निकालो)|(मुझे/हमें) * मैसेज मत|(मत/ना) भेजा करो|परेशान मत (करो/कीजिए)|अनसब्सक्राइब|मैसेज (आना/भेजना) बंद|(भेजना/करना) बंद (करो/करें/कीजिए/कर)",
        "reply": "अब आपको {business} से कोई ऑफ़र नहीं मिलेगा। आप लिखेंगे तो हम जवाब ज़रूर देंगे।",
    },
    ("opt_out", "hi-Latn"): {
        "whole": "band karo|band kar do|band karein|band kijiye|bas karo|roko|rokein|roken|rokiye|mat bhejo|mat bhejiye|message band|stop karo|stop kar do|stop karein|unsubscribe karo|"
        "pareshan mat karo|band kardo|rok (do/dein/den/dijiye)|band|(ye/) sab band (karo/kar do/kardo/kijiye)|(stop/band/unsubscribe) kar (dijiye/dena/dijiyega)|(mujhe/hame/) (koi/) interest nahi (hai/)|interested nahi (hu/hai)|nahi chahiye (band/stop) (karo/kar do/kardo/kijiye)|(mat/na) (bhejo/bhejna/bhejiye) (ab/aur/aage se/dobara)",
        "anywhere": "(itne/itna) * (message/messages/sms/ads/offer/offers) * (mat/kyon/band)|(prachar/vigyapan/marketing/promotion/broadcast/spam) * (band/mat/na) (karo/kar do/kardo/kijiye/karein/bhejo/bhejna)|(mera/mere/mujhe/hame) (number/no/) (block/remove/unsubscribe) (karo/kar do/kardo/kijiye/kar)|"
        "(message/messages/offer/offers/ads/sms/sandesh/updates/promotion) * (mat/nahi/na) (aaye/aana/aane/bheje/kare/dena/lena/dekhna)|(tang/disturb/pareshan/dimag kharab) (mat/na) (karo/kijiye/kare/karna/kariye)|(naam/number) * (hata/hatao/hataiye/kaat/kat/nikal/nikalo)|(group/list/broadcast/suchi) se * (nikal/nikalo/nikaliye/hata/hatao/hataiye/kaat/bahar/remove)|"
        "(message/messages/sms/offer/offers/ads) (kiya/kiye/bheja/bheje/aaya/aaye/karoge/bhejoge) to|(block/report) kar (dunga/dungi/denge/doonga/raha/rahi/rahe)|(itne/itna/roz roz/baar baar/har roz/din bhar/rojana) (message/messages/sms/ads/offer/offers) * (mat/kyon/na/nahi/band)|"
        "nahi chahiye * (offer/offers/message/messages/updates/update/ads/sms)|(offer/offers/message/messages/updates/ads) (ki/) (zarurat/jarurat) nahi|(aage se/ab se/dobara/aur) * (message/messages/sms/offer/offers/ads) (mat/na/nahi)|mujhe (hatao/hata do/nikalo/nikal do)|"
        "band (karo/karein/kare/kardo/kijiye/kar do) * (message/messages/ad/ads/offer/offers/sms/promotion/promotions)|(message/messages/offer/offers/ad/ads/updates) * (mat/nahi) (kiya/bheja/bhejna/bhejo/chahiye/chahta/chahti/bhejna)|(list/suchi) se * (hata/hatao/nikal/nikalo/remove/nikaal)|(koi/aur) * (message/messages/offer/offers) (mat/nahi)|"
        "(message/messages/offer/offers/ad/ads/promotion/promotions/sandesh) * (mat/nahi/na) (karo/karna/bhejo/bhejiye/bhejna/kijiye/chahiye/karein/kare/bheja/kariye)|"
        "(message/messages/offer/offers/ad/ads/promotion/promotions) * (band/stop/rok) (karo/kar/karein/kijiye/kare/kardo/kariye/do/karwa)|(mat/na) (bhejo/bhejna/bhejiye) (message/messages/offer/offers/mujhe)|"
        "(mera/mere/apna) (number/no/nambar/num) * (hata/hatao/hataiye/delete/remove/nikal/nikalo/nikaal/hatado)|number (remove/delete/hata/hatao/nikalo) (karo/kar/do/kardo/kijiye/)|"
        "(mujhe/hame/hamein) * (message/messages) (mat/na)|list se (hata/hatao/nikal/nikalo/remove/nikaalo)|(bhejna/karna) band (karo/kar/karein/kijiye/kardo)|pareshan mat (karo/kijiye)|unsubscribe (karo/kar do/kar/karna/kardo/karein) (mujhe/message/messages/)|stop (karo/kar do/kardo/kijiye/karein) (mujhe/message/messages/offers/bhejna/ye sab)|mat bheja karo",
        "unless": "galti se|(wapas/phir se/dobara/firse) * (shuru/chalu/start)|"
        "kab band|band kab|(order/delivery/dukan/shop) * stop karo|mat band|band mat",
        "reply": "Ab aapko {business} se koi offer nahi milega. Aap likhenge to hum jawab zaroor denge.",
    },
    ("opt_in", "en"): {
        "unless": "stop * (sending/message/messages/spamming) (me/)|(will/going to) (block/report)|(order/delivery/parcel/price) (update/updates)|(dont/do not/never) * (start/restart/resume/message/send/add)|start (the/my/a) (delivery/order)",
        "anywhere": "hear (about/from) (your/you) * again|(want/get) back in|count me in again|put (me/my number) back (please/in the/on the/on your/in your)|(message/messages/updates/offers/notifications) back on|(re enable/reenable) (the/my/) (messages/updates/offers/notifications)|(re/) subscribe (me/my number) (to/for/again/back/now/please)|re subscribe|add my (number/name) (again/back)|(enable/activate/reactivate/turn on/switch on/unblock/unmute) (the/my/your/all/) (message/messages/updates/notifications/offers/alerts)|(turn/switch) * (messages/updates/notifications/offers/alerts) (back/) on|start sending (me/us/again/offers/messages/updates)|"
        "send (me/us/) (the/your/more/) (offers/messages/updates/alerts) * (again/back)|you (can/may) (send/message/text) (me/us/offers/messages/updates) (again/now/offers/messages/updates)|(ok/fine/okay) to (message/text) me|"
        "(sent/typed/wrote/pressed/clicked/replied/said/did) (stop/unsubscribe) (by/in) (mistake/error)|(stop/unsubscribed/stopped) * (by mistake/mistakenly/accidentally)|(by mistake/mistakenly/accidentally/wrongly) * (stop/unsubscribed/stopped/opted out)|undo (stop/unsubscribe/my stop)|"
        "(want/like/wish) to (join/rejoin/subscribe/resubscribe/receive/get) (again/back/your offers/your updates/your messages)|(add/put/include) (me/us/my number/my name) (to/on/in) (the/your) * (list/group)|(changed/change) my mind * (messages/offers/updates/subscribe/start)|(miss/missing) your (offers/messages/updates)|(start/restart/resume) (sending/the/daily/my/your/getting/receiving/) * (message/messages/updates/update/offers/offer/alerts) (again/)|(send/message/text) me * again|(want/like/wish) * (message/messages/updates/update/offers/offer/alerts) (again/back)|(subscribe/add) me (again/back) (on/to/in/)|subscribe me again|opt me (in/back)|sign me up again|(subscribe/resubscribe/opt in) again|(message/messages/updates/update/offers/offer/alerts) (again/back) please|(unsubscribe/stopped/opted out) by mistake|turn * back on|you can (message/text/send) me * (again/now)|want to (subscribe/resubscribe/start getting)|back (on/to/in) (the/your) list",
        "whole": "put (me/my number) back (on/in/again/)|(subscribe/resubscribe/unblock/rejoin/readd/include/add) me (again/back/)|include my number (again/)|(rejoin/join again)|start (again/sending/sending again/messages/offers/updates)|you (can/may) (message/text/msg) me|(wrongly stopped/stopped by mistake/sorry) start again|restart|resume|yes subscribe|opt me in|start|start again|unstop|subscribe|resubscribe|opt in|optin",
        "reply": "Welcome back! You will get offers from {business} again. Write STOP to end them.",
    },
    ("opt_in", "hi"): {
        "unless": "(मत/नहीं/ना) (भेजो/करो/भेजना/चाहिए/कीजिए)|(मैसेज/ऑफर) बंद (करो/कर दो/करें/कीजिए)",
        "anywhere": "(मैसेज/मेसेज/संदेश/ऑफर/अपडेट/अपडेट्स) * (चालू/शुरू/स्टार्ट) (करो/कर/करें/कीजिए/करिए/करना)|(भेजना/आना) * (शुरू/चालू) (करो/कर/करें/कीजिए)|(मैसेज/मेसेज/संदेश/ऑफर/अपडेट/अपडेट्स) * (वापस/दोबारा/फिर से) (चाहिए/भेजो/भेजिए/शुरू/चालू/भेज/दो)|(फिर से/दोबारा/वापस/मुझे) सब्सक्राइब|सब्सक्राइब (कर/करो/करना/करें)|(लिस्ट/सूची) में * (जोड़/डाल/वापस/ऐड)|अब * (मैसेज/मेसेज/संदेश/ऑफर/अपडेट/अपडेट्स) * (भेज सकते/भेजो/भेजिए/भेज दो)|गलती से * बंद|(नंबर/मुझे) * (वापस/फिर से) * (जोड़/ऐड)",
        "whole": "शुरू|शुरू करो|शुरू करें|शुरू कीजिए|फिर से शुरू करो|चालू करो|स्टार्ट|सब्सक्राइब",
        "reply": "आपका फिर से स्वागत है! अब आपको {business} से ऑफ़र मिलेंगे। बंद करने के लिए STOP लिखें।",
    },
    ("opt_in", "hi-Latn"): {
        "unless": "(block/report) kar|(message/messages) (kiya/bheja/aaya/karoge) to|(mat/nahi/na) (bhejo/karo/bhejna/chahiye/karna/kijiye)|(message/messages/offers) band (karo/kardo/kar do/karein)",
        "anywhere": "(message/messages/updates/update/offers/offer/sandesh) * (chalu/chaalu/shuru/start/on) (karo/kar/karein/kare/kardo/kijiye/kariye)|(bhejna/aana/bhejne) * (shuru/chalu/start) (karo/kar/karein/kare/kardo/kijiye)|(phir se/phir/dobara/dobara se/wapas) * (message/messages/updates/update/offers/offer/sandesh) * (chahiye/bhejo/bhejiye/bhejna/bhej do/bhej dijiye/bhej sakte/chalu/shuru/start/karo/kar do/kardo/kijiye/de do/dijiye/do/karein/aane)|(message/messages/updates/update/offers/offer/sandesh) * (phir se/phir/dobara/wapas) (chahiye/bhejo/bhejiye/shuru/chalu/start/bhej)|subscribe (karna/karo/kar/karein/kare/kardo)|(list/suchi) (me/mein) * (add/jod/daal/dal/wapas)|ab * (message/messages/updates/update/offers/offer/sandesh) * (bhej sakte/bhejo/bhejiye/bhej do)|galti se * (band/stop/unsubscribe/block)|(band/stop/unsubscribe/block) * galti se|(message/messages/updates/update/offers/offer/sandesh) (chahiye/bhejo/bhejiye/bhej do/bhej dijiye) (phir se/wapas/dobara)|(notification/notifications/alert/alerts/sms/broadcast) * (chalu/shuru/on/start) (karo/kar/kardo/kijiye)|"
        "ab (bhej/kar) sakte * (message/messages/offer/offers/updates)|(message/offer/offers/updates) bhej (sakte/sakti) (ho/hai)|(mera/mere/apna) (number/naam/no) * (jod/jodo/jodiye/add/shamil/daal/daalo)|(mujhe/hame) (phir se/wapas/dobara/phir) (jod/jodo/jodiye/add/shamil/subscribe)|(wapas/phir se/dobara) (bhejo/bhejiye/bhejna) * (message/messages/offer/offers/updates)|(aana/aane/bhejna) band ho (gaya/gaye/gayi) * (chalu/shuru/start/wapas)|(wapas/phir se/dobara) chahiye * (message/messages/offer/offers/updates)|(number/naam) (wapas/phir se/dobara)|(wapas/phir se/dobara) (subscribe/add karo mujhe/jodo mujhe)|(number/mujhe) * (wapas/phir/dobara) * (jod/add)",
        "whole": "(phir se/dobara/wapas) (chalu/shuru/start/on/add/subscribe/jod) (karo/kar do/kardo/kijiye/kar dijiye/karna hai/do/karein)|(start/chalu/shuru/on) (karo/kar do/kardo/kijiye/kar dijiye) (wapas/phir se/dobara/)|(wapas/phir se/dobara) (jodo/bhejo)|subscribe|shuru|shuroo|shuru karo|shuru karein|shuru kijiye|phir se shuru karo|chalu karo|chaalu karo",
        "reply": "Aapka phir se swagat hai! Ab aapko {business} se offer milenge. Band karne ke liye STOP likhein.",
    },
    ("bye", "en"): {
        "whole": _THANKS,
        "reply": "Thank you, {name}! Have a good day.",
    },
    ("bye", "hi"): {
        "whole": "(बाद में/फिर/कल) (बात/मिलते) (करते/करेंगे/हैं/होगी) (हैं/)|चलता (हूं/हूँ)|चलती (हूं/हूँ)|चलते हैं|मिलते हैं|बस इतना ही|(बहुत बहुत/) आभार|"
        "धन्यवाद|(बहुत/आपका/बहुत बहुत) धन्यवाद|धन्यवाद आपका|आपका बहुत (बहुत/) (धन्यवाद/शुक्रिया)|शुक्रिया|(बहुत/आपका/बहुत बहुत) शुक्रिया|अलविदा|फिर मिलेंगे|शुभ रात्रि|"
        "थैंक्स|थैंक यू|थैंक्यू|बाय|बाय बाय|गुड नाइट|चलो बाय|मेहरबानी|अच्छा (धन्यवाद/शुक्रिया/बाय)|आभार|बहुत आभार|ठीक है (धन्यवाद/शुक्रिया/बाय/फिर मिलेंगे)|टाटा",
        "reply": "धन्यवाद! आपका दिन शुभ हो।",
    },
    ("bye", "hi-Latn"): {
        "whole": "(namaste/namaskar/ram ram/pranam/jai shri krishna/radhe radhe) * (phir/kal/jald) (milte/milenge) (hai/)|(chalta/chalti/chalte/rakhta/rakhti/rakhte/nikalta/nikalti/nikalte/jata/jati/jaata/jaati) (hu/hai)|(chalo/accha/theek hai) (phir/ab/) (chalta/chalti/rakhta/nikalta/milte/chalte) (hu/hai)|"
        "(baad me/phir/kal/shaam ko) (baat/call/message) (karta/karti/karte/karenge/karunga/karungi/hogi) (hai/hu/)|(baad me/phir/kal/shaam ko) (milta/milti/batata/batati/batate/dekhte/sochte) (hai/hu)|(baad me/phir/kal/shaam ko) (milenge/bataunga/batayenge/dekhenge)|"
        "(kal/jald/phir/jaldi) (milte/milenge/milunga) (hai/)|(milte/milenge) (hai/) (phir/kal/jaldi/baad me)|(aapka/apka) din (shubh/accha/mangalmay) (ho/rahe)|(khush/jeete) (raho/rahiye/rahe)|apna (khayal/dhyan) (rakhna/rakhiye/rakhna ji)|"
        "(subah/shaam/parso) (milte/milenge) (hai/)|(bas/nahi/) aur kuch nahi (chahiye/)|nahi bas|bas (itna/itni) (hi/) (chahiye/tha/kaam/) (tha/)|nahi (dhanyavad/shukriya)|(dhanyavad/shukriya/thanks/thank you) * (mil/aa/ho/pahunch) (gaya/gayi/gaye) (order/saman/parcel/)|"
        "(order/saman/doodh/parcel/packet/payment/delivery/refund/sab) (mil/aa/ho/pahunch) (gaya/gayi) (dhanyavad/shukriya/thanks/thank you)|"
        "(dil se/tahe dil se/bahut/) (dhanyavad/shukriya/aabhar) (aapka/aapko/aap sabka/) (bahut bahut/)|(bahut/bada/badi) (meherbani/ehsaan) (aapki/aapka/)|meherbani (aapki/hogi)|madad ke liye (dhanyavad/shukriya/thanks)|(shubh/subh/shub) (ratri/raatri)|"
        "(khuda/allah) hafiz|(theek hai/accha/ok/chalo) (to/) (bye/tata/alvida/phir)|jai hind bye|(baad me/baad mein/phir/kal) (baat/milte) (karte/karenge/hai/hain/hogi) (hai/hain/)|chalta (hu/hun/hoon)|chalti (hu/hun/hoon)|chalte (hai/hain)|bas itna hi|ho gaya kaam thanks|"
        "dhanyawad|dhanyavad|(bahut/aapka/apka/bahut bahut) (dhanyawad/shukriya)|aapka bahut (bahut/) (dhanyawad/shukriya)|shukriya|dhanyawad aapka|shukriya aapka|alvida|phir milenge|fir milenge|"
        "shubh ratri|(theek/thik) hai (thanks/thank you/dhanyawad/shukriya/bye/phir milenge)|chalo (thanks/shukriya/phir milenge)|chalo (bye/phir/milte hain)|meherbani|tata|milte (hai/hain)|chalta hu|chalti hu|bahut bahut thanks|thanks (ji/bhaiya/aapka)",
        "reply": "Dhanyawad! Aapka din shubh ho.",
    },
}


@transaction.atomic
def install(business: Business) -> int:
    """Give a business the rules that it does not have; returns how many it got. What an owner changed stays.

    Not validated: they are constants, which a test has validated. Set SQL, for bulk_create makes arrays of their columns, each of
    whose thousand quotation marks psycopg escapes by itself: most of what a new business took.
    """
    with scope(business=business):
        have = set(Rule.objects.values_list("intent", "language"))
    rules = [rule for rule in rules_for(business) if (rule.intent, rule.language) not in have]
    now = {"updated_at": timezone.now()}
    sets.run(_INSERT, [{column: getattr(rule, column) for column in _COLUMNS} | now for rule in rules])
    return len(rules)


_COLUMNS = [field.attname for field in Rule._meta.concrete_fields]
_INSERT = "INSERT INTO aibot_rule SELECT * FROM jsonb_populate_recordset(NULL::aibot_rule, %(rows)s::jsonb)"


def rules_for(business: Business) -> list[Rule]:
    """The default rules as rows of a business, not saved."""
    return [_rule(business, intent, language, data) for (intent, language), data in RULES.items()]


def _rule(business: Business, intent: str, language: str, data: dict) -> Rule:
    return Rule(
        business=business,
        intent=intent,
        language=language,
        whole_phrases=phrases(intent, language, "whole"),
        phrases=phrases(intent, language, "anywhere"),
        unless_phrases=phrases(intent, language, "unless"),
        reply=data["reply"],
        away_reply=data.get("away", ""),
        asks=data.get("asks", ""),
        buttons=[{"intent": i, "title": t} for i, t in _MENU[language]] if data.get("menu") else [],
        priority=PRIORITY[intent],
    )


def phrases(intent: str, language: str, field: str) -> list[str]:
    """Those of a default rule: "whole", "anywhere" or "unless"."""
    own = RULES[intent, language].get(field, "").split("|")
    family = FAMILIES.get((intent, language), {}).get(field, "").split("\n")
    return [phrase for phrase in dict.fromkeys(own + family) if phrase]
