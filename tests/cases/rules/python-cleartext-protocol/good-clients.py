import ftplib
import smtplib

import requests


def send(user, password):
    ftp = ftplib.FTP_TLS("ftp.example.com")
    ftp.login(user, password)
    open_one = ftplib.FTP("mirror.example.com")
    open_one.login()
    with smtplib.SMTP("mail.example.com") as mail:
        mail.starttls()
        mail.login(user, password)
    requests.get("http://localhost:8000/me", auth=(user, password), timeout=9)
    return requests.get("https://api.example.com/me", auth=(user, password), timeout=9)
