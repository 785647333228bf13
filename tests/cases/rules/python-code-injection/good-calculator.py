import ast
import operator

from fastapi import FastAPI, HTTPException

app = FastAPI()
OPERATIONS = {"add": operator.add, "sub": operator.sub}


@app.get("/calculate")
def calculate(operation: str, a: float, b: float):
    if operation not in OPERATIONS:
        raise HTTPException(400)
    return OPERATIONS[operation](a, b)


@app.get("/literal")
def literal(text: str):
    return ast.literal_eval(text)


@app.get("/double")
def double(number: int):
    return eval(f"{int(number)} * 2")


eval("1 + 1")
