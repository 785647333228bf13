from flask import Flask, request
from openai import OpenAI

app = Flask(__name__)
client = OpenAI()
INSTRUCTIONS = "You answer questions about the shop."


@app.route("/chat", methods=["POST"])
def chat():
    return client.chat.completions.create(
        model="gpt-4o",
        messages=[
            {"role": "system", "content": INSTRUCTIONS},
            {"role": "user", "content": request.json["text"]},
        ],
    ).choices[0].message.content
