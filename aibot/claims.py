"""Words that state something: a number, a price or a present, a day or a time, in English, Hindi and Romanised Hindi; and words that
only do so beside another. guard.py reads them.
"""

import re

from conversations.wording import words


def _set(text: str) -> frozenset[str]:
    return frozenset(word for part in text.split() for word in words(part))


ONE = _set("one ek एक a an")
TWO = _set("do दो")  # Hindi's "give", English's "do": a number where it counts something
# "char" is Hindi's four and an English word that shops have no use for.
NUMBERS = _set(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty "
    "thirty forty fourty fifty sixty seventy eighty ninety hundred hundreds thousand thousands lakh lakhs lac lacs crore crores million "
    "billion dozen dozens half quarter double triple twice thrice zero nil single couple "
    "teen tin char chaar paanch panch paach pach chhe chhah chah cheh che saat sat aath ath nau das dus gyarah gyara barah bara baarah "
    "terah tera chaudah pandrah pandra solah sola satrah atharah unnis bees bis ikkis baees pachees pachis tees tis paintees chalees "
    "chalis pachas pachaas saath sath sattar assi nabbe sau sow hazaar hazar hajar hajaar dedh dhai adhai adha aadha aadhi paune pauna "
    "sava sawa saade sadhe darjan shunya dugna duguna tigna "
    "तीन चार पाँच पांच छह छः छ छे छै सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह पन्द्रह सोलह सत्रह अठारह उन्नीस बीस इक्कीस बाईस तेईस चौबीस पच्चीस "
    "छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस चालीस पैंतालीस पचास पचपन साठ पैंसठ सत्तर "
    "पचहत्तर अस्सी पचासी नब्बे पंचानवे पचानवे निन्यानवे सौ हज़ार हजार लाख करोड़ करोड डेढ़ डेढ ढाई अढ़ाई आधा आधे आधी पौने पौन सवा साढ़े साढे दर्जन "
    "शून्य दुगना दोगुना तिगुना"
)
# Hindi's numbers from 21 to 99 are words of their own.
NUMBERS |= _set(
    "baais bais teis chaubis chaubees chabbis chhabbis sattais satais atthais athais untis unatis iktis ikattis battis taintis chauntis "
    "paintis chhattis saintis adtis artis untalis iktalis ikatalis bayalis tetalis taintalis chavalis chauvalis paintalis chhiyalis "
    "saintalis sentalis adtalis artalis unchas ikyavan ikkyavan bavan baavan tirpan tirepan chauvan chavvan pachpan chhappan sattavan "
    "athavan atthavan unsath iksath basath baasath tirsath tiresath chausath painsath chhiyasath sadsath adsath unhattar ikhattar bahattar "
    "tihattar chauhattar pachhattar pichhattar chhihattar sathattar athhattar unasi unyasi ikyasi bayasi tirasi chaurasi pachasi chhiyasi "
    "satasi sattasi athasi atthasi navasi ikyanve ikyanave banve banave tiranve chauranve pachanve pachanave chhiyanve sattanve satanve "
    "atthanve ninyanve nabbe lakhs karod hazaron hazaaron sainkdo saikdo arab "
    "इक्कीस बाइस बाईस तेइस तेईस चौबिस छब्बिस सत्ताइस अट्ठाइस उन्तीस उनत्तीस इकत्तीस चौतीस पैतीस सैतीस अड़तीस उनतालिस चालिस इकतालीस बयालीस तैंतालीस तेतालीस "
    "चौवालीस चवालीस छियालीस सैंतालीस अड़तालीस उनचास इक्यावन इक्यावान बावन तिरपन तिरेपन चौवन चव्वन छप्पन सत्तावन अट्ठावन अठावन उनसठ इकसठ बासठ तिरसठ "
    "तिरेसठ चौंसठ चौसठ पैसठ छियासठ सड़सठ अड़सठ उनहत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पिचहत्तर छिहत्तर सतहत्तर अठहत्तर उनासी उन्यासी इक्यासी बयासी तिरासी "
    "चौरासी छियासी सत्तासी सतासी अट्ठासी अठासी नवासी इक्यानवे बानवे बानबे तिरानवे चौरानवे पंचानबे छियानवे सत्तानवे सतानवे अट्ठानवे अठानवे निन्यानबे अरब "
    "fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth twentieth thirtieth hundredth thousandth "
    "tens scores gross trillion"
)
# Written together: "chhesau", "paanchhazar", "छहसौ".
COUNTED = re.compile(
    r"(?:ek|do|teen|tin|char|chaar|paanch|panch|pach|chhe|chhah|che|saat|sat|aath|ath|nau|das|dedh|dhai|adhai|bees|tees|pachas)"
    r"(?:sau|so|sow|hazar|hazaar|hajar|lakh)|"
    r"(?:एक|दो|तीन|चार|पाँच|पांच|छह|छः|छ|सात|आठ|नौ|दस|डेढ़|ढाई|बीस|पचास)(?:सौ|हज़ार|हजार|लाख)"
)
# "saath" is Hindi's "with" as often as sixty, and "tera" its "your": numbers where they count something.
DOUBTFUL = _set(
    "saath sath sat tera bara sola sow tin che quarter half single couple double teen char chaar saat das dus"
) - _set("half quarter double saat das dus char chaar teen couple")
PROMISES = _set(
    "free fre freebie freebies gratis complimentary muft mufat muftt gratuit "
    "discount discounts discounted discounting off cashback percent percentage percents rebate coupon voucher "
    "rupee rupees rupaye rupay rupaya rupiya rupya rupiah rupias rs inr paisa paise dollar dollars euro euros "
    "refund refunds refunded refunding reimburse reimbursed reimbursement bogo gift gifts gifted giveaway bonus waive waived waives "
    "waiver uphar uphaar tohfa tohfe upahar उपहार तोहफा तोहफ़ा तोहफे तोहफ़े गिफ्ट गिफ़्ट बोनस रिफंड रिफ़ंड bhugtan भुगतान "
    "chhoot chhut chut chhoott pratishat nishulk nihshulk "
    "मुफ्त मुफ़्त फ्री फ़्री निशुल्क नि:शुल्क निःशुल्क छूट डिस्काउंट कैशबैक प्रतिशत फीसदी फ़ीसदी परसेंट रुपये रुपए रुपया रुपयों रुपयो रूपये रूपए रु पैसे डॉलर"
)
DATES = _set(
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri "
    "january february april june july august september october november december jan feb apr jun jul aug sept oct nov dec "
    "today tomorrow tonight yesterday overnight noon midday midnight oclock weekend weekday weekdays weekends fortnight "
    "somvar somwar mangalvar mangalwar budhvar budhwar guruvar guruwar brihaspativar shukravar shukrawar shanivar shaniwar ravivar raviwar itvar itwar "
    "kal aaj parso parson tarson "
    "सोमवार मंगलवार बुधवार गुरुवार गुरूवार बृहस्पतिवार वीरवार शुक्रवार शनिवार रविवार इतवार सोम मंगल बुध गुरु शुक्र शनि रवि "
    "जनवरी फरवरी फ़रवरी मार्च अप्रैल जून जुलाई अगस्त सितंबर सितम्बर अक्टूबर नवंबर नवम्बर दिसंबर दिसम्बर कल आज परसों नरसों"
)
SPANS = _set(
    "second seconds minute minutes min mins hour hours hr hrs day days week weeks month months year years "
    "minat ghanta ghante ghanton din dino dinon hafta hafte hafton mahina mahine mahinon saal baje bajey "
    "सेकंड मिनट घंटा घंटे घंटों दिन दिनों हफ्ता हफ़्ता हफ्ते हफ़्ते महीना महीने महीनों साल बजे सप्ताह am pm"
)
AMOUNTS = _set(
    "kg kgs kilo kilos kilogram kilograms g gm gms gram grams l ltr ltrs litre litres liter liters ml piece pieces pcs pc packet packets "
    "pack packs box boxes bottle bottles jar jars item items unit units plate plates people persons guests tin tins tub tubs bag bags "
    "cup cups glass glasses spoon spoons teaspoon teaspoons chammach set sets metre metres meter meters mtr cm inch inches km log logo logon "
    "किलो किग्रा ग्राम लीटर मिली पीस पैकेट डिब्बा डिब्बे बोतल बोतलें नग लोग लोगों कप गिलास ग्लास चम्मच सेट मीटर सेमी इंच किमी plus"
)
UNITS = SPANS | AMOUNTS
BEFORE_A_NUMBER = _set("no number id is नंबर है hai") | frozenset(".:#")  # "order no. 4521", "my flat is 302"
# In a reply "your order is 10" and "No. 10 for you" are prices.
SAYS_NUMBER = _set("no number id नंबर")
NO_NUMBER_BEFORE = _set(
    "only sirf bas matra on for tak th st nd rd tarikh tareekh taarikh सिर्फ सिर्फ़ बस मात्र तक तारीख तारीख़"
) | frozenset("/")
CASES = _set("ko mein me ka को में का")  # "order 662 mein" may be, "order 10 mein" is a price, "10 ko" a day
SUMS_UP = _set("bill invoice बिल")  # "bill no. 10" is a number, "bill 10" a price
ORDERS = _set("order booking ऑर्डर")  # "order 10:30", "booking 25/12" are times
NAMES_A_NUMBER = _set(
    "order no number sector flat house plot block phase room pin pincode invoice bill booking ward gate floor street lane "
    "ऑर्डर नंबर सेक्टर मकान फ्लैट बिल पिन गली"
)
# "You get {price:ghee} back": a price that is said to go the other way, or to be none.
BESIDE_NO_SLOT = _set(
    "back save saves saved saving savings less cheaper minus subtract deduct deducted reduced reduction cut earn earns receive pay you owe owes "
    "wapas vapas bachat kam kamao वापस वापिस बचत कम घटा"
) - _set("pay you receive")
_PAYS = "pay|pays|paid|paying|payment|charge|charges|charged|charging|cost|costs|fee|fees|bill|billed|money"
_PAISE = "paisa|paise|paisey|charge|charges|shulk|shulak|kharcha|kharch|fee|पैसा|पैसे|पैसों|शुल्क|चार्ज|खर्च|खर्चा|ख़र्च|फीस|फ़ीस"
_NO = "no|not|never|without|nothing|dont|don['’]t|doesn['’]t|won['’]t|wont|needn['’]t|isn['’]t|cannot|can['’]t"
# What costs nothing, without one of the words above: "you need not pay", "buy one get one", "bina paise", "एक पर एक".
FOR_NOTHING = re.compile(
    rf"\b(?:{_NO})\b(?:\W+\w+){{0,4}}?\W+(?:{_PAYS})\b|\b(?:{_PAYS})\b(?:\W+\w+){{0,3}}?\W+nothing\b|"
    r"\b(?:a|an|as|our|little) (?:present|treat|reward)\b|\bhamari or se\b|"
    r"\bfor nothing\b|\bon the house\b|\bon (?:us|our account)\b|\b(?:on|big|mega|special) sale\b|\bmoney\W+back\b|\b(?:lowest|best) price\b|"
    r"\b(?:buy|take|order|get|pay)\W+(?:for\W+)?(?:one|a|an|any|\d+)\b(?:\W+\w+){0,4}?\W+(?:get|take|and get)\W+(?:one|another|a second|more|\d+)\b|"
    r"\b(?:for|at) the (?:price|rate|cost) of\b|(?:\bke\b|के)\s+(?:daam|rate|bhav|दाम|रेट|भाव)\s+(?:mein|me|par|में|पर)(?![\w\u0900-\u097f])|"
    r"\bek\W+(?:pe|par|ke\W+sath|ke\W+saath|kharido|khareedo|lo|le)\W+(?:\w+\W+){0,3}?ek\b|"
    r"एक\s*(?:पर|पे|के\s*साथ|खरीदो|ख़रीदो|लो|खरीदें)[\s,]*(?:[^\s]+\s+){0,3}?एक(?![\u0900-\u097f])|"
    rf"(?:\bbina\b|\bbagair\b|बिना|बग़ैर|बगैर)(?:\W+[\w\u0900-\u097f]+){{0,2}}?\W+(?:{_PAISE})|"
    rf"(?:{_PAISE})(?:\W+[\w\u0900-\u097f]+){{0,2}}?\W+(?:nahi|nahin|nai|mat|नहीं|नही|मत)(?![\u0900-\u097f\w])"
)
SIGNS = frozenset("₹$€£%‰¢¥")
NEXT = _set("next this coming following per every each agle agli har isi अगले अगली इसी हर प्रति")
# The same part of the day, whatever language it is named in.
PART_OF_DAY = {
    word: line[0]
    for line in (
        ["morning", "subah", "सुबह"],
        ["evening", "shaam", "sham", "शाम"],
        ["night", "raat", "रात"],
        ["afternoon", "dopahar", "दोपहर"],
    )
    for part in line
    for word in words(part)
}
PARTS_OF_DAY = frozenset(PART_OF_DAY)
GREETING = _set("good shubh शुभ")
TODAY, TOMORROW = _set("today aaj आज"), _set("tomorrow kal कल")
# What may stand between such a day and the slot of its hours, and before both: "Today's hours are: {hours:today}".
OPENING = _set(
    "s is are the our hours hour timings timing time times open opening we shop store from yes and ok okay "
    "ka ki ke time samay hai hain hum khule khuli khula dukaan dukan ji haan aur "
    "का की के समय टाइम है हैं हम खुले खुली खुला दुकान जी हाँ हां और"
) | frozenset(":-'’,")
OPEN = _set("hours hour timings timing time times open opening samay khule khuli khula समय टाइम खुले खुली खुला")
HELPING = _set("help assist madad sahayata मदद सहायता")
# All that a question may say that offers help today: "Is there anything else that I can help you with today?"
OFFERING = (
    HELPING
    | TODAY
    | _set(
        "how can may could i we you with what is there anything else more that hi hello dear namaste ji please "
        "main mai hum aap aapki aapka kya kaise kis tarah mein kar sakta sakte sakti hoon hu hun hain hai karein kare aur koi chahiye "
        "नमस्ते जी मैं हम आप आपकी क्या कैसे किस तरह में कर सकता सकते सकती हूँ हूं हैं है करें और कोई चाहिए"
    )
)
# "Two sizes": what is counted of these is no amount of anything that is sold. No "kind sir", no "way less".
KINDS = _set(
    "size sizes option options kinds type types ways question questions saiz tarah tarike vikalp साइज़ साइज विकल्प तरह तरीके"
)
# "You get a jar with it": not merely one.
TREATS = _set(
    "extra additional bonus another more treat present reward thanks apology ours yours top add adds added too instead return trouble cost bear thrown tossed "
    "well with saath sath taraf साथ ओर तरफ तरफ़ अलग ऊपर alag upar"
)
ON_TOP = TREATS | _set(
    "along plus and also we our us which that cost bear side give gives send sends bring brings get gets "
    "hum hamara hamare hamari kharch हम हमारा हमारे हमारी खर्च aur denge dena bhej milega milegi और देंगे भेज मिलेगा मिलेगी"
)
# "A jar is fine", "one packet will do", "ek packet bhi chalega".
SUFFICES = _set("is will bhi fine ok okay do enough chalega chalegi theek kaafi kafi भी चलेगा चलेगी ठीक काफ़ी काफी")
WISHES = _set("like want need prefer perhaps chahiye chahenge loge lenge चाहिए चाहेंगे लेंगे")
# Between what is counted and its sum: "three small jars: {total:...*3}", "two of them".
BEFORE_A_SUM = (
    AMOUNTS - _set("plus")
    | _set(
        "of them those these small little large big would be comes come to is are it makes the sum total in all for hisaab hisab "
        "chhote chote bade le sakte sakti hain hai ho honge jayenge ke ka ki kul "
        "छोटे बड़े ले सकते सकती हैं है हो होंगे होगा जाएँगे जाएंगे के का की कुल हिसाब यह रहा"
    )
    | frozenset(":-")
)
OF_THEM = (("of", "them"), ("of", "those"), ("of", "these"))
CUTS = _set("and aur और") | frozenset(".!?।,;:")  # the ends of a clause
ENDS = CUTS | {""}
# What a sentence with a day, or with an amount of time, is about: the owner's "eat it within three days" is no ground for "it comes in
# three days".
_ABOUT = {
    "coming": "deliver delivers delivered delivery come comes coming came reach reaches reached arrive arrives arrived send sends sent bring "
    "brings get gets receive there home here have yours way gate done jayega jayegi जाएगा जाएगी ready ship ships shipped dispatch dispatched round hand hands "
    "aata aati aate aaye aayega aayegi aayenge aa ayega pahunch pahuncha pahunchta pahunchega pahunchti bhej bhejte bhejenge milega milegi "
    "milenge ghar taiyar lekar laayenge phere "
    "डिलीवरी डिलिवरी आता आती आते आए आएगा आएगी आएंगे आएँगे आ पहुँच पहुंच पहुँचता पहुंचता पहुँचती पहुँचेगा पहुंचेगा पहुँचा भेज भेजते भेजेंगे मिलेगा मिलेगी मिलेंगे घर तैयार "
    "लाएंगे फेरे",
    "paying": "money pay pays paid payment refund refunds account amount price prices rate rates cost costs credit settle bill due "
    "paisa paise paisey bhugtan daam rate khata khate keemat "
    "पैसा पैसे भुगतान दाम रेट खाता खाते कीमत क़ीमत बिल",
    "offering": "offer offers ऑफर ऑफ़र",
    "selling": "sale sales सेल",
    "returning": "return returns replace replaces replaced replacement back exchange guarantee warranty cancel "
    "wapas vapas badal guarantee warranty वापस वापिस बदल गारंटी वारंटी",
    "opening": "open opens opening close closes closed shop khule khuli khula khulta खुले खुली खुला खुलता",
    "keeping": "keep keeps last lasts good fresh eat eaten use store stored chalta chalti chalega chalegi kha khaa khaiye tik rahta rahega "
    "taaza चलता चलती चलेगा चलेगी खा खाएँ खाएं खाइए टिकता रहता रहेगा ताज़ा ताजा",
    "ahead": "ahead before advance earlier pehle pahle पहले",
    "milking": "milked milk milking duha duhte दुहा दुहते",
}
ABOUT = {word: about for about, line in _ABOUT.items() for part in line.split() for word in words(part)}
AT_LEAST = re.compile(r"कम से कम|\bkam se kam\b")
FREE_TO = (
    ("feel", "free"),
    ("free", "to"),
    ("gluten", "free"),  # not "sugar free", "egg free": who sells sugar or eggs might give them
    ("lactose", "free"),
)
HARMLESS = _set("रूप रूपरेखा")
GLUED = ("hundred", "thousand", "free", "percent", "rupee", "lakh", "twenty", "thirty", "fifty", "hazar")
NOT_GLUED = _set(
    "freedom freeze freezer freezing freezes freezed freeway carefree freely freelance freelancer freestyle gluten-free glutenfree sugarfree "
    "hasslefree hassle-free lakhs rupees percentage freezable freezers"
)


# Words that English and Romanised Hindi can hardly do without.
COMMON = _set(
    "a an the is are was be been am i you we our your us me it its this that these those to of in on at for from with and or but not no yes "
    "can could will would shall should may please thank thanks have has had do does did how what when where which who why here there if so "
    "as by about any all more also only just let ok okay hello hi dear sir madam welcome sorry sure team order price open know get want need "
    "hai hain ho hoga ji haan nahi nahin ka ki ke ko se mein me par aur ya hum aap aapka aapke aapki humare hamare hamari hamara yeh ye woh wo "
    "kya kaise kab kahan kitna kitne chahiye kar karo kare karein karenge kijiye sakte sakta sakti dhanyavad shukriya namaste bhi toh to tha thi"
)
