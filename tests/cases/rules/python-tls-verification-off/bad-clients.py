import ssl

import paramiko
import requests


def fetch(url):
    requests.get(url, verify=False, timeout=5)  # expect: python-tls-verification-off
    session = requests.Session()
    session.verify = False  # expect: python-tls-verification-off
    session.post(url, json={}, verify=False)  # expect: python-tls-verification-off
    context = ssl.create_default_context()
    context.check_hostname = False  # expect: python-tls-verification-off
    context.verify_mode = ssl.CERT_NONE  # expect: python-tls-verification-off
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # expect: python-tls-verification-off
    return ssl._create_unverified_context()  # expect: python-tls-verification-off
