"""Words of one kind, which a phrase names instead of listing them: ``{ads} band karo``, ``{goods} (was/were) {bad}``.

English and Hindi stand together, Hindi in Latin letters: Devanagari is compared so as well (romanising.py). One spelling of
a word is enough where spelling.py knows the others.
"""

_GOODS = (
    "order/parcel/package/packet/delivery/product/item/items/piece/box/bottle/pouch/bag/carton/samaan/cheez/maal/"
    "stuff/goods/thing/set/milk/doodh/curd/dahi/ghee/paneer/butter/makhan/cheese/lassi/chaas/khoya/mawa/cream/"
    "ice cream/atta/aata/flour/maida/besan/rice/chawal/dal/daal/sugar/chini/salt/namak/oil/tel/masala/tea/chai/"
    "coffee/honey/shahad/bread/roti/paratha/naan/biryani/pizza/burger/momos/samosa/samose/kachori/dosa/idli/chaat/"
    "thali/plate/sabzi/sabji/vegetables/aloo/pyaz/pyaaj/onion/onions/potato/potatoes/tomato/tomatoes/tamatar/fruit/"
    "fruits/fal/aam/mango/apple/seb/kela/banana/egg/eggs/ande/anda/chicken/mutton/fish/machhli/meat/cake/pastry/"
    "biscuit/biscuits/cookies/mithai/sweets/ladoo/laddu/barfi/burfi/katli/kaju/badam/jalebi/rasgulla/gulab jamun/"
    "halwa/namkeen/pickle/achar/food/khana/tiffin/juice/snacks/dry fruits/saree/sari/kurta/kurti/suit/lehenga/"
    "dress/shirt/tshirt/jeans/pant/blouse/dupatta/kapda/kapde/cloth/clothes/shoe/shoes/joota/joote/chappal/sandal/"
    "sandals/bedsheet/curtain/towel/jacket/sweater/uniform/watch/ghadi/ring/chain/necklace/bangle/bangles/kangan/"
    "jhumke/earrings/payal/gold/silver/sofa/bed/chair/table/almirah/mattress/gadda/furniture/bartan/toy/toys/book/"
    "books/flower/flowers/bouquet/medicine/dawa/dawai/tablet/phone/mobile/laptop/tv/fridge/cooler/fan/pankha/ac/"
    "mixer/mixi/mixie/geyser/washing machine/machine/motor/inverter/battery/charger/earphone/earphones/headphone/"
    "speaker/remote/camera/printer/bulb/light/switch/tap/nal/pipe/pump/iron/press/bike/scooty/scooter/car/cycle/"
    "gadi/tyre/lock/screen/display"
)
_SERVICE = (
    "haircut/hair cut/hair kat/hair spa/hair colour/hair color/spa/facial/cleanup/bleach/waxing/wax/threading/makeup/"
    "bridal makeup/massage/manicure/pedicure/shaving/beard/mehndi/keratin/smoothening/rebonding/tattoo/stitching/silai/"
    "alteration/ironing/dry cleaning/drycleaning/laundry/repair/repairing/service/servicing/installation/fitting/"
    "cleaning/painting/plumbing/course/class/classes/coaching/tuition/batch/admission/gym/yoga/dance/swimming/"
    "membership/consultation/checkup/check up/doctor/xray/print/prints/scan/ultrasound/root canal/scaling/vaccination/"
    "room/hall/booking/catering/decoration/photography/photoshoot/printing/xerox/photocopy/lamination/recharge/"
    "screen change/battery change/screen guard/delivery/home delivery/parking/taxi/cab/transport/courier/package/visit/"
    "visiting"
)
_BAD = (
    "sakht/sakhat/pighla/pighli/pighle/fade/shrink/crack/melt/hard/khula hua/khuli hui/khule hue/khuli/broken/"
    "damaged/leaking/leaked/leaky/spoiled/spoilt/rotten/expired/stale/defective/faulty/torn/cracked/melted/crushed/"
    "contaminated/mouldy/moldy/ripped/uneven/burnt/burned/undercooked/overcooked/soggy/smelly/stinking/scratched/"
    "dented/rusty/rusted/adulterated/faded/shrunk/watery/tasteless/dirty/fake/half filled/half empty/half cooked/"
    "half raw/half done/unhygienic/pathetic/horrible/terrible/disgusting/worst/kharab/ganda/gandi/gande/basi/baasi/"
    "sada/sadi/sade/toota/tooti/toote/tuta/tuti/tute/phata/phati/phate/gila/gili/gile/jala/jali/jale/kaccha/"
    "kachchi/kachche/kachi/kacha/kache/kali/adhpaka/patchy/adhura/adhuri/nakli/khatta/khatti/khatte/kadwa/kadwi/"
    "beswad/badbudar/bekar/ghatiya/bakwas/pichka/pichki/tedha/tedhi/tedhe/dheela/dheeli/dheele/patla/patli/sookha/"
    "sookhi/milawati/expire/leak/damage/fata/fati/fate/ulta/ulti"
)
_FOUND = (
    "nikla/nikli/nikle/tha/thi/the/mila/mili/mile/aaya/aayi/aaye/ho gaya/ho gayi/ho gaye/ho chuka/hua hai/hui hai/"
    "hue hai/nikal aaya/nikal aayi/nikal gaya/nikal gayi/nikal gaye/nikal raha/nikal rahi/nikal rahe/aa raha/aa rahi/"
    "aa rahe/lag raha/lag rahi/lag rahe/dikha/dikhi/dikhe/pada/padi/pade/laga/lagi/lage/rah gaya/rah gayi/rah gaye"
)
_PEST = (
    "hair/baal/insect/insects/worm/worms/cockroach/cockroaches/fly/ants/ant/fungus/fungas/mould/mold/stone/stones/"
    "pebble/plastic/glass piece/keeda/keede/kida/kide/kira/kire/makkhi/makkhiyan/kankad/kankar/kankad pathar/pathar/"
    "patthar/chinti/chintiyan/cheenti/illi/sundi/chipkali/machhar/phaphund/phaphundi/fafund/fafundi/fafoondi/fafoond/"
    "fafundh/jala/kachra/mitti/ret"
)
_AILMENT = (
    "pimple/pimples/dane/daane/rash/rashes/khujli/khujali/allergy/elergy/jalan/infection/laal/lal/sujan/swelling/"
    "itching/burning/irritation/redness/boils/acne/ulti/ultiyan/vomiting/dast/diarrhea/diarrhoea/loose motion/"
    "loose motions/food poisoning/stomach ache/stomach pain/stomachache/stomach upset/pet dard/pet kharab/pet me dard/"
    "bimar/beemar/sick/daag/dandruff/hair fall/hairfall/burn/burns"
)
_PART = (
    "zip/chain/button/buttons/silai/stitching/stitch/stitches/seam/dhaga/rang/colour/color/dye/polish/plating/"
    "paint/sole/heel/strap/handle/hook/lace/lining/print/embroidery/wheel/seal/lid/cap/dhakkan/screen/glass/"
    "display/belt/knob/switch/wire/leg/stone/moti/nag/fabric/patti/speaker/hinge/lock"
)
_ADS = (
    "scheme/schemes/deals/discounts/junk/message/messages/text/texts/offer/offers/ad/ads/advertisement/advertisements/advertising/promotion/promotions/"
    "promotional messages/promo/promos/marketing/marketing messages/forward/forwards/broadcast/broadcasts/spam/"
    "notification/notifications/sandesh/vigyapan/vijnapan/prachar/offer wale message/status updates/newsletters/"
    "bulk messages/whatsapp messages/whatsapp message"
)
_PERSON = (
    "aamir/aarti/abdul/abhishek/aditi/aditya/ahmed/ajay/akash/akhil/akshay/alok/aman/amar/amit/amita/anand/anil/"
    "anita/anjali/anjana/ankit/ankita/ankur/anu/anuj/anup/anwar/aparna/archana/arif/arjun/arun/aruna/arvind/asha/"
    "ashish/ashok/ashwin/asif/avinash/ayesha/babita/bharat/bhavna/chandan/chetan/chitra/deepa/deepak/deepika/"
    "devendra/dinesh/divya/faisal/farhan/farida/fatima/gaurav/gauri/gayatri/geeta/geetha/george/girish/gopal/govind/"
    "hari/harish/harpreet/harsh/hema/hemant/imran/irfan/ishita/jagdish/javed/jaya/joseph/jyoti/kajal/kalpana/kamal/"
    "kamla/karan/kartik/kavita/kavitha/khushboo/kiran/kishore/komal/kunal/lakshmi/lalit/lata/laxmi/madhu/mahendra/"
    "mahesh/mamta/manish/manisha/manju/manoj/mathew/mayank/meena/meenakshi/meera/megha/mohammed/mohan/mohit/monika/"
    "mukesh/nadeem/narendra/naresh/naveen/nazia/neelam/neeraj/neeta/neha/nidhi/nikhil/nilesh/nisha/nitin/pallavi/"
    "pankaj/parul/payal/pooja/prabhat/pradeep/prakash/pramod/prashant/praveen/preeti/prem/prerna/priya/priyanka/"
    "puneet/radha/radhika/rahul/raj/raja/rajat/rajeev/rajendra/rajesh/rajiv/rajni/raju/rakesh/rakhi/ram/raman/"
    "ramesh/rani/rashmi/ravi/ravindra/reena/rehana/rekha/renu/ritesh/ritu/riya/rizwan/rohan/rohini/rohit/roshni/"
    "ruchi/rupa/saba/sachin/sahil/salim/salman/sameer/sana/sandeep/sangeeta/sanjay/sanjeev/santosh/sapna/sarita/"
    "saroj/satish/saurabh/savita/seema/shabana/shahid/shalini/shankar/sharad/shashi/sheela/shikha/shilpa/shivam/"
    "shivani/shreya/shruti/shubham/shweta/shyam/simran/sita/smita/sneha/sonal/sonia/sonu/subhash/sudha/sudhir/"
    "sujata/suman/sumit/sunil/sunita/surendra/suresh/sushma/swati/tanvi/tanya/tariq/tarun/thomas/uma/umesh/usha/"
    "vandana/varun/veena/vidya/vijay/vijaya/vikas/vikram/vimal/vinay/vineet/vinod/vishal/vivek/yash/yogesh/yusuf/"
    "zainab/zoya/agarwal/aggarwal/ansari/bansal/chaudhary/chauhan/choudhary/das/desai/dubey/gandhi/goyal/gupta/iyer/"
    "jain/jha/joshi/kapoor/kaur/khan/khanna/kulkarni/kumar/kumari/malhotra/mehta/mishra/nair/pandey/pandit/patel/"
    "pathak/patil/prasad/rao/rathore/reddy/saini/saxena/shah/shaikh/sharma/sheikh/shekh/shetty/shukla/singh/sinha/"
    "srivastava/thakur/tiwari/tripathi/trivedi/tyagi/verma/vyas/yadav"
)

