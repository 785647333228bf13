import os

import psycopg

DB_PASSWORD = "Winter-is-2good"  # expect: python-hardcoded-credential
API_KEY: str = "k9Jq2Lm0Zx81"  # expect: python-hardcoded-credential
secret = os.getenv("APP_SECRET", "supersecret123")  # expect: python-hardcoded-credential

connection = psycopg.connect(host="db", user="app", password="S3cure!pass")  # expect: python-hardcoded-credential
options = {"user": "app", "password": "letmein99"}  # expect: python-hardcoded-credential


class Client:
    def __init__(self):
        self.access_token = "9f8b7c6d5e4f"  # expect: python-hardcoded-credential
