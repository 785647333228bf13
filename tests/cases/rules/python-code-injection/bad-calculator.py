import importlib
import sys

from fastapi import FastAPI, Request

app = FastAPI()


@app.get("/calculate")
def calculate(expression: str):
    return {"result": eval(expression)}  # expect: python-code-injection


@app.post("/run")
async def run(request: Request):
    body = await request.json()
    scope = {}
    exec(body["code"], scope)  # expect: python-code-injection
    return scope


@app.get("/plugin/{name}")
def plugin(name: str):
    return importlib.import_module("plugins." + name).describe()  # expect: python-code-injection


print(eval(input("> ")))  # expect: python-code-injection
