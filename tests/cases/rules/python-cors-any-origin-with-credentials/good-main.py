from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from flask_cors import CORS

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"], allow_credentials=True)
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"])


def setup(flask_app):
    CORS(flask_app)
    CORS(flask_app, origins=["https://app.example.com"], supports_credentials=True)
