import ssl

import requests


def fetch(url, token):
    requests.get(url, timeout=5)
    requests.get(url, verify="/etc/ssl/ours.pem", timeout=5)
    token.verify(False)
    context = ssl.create_default_context()
    context.check_hostname = True
    return context


def context_for(verify):
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
