"""How people sign in on the pages: allauth's flows, with our own words, throttle, mails and looks.

adapter.py and codes.py are allauth's two hooks into us, forms.py its forms, views.py its views, urls.py which of them
there are. The API's sign-in stands on the same throttle.py, twofactor.py and passwords.py.
"""
