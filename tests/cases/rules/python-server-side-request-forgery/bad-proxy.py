import urllib.request

import aiohttp
import httpx
import requests
from fastapi import FastAPI
from flask import Flask, request

app = Flask(__name__)
api = FastAPI()


@app.route("/fetch")
def fetch():
    url = request.args.get("url")
    first = requests.get(url, timeout=5)  # expect: python-server-side-request-forgery
    second = urllib.request.urlopen(f"http://{url}/status")  # expect: python-server-side-request-forgery
    return first.text + second.read()


@api.post("/hook")
async def hook(target: str):
    async with httpx.AsyncClient() as client:
        return (await client.post(target, json={})).json()  # expect: python-server-side-request-forgery


@api.get("/image")
async def image(address: str):
    async with aiohttp.ClientSession() as session:
        async with session.get(address) as response:  # expect: python-server-side-request-forgery
            return await response.read()
