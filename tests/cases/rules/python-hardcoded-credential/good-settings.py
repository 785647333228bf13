import os

PASSWORD_FIELD = "password1"
TOKEN_URL = "https://auth.example.com/token1"
DB_PASSWORD = os.environ["DB_PASSWORD"]
API_KEY = os.getenv("API_KEY", "")
api_key = "your-api-key-here"
api_key = "<API_KEY_1>"
password = "changeme"
secret = "example-secret"
password_hash = "not a password at all"
eos_token = "<|endoftext|>"
token = "access_token"
parameters = {"password": "password", "token": f"{API_KEY}"}
connect(password=DB_PASSWORD, secret="db/credentials")
tokenizer = "cl100k_base1"
