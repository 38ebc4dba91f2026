"""A page to try Reggi in a browser, and to see what it knows; needs no account and keeps nothing in the browser.

site.py mounts it, asking.py asks and answers, known.py shows the law; guard.py says who may look.
"""
