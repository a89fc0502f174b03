"""Phrases of who asks for a person: the rule ``person`` that a new business starts with. Written as in defaults.py.

A bare "agent" is a whole message; the word beside others must be what is asked for, not one that somebody is ("my travel
agent", "agent banna hai") or whom somebody has talked to already ("manager se baat ho gayi").
"""

_TALK_HI = (
    "karni/karna/karne/karao/karaiye/karado/kara do/kara dijiye/karwao/karwaiye/karwa do/karwado/karwa dijiye/karwani/karani/kar sakta/"
    "kar sakti/kar sakte/ho sakti/ho sakta/hogi/karungi/karunga/karo/karein/chahiye"
)
_NOT_THESE = (
    "travel/real estate/estate/insurance/lic/ticket/booking/property/tour/delivery/shipping/courier/gas/customs/cleaning/bleaching/"
    "sales/field/purchase/commission/parking/free/rental/transport"
)

EN = {
    "whole": "(a/an/the/any/need/want/get/call/i need/i want/need a/want a/i need a/i want a/need an/want an/i need an/i want an/) {human}|"
    "agents|person|a person|real human|customer care|talk to us|talk to you|can we talk|lets talk|i want to talk|i need to talk|want to talk|"
    "i wanna talk|need to talk|can i talk|live chat|chat with human|human support|human help|no (bot/bots/robot)|not a (bot/robot)|"
    "(i/) (want/need) human (help/support/assistance)|representative please|operator|someone real|"
    "(is/are) (there/) (a/any/) (real/actual/) (human/humans/person/people) (there/here/available/)|anyone real (there/here/)",
    "anywhere": "(talk/speak/chat/connect) (to/with) (a/an/the/any/your/some/one of your/) {whom}|"
    "(talk/speak/chat/connect) (a/an/the/your) {human}|"
    "(talk/speak/chat/connect) directly (to/with) (you/someone/somebody/a person/the owner/owner/manager/your team)|"
    "(connect/transfer/put/pass/forward/redirect) me (through/) (to/with) (a/an/the/any/your/some/) {whom}|"
    "(want/need/get me/give me/have/prefer/looking for/request/bring/bring me) (a/an/the/some/any/) {human}|"
    "(want/need) (a/some/) (real/human/live/actual) (person/being/agent/support/help/assistance/answer/chat)|"
    "(human/person/agent/someone/somebody) to (talk/speak/chat) (to/with)|"
    "(want/need) (a/some/any/one/your/real/) person to (answer/talk/help/speak/assist/explain/guide/reply/respond)|(escalate/transfer) * (to/) (manager/supervisor/human/agent/senior)|"
    "(dont/do not/not) (want to/like) (talk/chat/speak/talking) (to/with) (a/this/your/) (bot/robot/machine/chatbot)|(can/could/will) (someone/somebody/anyone/anybody/a person/a human) (talk/speak/chat) (to/with) (me/us)|"
    "(dont/do not) (want/need) (a/this/your/the/) (bot/robot/chatbot/automated reply/automatic reply/auto reply)|"
    "(tired/fed up/sick) (of/with) (this/the/your/talking to a/talking to this/) (bot/robot/chatbot/machine)|"
    "(let/can/could/may) (me/i/we) (please/) (talk/speak/chat) (to/with) (you/anyone/anybody/somebody real)|"
    "speak to (you/us) (in person/directly/on chat)|person instead of (a/this/the/) (bot/robot/machine/chatbot)",
    "unless": f"({_NOT_THESE}) (agent/agents/executive/representative/manager/operator/person/staff)|"
    "(become/becoming/be/being/as/hire/hiring/job/work as/working as/i am/im/we are) (a/an/the/your/) (agent/executive/representative/"
    "manager/operator/human/salesperson/owner)|"
    "(agent/agents/executive/manager/owner) (told/said/says/promised/called/came/took/was/has/had/did/gave)|"
    "(already/have/had/was/were/just) (talked/spoken/spoke/talking/speaking/chatting/connected)|"
    "(talk/speak/connect) to (someone/somebody/anyone) (else/about me/in my family)|(talk/speak/chat) (to/with) you in (english/hindi/german/french/greek/spanish/tamil/telugu/kannada/marathi/gujarati/bengali/bangla/punjabi/malayalam/urdu)|"
    "do i (have to/need to) (talk/speak/chat) (to/with)|"
    "(are/r) (you/u) (a/an/) (human/real/bot/robot/person/agent)|is this (a/an/) (human/bot/robot/person)|"
    "(dont/do not/no need/not) (want to/need to/to/wish to) (talk/speak/chat/connect) (to/with) (a/an/any/your/) {whom}|(dont/do not/no) (want/need) (a/an/any/) (agent/human/executive)|"
    "(human/person) (hair/body/resource/resources/rights/error/size/nature)|per person|executive (chair/suite/room/table/desk/class/thali/lunch/meal/bag/diary/plan/post/job)|(agent/executive) (rate/price/commission/margin/discount)",
    "reply": "Of course. A person from our team will answer you here.",
    "away": "Of course. Our team is away now and will answer you here {opens}.",
}
HI_LATN = {
    "whole": "(koi/ek/) (insaan/insan/aadmi/agent/human/banda) (chahiye/hai/hai kya/do/dijiye/dedo/bulao/bulaiye/bula do)|"
    "(mujhe/hume/hame/humko/mereko/) (aap/aapse/aap se/kisi se/) (baat/bat) (karni/karna) (hai/thi/chahta hu/chahti hu)|"
    "(baat/bat) (karo/karao/karwao/karaiye/karwaiye/kara do/karwa do/kar sakte ho/kar sakte hai) (kya/mujhse/mujh se/)|"
    "(aap se/aapse) (baat/bat) (ho sakti/kar sakta/kar sakti) (hai/hu) (kya/)|insaan se (baat/bat)|agent se (baat/bat)|customer care|"
    "(koi/) asli (insaan/aadmi) (hai/chahiye) (kya/)|(bot/robot) (nahi/mat)",
    "anywhere": f"{{whom}} (se/ke sath/ke saath) (hi/sirf/seedha/direct/abhi/jaldi/meri/mujhe/) baat ({_TALK_HI})|"
    "(baat/bat) (karni/karna/karao/karwao/karwa do/kara do) (hai/) (mujhe/) {whom} se|"
    "(insaan/agent/human/executive/operator/asli aadmi/asli insaan/kisi insaan/kisi aadmi/kisi agent) (se/ko/) (connect/jodo/jodiye/jod do/transfer/milao/"
    "milaiye/mila do/milwao/bulao/bulaiye/bula do)|"
    "(insaan/agent/human/asli aadmi/asli insaan/real person/customer care executive) (hi/) (chahiye/chahie) (mujhe/hame/baat/)|"
    "(bot/robot/machine/mashin/chatbot) se (baat/bat) (nahi/mat) (karni/karna/karo)|(bot/robot/machine/mashin/chatbot) se nahi (baat/bat/insaan)|"
    "(bot/robot/chatbot) nahi * (insaan/aadmi/human/agent)|(insaan/aadmi/human/agent) (se/) * (bot/robot/chatbot/machine) (se/) nahi|"
    "(connect/transfer) (karo/kardo/kar do/karein/kijiye/karaiye/karwao) * (agent/manager/insaan/executive/customer care/human)",
    "unless": f"({_NOT_THESE}) (agent/executive/manager/operator/representative/wale/staff)|"
    "(agent/manager/executive/owner/malik/dealer) (banna/banne/banu/ban/banwa/hu/ki naukri/ka kaam/ki job)|"
    "(baat/bat) (ho gayi/ho gai/ho chuki/hui/hui thi/ki thi/kari thi/kar li/kar chuka/kar chuki/hoti/kar raha/kar rahi/ho rahi/nahi hui)|"
    "(kaun/kya) (aap/tum/ye/yeh) (insaan/bot/robot/human)|(aap/tum) (insaan/bot/robot/human/agent) (ho/hai/hain)|"
    "(manager/owner/malik/agent/staff) * (badtameez/badtamiz/batamij/gaali/gali/chilla/ganda)|badtamiji",
    "reply": "Zaroor. Hamari team se koi aapko yahin jawab dega.",
    "away": "Zaroor. Hamari team abhi nahi hai aur aapko yahin {opens} jawab degi.",
}
HI = {
    "whole": "(एजेंट/इंसान/कोई इंसान/ऑपरेटर/कस्टमर केयर) (चाहिए/से बात/)|(मुझे/हमें/) (आपसे/आप से/किसी से/) बात (करनी/करना) (है/थी)|"
    "बात (कराओ/करवाओ/कराइए/करवाइए/करा दो/करवा दो/कराएं)|(असली/) (इंसान/आदमी) (है/चाहिए) (क्या/)",
    "anywhere": "{whom} (से/के साथ) (ही/सीधे/अभी/मेरी/मुझे/) बात (करनी/करना/कराओ/करवाओ/करा/करवा/कराइए/करवाइए/करें/हो सकती/कर सकता/कर सकती/करवानी)|"
    "(एजेंट/इंसान/आदमी/व्यक्ति) (से/को) (जोड़ें/जोड़ो/जोड़िए/मिलाओ/मिलाइए/बुलाओ/बुलाइए/कनेक्ट)|"
    "(बॉट/रोबोट/मशीन) से (बात नहीं/नहीं)|(इंसान/एजेंट/असली आदमी) (ही/) चाहिए",
    "unless": "(ट्रैवल/ट्रेवल/बीमा/डिलीवरी/टिकट/प्रॉपर्टी) एजेंट|एजेंट (बनना/बनने/हूं/हूँ)|बात (हो गई/हो गयी/हो चुकी/हुई/की थी/कर ली/कर रहा/कर रही)|"
    "(आप/तुम) (इंसान/बॉट/रोबोट) (हो/हैं)",
    "reply": "ज़रूर। हमारी टीम से कोई आपको यहीं जवाब देगा।",
    "away": "ज़रूर। हमारी टीम अभी नहीं है और आपको यहीं {opens} जवाब देगी।",
}