_HUMAN = (
    "human/human being/real person/real human/live person/agent/live agent/human agent/real agent/executive/representative/operator/"
    "actual person/actual human/customer care executive/customer care agent/support agent/customer executive/insaan/kisi insaan/"
    "asli insaan/asli aadmi/kisi agent"
)
_WHOM = (
    "human/human being/person/real person/real human/live person/someone/somebody/some one/anyone/anybody/agent/live agent/human agent/"
    "real agent/support agent/executive/representative/rep/manager/supervisor/operator/owner/boss/staff/salesperson/sales person/"
    "team member/your team/sales team/support team/customer care/customer support/customer service/actual person/actual human/insaan/"
    "kisi insaan/aadmi/kisi aadmi/kisi/vyakti/kisi vyakti/kisi agent/malik/banda/bande/kisi bande/kisi human/customer care wale/"
    "kisi staff/asli aadmi/asli insaan/team/aapki team/seth/incharge"
)

KINDS: dict[str, tuple[str, ...]] = {
    "goods": tuple(_GOODS.split("/")),
    "service": tuple(_SERVICE.split("/")),
    "bad": tuple(_BAD.split("/")),
    "found": tuple(_FOUND.split("/")),
    "pest": tuple(_PEST.split("/")),
    "part": tuple(_PART.split("/")),
    "ailment": tuple(_AILMENT.split("/")),
    "ads": tuple(_ADS.split("/")),
    "human": tuple(_HUMAN.split("/")),
    "whom": tuple(_WHOM.split("/")),
    "person": tuple(_PERSON.split("/")),
}
