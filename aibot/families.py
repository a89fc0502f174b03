"""Phrases that the rules of a new business have beside those in defaults.py: whole families of lines, by kinds of words
(kinds.py). One a line.
"""

_GREETING_EN = {
    "whole": """
(is this/is that/is it/am i talking to/am i speaking to) (the/your/) (bakery/salon/parlour/clinic/gym/pharmacy/chemist/medical/medicals/hotel/restaurant/tailor/tailors/kirana/laundry/workshop/garage/school/academy/classes/coaching/institute/hospital/boutique/showroom/cafe)
(is this/is that) * (bakery/salon/parlour/clinic/gym/pharmacy/chemist/medical/medicals/hotel/restaurant/tailor/tailors/kirana/laundry/workshop/garage/school/academy/classes/coaching/institute/hospital/boutique/showroom/cafe)
(anyone/anybody/someone/somebody/you) (available/free/there/online) (to chat/to talk/to help/now/right now/for help)
nice to connect (with/to) you
(this is/i am/im/its) {person} (from/your/of/with) *
are you (guys/people/all/) (online/there/available/open)
(busy/free) (ho/hai) (kya/) (aap/)
good day (to you/)
(this is/i am/im/its/) (mr/mrs/ms/dr/) {person} ({person}/) (here/this side/) (from/your/of/with) *
(this is/i am/im/its) (mr/mrs/ms/dr) {person}
(hi/hello/hey) (mr/mrs/ms/dr) {person}
long time (no see/)
(anyone/anybody/someone/somebody) (at/in) (the/your) (shop/store/office/clinic/counter)
kem cho
kasa (kay/aahe/ahe)
(hope/hoping) (your/) (business/work/shop) is * (well/good/fine/great)
(this is/i am/im/myself/its/my name is) {person} ({person}/) (here/speaking/this side/) (from */)
{person} ({person}/) (here/speaking/this side) (from */)
(hi/hello/hey/good morning/good afternoon/good evening/namaste) my name is * (from */)
my name is * (hi/hello/namaste)
myself * (here/this side)
(hi/hello/hey/namaste/namaskar/dear/ram ram/good morning/good evening/good afternoon/salaam) {person} ({person}/)
(i am/im/) (a/an/your) (new/old/regular/existing) (customer/client/buyer) (here/of yours/)
(i/we/) (got/took/found) your (number/contact/no) (from */on google/online)
(hope/hoping/i hope/we hope) * (well/good/fine/great/safe/healthy/okay) (at your end/there/with you/today/too/in good health/)
(hope/hoping) you * (doing/feeling/are) (well/good/fine/great/safe/okay) (today/)
(gm/hi/hello/good morning/good afternoon/good evening/namaste/suprabhat) * have a (nice/good/great/lovely/blessed) (day/one/evening/time/week) (ahead/)
(good morning/good evening/gm/suprabhat/namaste/namaskar) * din (shubh/accha/mangalmay) (ho/rahe)
(is it/am i talking to/am i speaking to/is that) * (shop/dairy/store/sweets/salon/clinic/tailors/number)
""",
}
_GREETING_HI_LATN = {
    "whole": """
(dukan par/dukan pe/ghar par/yahan/) ho (kya/na)
kya (chal/ho) raha hai (aajkal/)
om (nam/nama/namah/namo) (shivay/shivaya)
(sab/ghar par sab/ghar me sab) (kushal mangal/kushal/mangal/khairiyat) (hai/) (na/)
kya (main/me) * se baat kar (raha/rahi) hu
sab (theek thaak/theek thak/badhiya/changa) (hai/) (na/)
(kaise/kaisi) ho * sab (theek/badhiya/changa) (thaak/thak/) (hai/) (na/)
main {person} (ki/ka/ke/se/aapka/tumhari/tumhara) *
koi hai * (dukan/shop/ghar/office) (par/pe/me)
{person} (ki/ke/ka) (mummy/papa/mother/father/wife/bhai/behan/beta/beti) (bol/) (raha/rahi/) (hu/)
(main/) {person} ({person}/) bol (raha/rahi) (hu/) (* se/)
main {person} ({person}/) (hu/yahan se/) (* se/)
main * bol (raha/rahi) (hu/) (* se/)
mera naam * hai
mera naam {person} ({person}/)
(main/) (aapka/) (naya/nayi/purana/purani/regular) (customer/grahak) (hu/)
aapka (number/no/contact) * se mila (hai/tha/)
(suno/suniye/suniyega) (na/zara/)
sunte (ho/hai) (kya/)
sun (rahe/rahi/raha) (ho/hai) (kya/aap/)
pehchana (kya/mujhe/nahi/)
(ummeed/umeed/aasha) (hai/karta hu/karti hu/karte hai) * (theek/kushal/acche/accha/badhiya/swasth/mangal) (honge/hoge/hoga/ho/hai)
(ye/yeh/kya ye/kya yeh) * (dukan/store/number/dairy/shop/sweets/clinic/salon/tailors) hai (kya/na)
(kya ye/kya yeh) * (dukan/store/number/dairy/shop/sweets/clinic/salon/tailors) hai
aur (sunao/batao)
(bahut/kafi) (din/dino) (baad/ho gaye)
(sab/ghar me sab/ghar par sab/ghar pe sab) (theek/badhiya/kushal/mangal/accha) (hai/) (na/kya/)
(kaise/kaisi) hai aap (sab/log/)
""",
}
_PRICING_EN = {
    "whole": """
per (kilo/kg/litre/piece/dozen/plate/packet/gram/person/head/day)
""",
    "anywhere": """
(fee/fees/charges) please
(rent/hire) (of/for) {goods}
what (do/does/will/would/did) * cost
(class/tuition/course/coaching/batch) * (fee/fees)
is it * or * for (the/a/one/1)
how much
(and/with/their) (rates/charges/fees)
(per/a) (month/day/hour/kilo/kg/plate/person/piece) (how much/kitna)
(cost/charges/fees) of
{service} (cost/costs/charge/charges/fee/fees/rate/rates)
{goods} (rate/rates/charges)
{goods} cost (today/now/please/kitna/kya)
(rate/rates) (today/now)
how much {service}
how much (to/1/2/3/5/10/one/two/three/a/half/full/total/in/it/its/you/your/this/that/these/those/each/extra/will/would/do/does/did/now/today/only)
(is it/is this/is that/are they/are these/are those/its) * rupaye
rupaye or * rupaye
(what/how much) * come to
(what/how much) (do/does/will) (you/he/she/they) * (charge/take) for
(per day/per hour/per month/monthly/daily/hourly) (rent/fee/fees/charge/charges/rate/rates/cost/package)
(what/which) range (are/is/of)
price range
(starting/starts/start) (from/at) (how much/what)
(what is/whats/what are) {goods} (rate/rates/worth)
(tell/know/send/share/give) * (charges/fee/fees/cost)
""",
    "unless": """
(fee/fees) (paid/deposited/submitted/jama/bhar/de di)
how much * (know/love/long/longer/weight/load/capacity/warranty/quantity/discount/stock)
how much (milk/rice/ghee/medicine/more) (do i/should/to/can)
how much (pain/stock/left)
how much * (time/weigh/experience/distance/space/storage)
how much (sugar/salt/water/spicy/oil/fat/protein)
how much * (is/are/do you put/goes) in (the/a/it/one/this/your/each)
how much (do/did) (i/we) owe
""",
}
_PRICING_HI_LATN = {
    "whole": """
(ye/yeh/) * (ka/ki/ke) (hai/) ya * (ka/ki/ke) (hai/packet/kilo/wala/)
""",
    "anywhere": """
kaise (di/dete/lagaya/lagayi/bech)
(ka/ki/ke) (kitne/kitna) (lete/lenge/loge/hue/hua/honge)
(print/copy/photo/page/pcs/piece/pieces/jode/jodi) (ka/ki/ke) (kitne/kitna)
(ka/ki/ke) kya (lagaya/lagega/loge/lete/leti/lenge/charge/liya/padega)
(kya/kitna/kitne) (lagaya/liya/lagate)
(ye/yeh/wo/woh) {goods} (kitna/kitne)
(kya/kitna/kitne/kitni) (lagaoge/lagayenge/lagenge/lagegi/lenge/lega/legi/leti/lete/loge/logi/charge/padegi/padte/padti/banega/banegi/degi/dete/deti)
(ek/do/aadha/adha/kilo/darjan/dozen/plate/litre/packet/piece) (ka/ki/ke) (kitna/kitne/kitni)
{goods} (ka/ki/ke) (kitna/kitne/kitni)
{service} (ka/ki/ke) (kitna/kitne/kitni/paise)
{service} (kitne/kitna/kitni)
{service} (ka/ki/ke) (fees/fee/charge/charges/rate/kharcha)
(ka/ki/ke) (hai/) ya * (ka/ki/ke) (hai/packet/kilo/wala/wali/litre)
(ka/ki/ke) (fees/fee/kiraya)
kitne (se start/se shuru/tak aa/tak ka/tak me/tak ki)
{goods} * (rate/bhav/daam) (aaj/abhi/kya/batao)
{goods} (rate/bhav/daam/kimat)
kitne me (banega/banegi/hoga/ho/aayega/aata/lage/padega)
(kya/kis) (bhav/rate/daam/hisab) (se/me/lagaya/lagaoge/chal/diya/hai/de)
(kimat/rate/daam/bhav/fees) kya (hai/hogi/hoga/chal/rakha/lagaya/loge/padegi)
(kitna/kitne) * (lete ho/leti ho/lete hai/lenge/loge)
""",
    "unless": """
kitni (der/door/dur/badi/lambi/seat/seats)
""",
}
_DEMO_EN = {
    "anywhere": """
(can/could/may) (i/we/she/he) try (on/it on)
(for/to) (check/checking/see/seeing/test/testing) (the/its/your/) quality
test (ride/drive)
(by/after) (riding/driving/using/wearing/sitting) * (once/first)
(check/try/see/test) (it/the {goods}/this) (by/once/first)
(attend/join/sit/come/see/try/watch) * (one/1/single/trial) (class/session/lecture/lesson/day) * (before/first/then/once/free/and)
(attend/join) (one/1/a single/a/the first/first/just one/only one) (class/session/lecture/lesson)
(class/session/lecture/lesson/day) * before (joining/admission/enrolling/enrollment/paying/i join/we join/deciding/taking/registering)
before (joining/admission/enrolling) * (attend/sit/try/see/visit)
sit (in/for/on/in for/in on) (one/1/a) (class/session/lecture)
come for (one/1/a) (day/class/session) (and/to/first/free)
(can/could/may/let) (my/our/he/she/him/her) * (attend/sit/try/taste)
possible * (attend/taste/try/sit in)
(wear/wearing) (it/this/them/) * (before/first/check/see)
(try/trying) (it/this/them/the {goods}/) on (first/before/once)
try the {goods} (on/once/first)
(to/little/bit/some/small) taste
for tasting
(let/allow) (me/us) try
try (it/this/) (for/) (one/1/two/2/few/three/3/a/some) (day/days/week/class/times)
(one/1/two/2/first) (day/days/class/session/week) free
free (for/) (one/1/first) (day/class/session)
if (i/we/it/he/she) * (like/likes/good/liked/nice) * will * (order/buy/take/join/continue/subscribe)
if (i/we/it/he/she) * (like/likes/good/liked/nice) * then * (order/buy/take/join/continue/subscribe)
(try/taste/attend/sit/test/sample) * (then/and) (i/we/will/can/) * (decide/join/order/buy/subscribe)
""",
    "unless": """
(where/have/there/open/big/separate/kahan) * trial room
trial room (kahan/hai/kidhar/me/is/are)
""",
}
_DEMO_HI_LATN = {
    "anywhere": """
(nap/naap) (ke/kar) (dekh/dekhna)
(ek/do/1/2) (din/class/session) * (aake/aakar/baithkar/baithke) * (dekh/dekhna)
quality (dekhni/dekhna/check karni/check karna) (hai/thi/chahta/chahte)
(baith/laga/pahan/pehen/chala/kha/istemal/chalu kar) (ke/kar) (dekh/dekhna/dekhne) (hai/sakta/sakte/sakti/lu/le/lo)
(dekh/dekhna/dekhne/try/test/check/chala/chalakar) * (lene/kharidne/khareedne/order karne) se pehle
(lene/kharidne/khareedne/order karne) se pehle * (dekh/dekhna/try/test/check/chala/pehen/pahan/chakh)
pehle (dikhao/dikhaiye/dikha do/dikha) * (kaam/kaise/chala/chalta)
(test/try) (ride/drive) (milegi/kar/hai)
tester (hai/milega/chahiye)
(pahan/pehen/pehn/pahankar/pahanke/pehenke/pehenkar) (ke/kar/) * (dekh/dekhna/dekhni/dekhne/dekhu/dekhungi/dekhunga/try/check)
(ek/do/1/2/kuch) (din/class/session/lecture) * (ke/kar/karke) (dekh/dekhe/dekhna/dekhu/dekhenge)
(ek/do/1/2/kuch) (din/class/session/lecture) * (baith/attend/bhej/join/use/try) * (sakte/sakta/sakti)
(ek/1/do/2/pehli) (class/session/lecture) * (attend/baithne/baith)
(baitha/bitha/baith) (ke/kar) dekh
(ek/1/do/2) (din/class/session/lecture) * (free/muft)
(free/muft) * (ek/1/do/2) (din/class/session)
(chalu/on/start/use/istemal) (kar/karke) (ke/) (dikha/dikhao/dekh/dekhu/dekhna)
chakhne (ko/ke)
swad (chakha/chakh)
(pasand/accha/acchi/theek) (aaya/aayi/laga/lagi/aaye/lage) to * (lenge/lunga/lungi/order/khareed/join/admission/karenge/karwa/karvaenge/karunga/lagwa)
(chakh/try/test/pahan/pehen/baitha/baith/attend/chala) * (phir/tab/tabhi) * (admission/join/lenge/lunga/lungi/order/khareed/kharidunga/fees/decide/sochenge)
""",
}
_SUPPORT_EN = {
    "anywhere": """
(was/were/is/are) (smelling/stinking/leaking/bleeding)
expiry (date/) * (over/gone/passed/crossed)
delivered (to/at) * wrong
(calling/messaging/texting/trying) (since/from/for/you since) * (no/not/nobody/morning/yesterday)
no (reply/response/answer) (yet/at all/again/till/from/since)
shows (delivered/completed/paid)
(didnt/did not/havent/have not/never) (get/got/receive/received) (it/my/the/any)
after (repair/repairing/fixing/the repair/you fixed/you repaired/your service)
even after (repair/change/changing/service/fixing/replacing/paying/filling/calling)
(not/isnt/arent) (updated/credited/reflecting/confirmed/playing/updating/activated/downloading)
(cancelled/canceled) (again/without)
without (notice/any notice/telling/asking)
(was/were/is/are/its) (too/so/very/bit/a bit/little/extremely) (hard/dry/bitter/salty/oily/thin/rough/noisy/slow/bad/poor/cold/tight/loose/watery/stale/tasteless/unprofessional/careless)
(was/were) (hard/dry/bitter/salty/oily/cold/careless/tasteless)
hard (like/as) (a/) (stone/rock)
(spelled/spelt/written/printed/typed) (wrong/wrongly/incorrectly)
wrong spelling
(werent/wasnt/were not/was not) (there/in the/inside/included/sent/given/packed/delivered/received)
(drains/draining) (fast/quickly/too)
heating (up/too/a lot/again)
still (paining/hurting/bleeding/swollen/itching/pending)
(skipped/missed) (one/two/three/1/2/3/my/our/the) (day/days/delivery/class/milk)
added (extra/more/wrong)
extra (item/items/charge/amount/money) (in/on/added/charged)
(more/higher/above/over) (than/) mrp
made (me/us) wait
(waiting/waited) * since
too much (salt/oil/sugar/spice/chilli/water/masala/noise/smoke)
(had/has/with) no (chicken/paneer/meat/salt/sugar/pieces/gravy/cheese/taste/filling)
(billed/charged/overcharged) (me/us) (for/extra/more/double)
(waited/waiting) * (hour/hours/min/mins/minutes/since) * (nobody/no one/not/still/but)
(been/am/are/were) waiting (for/since) (the last/more than/over/an/half/1/one/two/2/3/30/20) *  (hour/hours/mins/minutes)
(nobody/no one) * (opened/shop/counter/attending/helped)
not (the/) same (as/like/in) (the/your/) (photo/picture/pic/shown/image/sample/website)
(doesnt/didnt/does not/not) (look/looks) like (the/) (photo/picture/pic)
(threw/thrown/dropped/spilled/spilt) (the/my/it)
(hair/hairs) (is/are) falling
(no one/nobody) (is/) (there/available/attending)
(late/delay) by (1/2/one/two/an/half/30/20/hours)
(water/gas/oil) (is/was/) (dripping/leaking/coming out)
forgot to (send/give/put/pack/deliver/bring/add)
(one/two/three/half/1/2/3) (more/) {goods} (less/short)
(one/two/three/1/2/3) * less (in/than) (the/my/what)
(again/still/also) making (noise/sound)
this is not (the/what/my) * (i/we) (selected/ordered/chose/wanted/asked/paid/bought)
(someone/somebody) elses
(has/have/got/there is/with) (a/an/) (scratch/scratches/dent/crack/hole/stain/tear)
(teacher/trainer/staff/technician/boy/maid/electrician/plumber/driver) * (did not/didnt/never/not) * (come/came/turn/show/shown)
without (finishing/completing/fixing/cleaning/informing/repairing)
(patchy/blotchy/pixelated/blurry)
(payment/money/order) * twice
(teacher/trainer) is (absent/rude)
(very/so/really) (disappointed/upset/unhappy)
(was/were/came/got/became/looks/smells/smelt/feels/completely/totally/already/arrived/received/turned) (all/so/very/too/a bit/badly/half/completely/totally/little/full/) {bad}
(is/are/its) (so/very/too/badly/half/completely/totally/all/already/) {bad}
{goods} * (was/were/came/is/are/turned/tastes/tasted/looks/smells/arrived) * {bad}
{goods} (leaking/broken/torn/damaged/spoiled/rotten/expired/stale/cracked/defective)
{part} * (was/is/came/were/are) * {bad}
(was/were/came/got/tastes/tasted/turned/smells/gone/went) (so/very/too/a bit/little/) (sour/raw/bitter)
(it/they/box/bottle/packet/lid/pipe/tap/shoe/bag/still) (leaks/smells/stinks/tears)
(there was/there is/there were/there are/found/got/saw/had) (a/an/some/one/many/) (small/big/dead/live/) {pest} (in/inside/on)
{pest} (in/inside/on) (the/my/your) {goods}
{pest} (was/were/came) * (in/inside/from)
{part} * (came off/came out/fell off/broke/tore/coming off/coming out/peeling/faded/fading/bleeding/opened up/came loose/gone off)
(tore/ripped/shrank/shrunk/broke) (on/in/after/within/from) (the/my/) (first/one/two/wash/day/days/washing/use/week)
(after/on/in) (first/one/single/the first/just one) (wash/use)
{goods} * (tore/shrank/shrunk/broke)
{ailment} * (after/since/from your/because of)
(after/since) * {ailment}
(burnt/burned) my (skin/face/hand/hair/ear/finger)
food poisoning
(not/isnt/arent/wasnt) (charging/heating/cooling/starting/printing/spinning/connecting/ringing/responding/turning on/switching on/draining/fitting/locking/closing/sticking/opening/loading)
(still/again/even) * not (working/fixed/done/repaired/solved/cooling/charging/come/coming/here/delivered/reached)
still (making/leaking/broken/same)
again (same/the same/broken/leaking/late/stopped/wrong/dirty/switched/not)
(same/this) (problem/issue/story) (again/everyday/every day/daily/happening)
(switched off/stopped/broke/died/failed/happened/happening) again
(2nd/second/third/3rd) time (this is/same/it is/you)
(cant/cannot/can not/couldnt/unable to/not able to) (see/open/find/download/access/view/join) my
(cant/cannot/couldnt) (see/open/find/download/access/view/join) (the/any/your) (bill/invoice/order/class/link/receipt/report/account/video/pdf/file/recording/app)
(unable to/not able to) (see/open/find/download/access/view/join)
(cant/cannot/can not/couldnt/unable to/not able to) (see/open/find/download/access/view/join) (my/the/any/your) class link
(nobody/no one/noone) * (came/come/showed/visited/attended/picked)
(electrician/plumber/driver/technician/mechanic/tailor/maid/rider/carpenter/guy/person) (never/didnt/did not/hasnt/has not)
(so/such/very/too/always) rude
rude (staff/behaviour/behavior/boy/man/delivery)
(bad/rude/poor/worst) (behaviour/behavior)
(shouted/yelled/shouting) at
(so/always/again) late
late (again/everyday/every day/always)
{goods} (again/so/too/very) late
not (fresh/cooked/hygienic/clean) (at all/today/only)
(quality/taste) * not (good/fresh/proper/nice/clean/hygienic/ok/okay/up to the mark)
{goods} (is/was/are/were/quality/taste) not (good/fresh/proper/clean/hygienic/ok/okay/cooked/up to the mark)
{service} (is/was/were) not (good/proper/nice/clean/ok/okay/done)
not (done/cleaned/washed/ironed/repaired/fixed/stitched/cooked/packed) (properly/well)
worst {goods}
worst {service}
(is/are/was/were) missing
missing (from/in) (the/my) (bag/box/order/packet/parcel)
(weight/quantity) * (less/short)
(less/short/under) weight
(gave/sent/delivered/brought/packed/used) (me/us/) (a/the/) wrong
wrong (haircut/name/medicine/parcel/food/cake/dress/blouse/fitting/flavor/pair/measurement/prescription/shade)
(made/stitched/cut/kept) * (too/very/so) (tight/loose/short/small/big/uneven)
(noise/sound) * (after/even after) (service/repair/servicing)
after (your/the/last) (repair/service/servicing/fitting)
very bad (today/service/smell/taste/food/quality/experience/haircut/work/milk/condition)
""",
    "unless": """
no (reply/response/answer) (needed/required)
can (you/someone/anyone) come
{pest} (killer/spray/repellent/powder/treatment/infection/cream/medicine/oil/clip/clips)
how much (to/will/for/would/do you/does it) * (repair/fix/change/replace/stitch/service)
(repair/fix/change/replacing/fixing) * (cost/charge/charges/price/rate)
(sour/broken/stale/raw) or
(i am/we are/im/i will be/will be) (running/going to be/) late
(i/we) * missing you
""",
}
_SUPPORT_HI_LATN = {
    "anywhere": """
(phenk/fek/patak/tod/faad/phaad) (diya/di/diye/gaya)
expiry * (nikal/khatam/purani/ho gayi)
(purana/purani/purane) (saman/maal/stock/cheez/{goods}) * (de/bhej/nikla/nikli)
{goods} * gir (gaya/gayi)
(bola/kaha) (tha/thi) * (de diya/de di/bhej diya/bhej di/bheja/nikla/nikli/aaya/mila)
(de diya/de di/bhej diya/bhej di/bheja/aaya/mila) * (bola/kaha) (tha/thi)
galat * kar (di/diya/diye)
(report/bill/hisab/receipt/naam/result/spelling/prescription) * galat
galat (ghar/pate/pata/address/jagah/number/aadmi) (pe/par/me/deliver/bhej/diya/de)
me (galti/gadbad/garbar)
galti (kar di/kar rahe/ki hai/hui hai)
(sound/awaaz/awaj/otp/pani/light/network/signal/video/picture/current/gas/hawa) nahi (aa/chal/aati/aata)
{goods} nahi aa (raha/rahi/rahe)
slow (chal/ho/hai/kaam)
fit nahi
koi (farak/fark/asar/fayda/aaram/sudhar) nahi
(wapas/change/bill/receipt/rasid/paise) nahi (diya/di/diye/mila/mili/kiye)
(bigaad/bigad/bigada/bigaada) (diya/di/diye/ke)
(wash/cream/sabun/shampoo/lotion/facial/product/dawa/tel/oil) se {ailment}
(malai/swad/taste/jhaag/khushbu) nahi (hai/hoti/tha/thi/aa)
{goods} * (kharab/sada/sadi/basi/leak/phata/phati/toota/tooti/defective/damage)
(mrp/rate/daam) se (zyada/jyada/adhik)
(photo/picture/pic) (me/jaisa/se) * (alag/nahi)
galat * (kaat/kat/sil/bana/laga/likh/de/bhej/jod) (di/diya/diye)
(baal/hair) * (jhad/gir/toot) (raha/rahi/rahe)
(kitni/kai/sau/teen/do/das) baar (bola/boli/kaha/bataya/phone/call)
({goods}/chicken/sabji) (bilkul/ekdum/poora/) (thanda/thandi/thande) (tha/thi/the/aaya/aayi/mila/mili/de/tha)
(khana/pizza/chai/roti/coffee/sabzi/dosa/burger/biryani) * (thanda/thandi) (tha/thi/aaya/aayi/mila/mili)
(teacher/trainer/staff/ladka/mechanic/electrician/plumber/doodhwala/wala/bai/maid/dhobi/darzi/cook) * nahi (aaya/aaye/aayi/pahuncha/aa/aate/aati/aata)
(hang/garam/slow/restart/off/band) (ho/kar) (raha/rahi/rahe/jata/jati)
(time/samay/waqt) (par/pe/se) nahi (aate/aata/aati/aaye/aaya/dete/diya/milta/mila/bheja/bhejte)
bina (bataye/puche/poochhe)
(laparwahi/laparvahi/badmashi/dhokebaji)
se (pani/tel/gas/hawa) (gir/nikal/tapak/ris/leak/aa)
(bhejna/dena/dalna/rakhna) bhool (gaye/gaya/gayi)
bhool (gaye/gayi) (bhejna/dena/dalna)
kam (aaye/diye/nikle/the/aayi)
(awaaz/awaj/avaj) (aa/kar) (raha/rahi)
(kisi aur/dusre/dusri/kisi dusre) (ka/ke/ki) (order/parcel/saman/packet/bill) (aa/mil/de/bhej/aaya/mila)
(namak/mirch/tel/masala/cheeni/meetha) (bahut/itna/) (zyada/jyada/kam/tez) (tha/thi/hai/ho)
(namak/mirch/masala) (hi/) nahi (tha/thi/hai)
{service} (theek/sahi/accha) nahi hai
(payment/paise/order/charge/transaction) (do/2) baar
(scratch/daag/dent/crack/hole/chhed/nishan) (aa/pad/lag/ho) (gaya/gaye/gayi)
(kho/gum/gayab) (gaya/gayi/ho)
seedhe muh baat
(gussa/chilla) (kar/karta/ke/raha/rahe)
{goods} (phir se/phir/dobara) * ho (gaya/gayi)
(staff/ladka/ladke/teacher/banda) * (nahi aaya/nahi aaye/nahi aayi)
{pest} (hai/hain) (isme/isme/andar)
(me/mein) {pest} (hain/hai)
{bad} (hua/hui/hue/sa/si/) {found}
{bad} {goods} (bhej/bheja/bheji/de/diya/di/aaya/aayi/mila/mili/nikla/nikli/nikle/diye/aaye)
{bad} (bhej/bheja/de diya/de di/diya hai/di hai/pakda)
{goods} * (phir/phir se) * {bad}
phir (se/) {bad}
{bad} (hua/hui/hue) (hai/ho)
{bad} (lag/ho) (raha/rahi/rahe)
({bad}/tight/loose/chhota/chhoti/alag) * (kaat/kat/sil/sila/bana/kar/laga/pack) (diya/diye/di)
(toot/tut/phat/jal/sad/gal/ukhad/udhad/chatak/pichak/sikud/sukad/ghis/bigad) (gaya/gayi/gaye/jata/jati/jate)
{part} * (nikal/utar/ukhad/khul/toot/tut/chhut/chut/chhoot/ud/ghis/kat/chala/phail) (gaya/gayi/gaye/raha/rahi/rahe/jata/jati)
{part} * (dhulai/dhone/wash) * (nikal/utar/ud/chhut/chala) (gaya/gayi/gaye)
(dhulai/dhone/wash) * {part} * (nikal/utar/ud/chhut/chala) (gaya/gayi/gaye)
(dhulai/dhone/wash) (me hi/me/ke baad/se) (nikal/utar/ud/chhut/chala/phat/sikud) (gaya/gayi/gaye)
{part} * (chhod/chhodta) (raha/rahi/diya/hai)
{pest} * {found}
(me/par/pe/andar/se) {pest} * (hai/the/tha/thi)
(baad/khane se/lagane se/laga ke/lagakar/khakar/kha ke/cream se/facial se/tel se/sabun se/dawai se/lagate hi/peene se) * {ailment}
{ailment} * (baad/cream se/lagane se/khane se/peene se/tel se/facial se)
nahi (dikh/khul/chal/jal/ghum/charge/download/connect/bhej) (raha/rahi/rahe/ho/pa)
(dikh/jal/ghum/charge/download/connect) nahi (raha/rahi/rahe/ho)
(roz/hamesha/har baar/phir/phir se/rojana) * (late/der)
late (aate/aata/aati/aa rahe/karte/ho gaya)
(wahi/same) (dikkat/problem/pareshani/samasya/kharabi/shikayat/haal)
(badtamij/badtamiji/batamij/batamiji)
(gaali/gali) (di/de/dene/bak)
koi * nahi (aaya/pahuncha/aata/aayi)
(hisab/bill) * (galat/zyada/jyada/gadbad/double/extra)
(do baar/double/2 baar/dugna) * (paise/charge/kate/bill)
(zyada/jyada) paise
paise (zyada/jyada/extra) (le/liye/kaat/jode/lagaye)
(vajan/wazan/weight/tol/naap/matra) * (kam/galat)
hi (nikla/nikli/nikle)
(tol/naap/gin) (ke/kar) * (kam/hi)
(khali/aadha/adhura) (tha/thi/the/nikla/nikli)
galat {goods}
galat (rang/dawai/naap/parcel)
abhi bhi nahi
(abhi/ab) bhi (kharab/band/wahi)
(tapak/ris) (raha/rahi)
(theek/sahi/accha/saf/taza/fresh/dhang) (se/) nahi (tha/thi/the/nikla/nikli/hua/hui/laga/lagi/kiya/bana/bani/kata/kaata/diya/chal/kar)
{goods} (theek/sahi/accha/taza/fresh) nahi hai
(bahut/itna/itni/ekdum) {bad} (khana/service/maal/tha/thi/hai/kaam/quality)
(bahut/itna/itni/ekdum) {bad} {goods}
{goods} * (phir/phir se/dobara) * (band/kharab) (ho/)
(banaya/theek kiya/repair) * (phir/dobara) * (band/kharab)
phir (kharab/late/galat)
(bahut/itna/zyada/bilkul) (namak/teekha/mirch/patla/tel/meetha) (tha/thi/daal/dala)
{goods} * (bahut/itna/zyada) (patla/teekha/namak)
(chehra/chehre/skin/muh) * {ailment} * (ho/nikal/aa/pad) (gaya/gaye/gayi/raha/rahi/rahe/aaye)
""",
    "unless": """
(theek karna/theek karwana/theek karwani/banwana/banwani/lagwana/lagwani) hai
(screen/cover/battery/glass/display/part) * (badalna/badalwana/badalwani) hai
theek (ho jayegi/ho jayega/ho sakta/ho sakti/karte ho/hoga/hogi/kar doge/kar dete)
(allergy/pimple/dandruff/smell/leak/dust) (free/proof/wali/wala)
(time/samay/timing/batch/pata/address/date) * badal
{pest} (wali/wala/marne/ke liye/ki dawa)
(kitna/kitne) (lagega/lagenge/loge/padega/lega/kharcha)
(repair/theek/banwane/badalwane/badalne/banane) * (kitna/kitne/kharcha/charge/rate)
(main/hum) * late
{bad} {goods} (hai kya/milega/milegi/chahiye/dena/de do/dedo/bhejo/bhejna)
{bad} {goods} (ek/do/aadha/adha) (kilo/kg/litre/packet/piece)
(tabiyat/rate/bhav/daam/price) * (theek/sahi/accha) nahi
""",
}
_OPT_OUT_EN = {
    "whole": """
(dont/do not/no more) (spam/spamming)
no (ads/promotions/promotion/promo/spam/marketing/forwards/broadcasts/promotional messages) (now/again/)
stop (your/the/this/) {ads}
(unwanted/irritating) {ads} (stop/)
""",
    "anywhere": """
stop sending (rubbish/junk/all/this/nonsense/things/stuff/such)
(dont/do not/never) add me (in/to/into)
(i/we) (didnt/did not/never) (subscribe/sign up/ask for/opt/register/signup)
stop (pinging/bombarding/flooding/troubling/harassing/irritating/annoying) (me/us)
(remove/take) me (pls/please/now)
(not/no longer) interested in * {ads}
(so/too) many {ads} * (daily/stop/everyday/every day)
why (so many/are you sending) * {ads}
no more {ads}
(enough/stop/cease/quit) (with/of/doing/sending/all/your/this/these/the/such/any/posting/giving/those/it with/daily/unwanted) * {ads}
enough {ads}
(fed up/sick/tired/irritated/annoyed/disturbed/bored) (of/with/by) * {ads}
(irritating/annoying/useless/unwanted) {ads}
(dont/do not/never) (send/want/need/forward/post/push) (me/us/) (any/your/these/this/the/such/more/any more/) {ads}
(dont/do not/never) (forward/broadcast)
no need (of/for) * {ads}
(exclude/remove/delete/take/drop) (me/my number/my no/my contact/us/this number/my name) (from/off)
stop {ads} (to/on/here/for)
""",
    "unless": """
(did/have/when/if/will/why did/why have) (you/they) * (stop/stopped)
""",
}
_OPT_OUT_HI_LATN = {
    "whole": """
(roz ke/roz roz ke/ye/sab/ye sab/aapke/) {ads} band
""",
    "anywhere": """
{ads} se (pak/thak/bor/tang) (gaya/gayi/chuka)
faltu (ke/) {ads}
{ads} * (mat/na/nahi) (dala/dalo/daalo/daala/dalna/daliye/bheja/bheje/kiya/kare/karein/karo/kijiye/karna/bhejo/bhejiye/bhejna/chahiye/dikhao/forward/lagao)
(mat/na) (dala/dalo/dal/daalo/daala/bhejo/bheja/bhejna/karo/kiya/forward/bhejiye) * {ads}
(band/bas/stop) (karo/karein/kare/kardo/kijiye/kar do/kariye/kar dijiye) * {ads}
(band/bas/stop) (karo/karein/kare/kardo/kijiye/kar do/kariye/kar dijiye) * (ke/wale/ka) {ads}
bahut (ho/hue/hua/aa) (gaya/gaye/rahe/) * {ads}
{ads} * (band/rok) (karo/karna/do/dijiye/dena/kar/karein/kijiye/kardo/kariye)
{ads} (bhejna/karna/dalna/aana) band
{ads} se * (pareshan/tang)
(broadcast/list/group) se (hata/hatao/nikal/nikalo/hataiye/bahar)
(mera/mere) (number/no) (hatao/hata/nikalo/nikal/kaato)
(mujhe/hame/hamein/hume) nahi chahiye * {ads}
{ads} (nahi/mat) chahiye
""",
}
_BYE_EN = {
    "whole": """
chalo theek hai (namaste/namaskar/ram ram)
(thanks/thank you) for (info/information/the info/everything/all/your support/quick service)
(will/i will/shall) (come/visit/order/call/message) (in/by) (the/) (evening/morning/afternoon)
(no/nope/nah/nahi) (nothing else/nothing more/thats all/that is all/nothing) (needed/for now/today/)
(see/meet) (you/) (on/this/next/by/at) (sunday/monday/tuesday/wednesday/thursday/friday/saturday/weekend/week/evening/morning)
(will/i will/shall) (come/visit/order/call/message) (tomorrow/again/later/soon/next week/next time)
""",
}
_BYE_HI_LATN = {
    "whole": """
(dhanyavad/shukriya/thanks/theek hai) * (baki/bacha hua) (kal/baad me/phir)
(chalta/chalti/chalte) (hu/hai) (namaste/namaskar/ram ram)
(kal/phir/shaam ko/baad me) (aata/aati/aate/aaunga/aaungi/aayenge) (hu/hai/)
(apna/) (dhyan/khayal) (rakhna/rakhiye)
""",
}
FAMILIES = {
    ("greeting", "en"): _GREETING_EN,
    ("greeting", "hi-Latn"): _GREETING_HI_LATN,
    ("pricing", "en"): _PRICING_EN,
    ("pricing", "hi-Latn"): _PRICING_HI_LATN,
    ("demo", "en"): _DEMO_EN,
    ("demo", "hi-Latn"): _DEMO_HI_LATN,
    ("support", "en"): _SUPPORT_EN,
    ("support", "hi-Latn"): _SUPPORT_HI_LATN,
    ("opt_out", "en"): _OPT_OUT_EN,
    ("opt_out", "hi-Latn"): _OPT_OUT_HI_LATN,
    ("bye", "en"): _BYE_EN,
    ("bye", "hi-Latn"): _BYE_HI_LATN,
}
