from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from flask_cors import CORS

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"])  # expect: python-cors-any-origin-with-credentials


def setup(flask_app):
    CORS(flask_app, supports_credentials=True)  # expect: python-cors-any-origin-with-credentials
