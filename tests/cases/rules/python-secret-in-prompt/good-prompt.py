import os

messages = [
    {"role": "system", "content": f"You answer questions about {os.environ['COMPANY_NAME']}."},
    {"role": "user", "content": f"at most {settings.max_tokens} words"},
]
client = OpenAI(api_key=os.environ["OPENAI_API_KEY"])
call(headers={"Authorization": os.environ["BILLING_API_KEY"]}, json=messages)
