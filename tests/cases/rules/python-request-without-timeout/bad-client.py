import requests


def fetch(url):
    requests.post(url, json={})  # expect: python-request-without-timeout
    return requests.get(url).json()  # expect: python-request-without-timeout
