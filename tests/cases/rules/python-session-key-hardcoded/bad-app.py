import os

from flask import Flask

app = Flask(__name__)
app.secret_key = "dev"  # expect: python-session-key-hardcoded
app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "change-me")  # expect: python-session-key-hardcoded
