import requests


def evaluate(formula, values):
    return eval(formula, {}, values)  # expect: python-code-from-text


def update():
    source = requests.get("https://example.com/plugin.py", timeout=5).text
    exec(source)  # expect: python-code-from-text


class Task:
    def run(self, script: str) -> None:
        text = "import math\n" + script
        exec(text)  # expect: python-code-from-text
