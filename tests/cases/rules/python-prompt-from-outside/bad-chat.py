from flask import Flask, request
from openai import OpenAI

app = Flask(__name__)
client = OpenAI()


@app.route("/chat", methods=["POST"])
def chat():
    persona = request.json["persona"]
    return client.chat.completions.create(
        model="gpt-4o",
        messages=[
            {"role": "system", "content": f"You are {persona}."},  # expect: python-prompt-from-outside
            {"role": "user", "content": request.json["text"]},
        ],
    ).choices[0].message.content
