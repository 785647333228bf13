import os

messages = [
    {"role": "system", "content": f"Call our API with the key {os.environ['BILLING_API_KEY']}."}, # expect: python-secret-in-prompt
    {"role": "user", "content": question},
]
client.messages.create(model=model, system="The password is " + os.environ["DB_PASSWORD"], messages=messages) # expect: python-secret-in-prompt
chat = [{"role": "system", "content": "key: " + os.getenv("SERVICE_TOKEN")}] # expect: python-secret-in-prompt
