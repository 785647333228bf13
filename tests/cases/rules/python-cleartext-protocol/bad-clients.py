import ftplib
import smtplib

import requests


def send(user, password):
    ftp = ftplib.FTP("ftp.example.com")
    ftp.login(user, password)  # expect: python-cleartext-protocol
    with smtplib.SMTP("mail.example.com") as mail:
        mail.login(user, password)  # expect: python-cleartext-protocol
    return requests.get("http://api.example.com/me", auth=(user, password), timeout=9)  # expect: python-cleartext-protocol
