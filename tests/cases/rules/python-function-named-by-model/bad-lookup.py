import json


def step(self, message):
    for call in message.tool_calls:
        arguments = json.loads(call.function.arguments)
        yield globals()[call.function.name](**arguments) # expect: python-function-named-by-model
        yield getattr(self, call.function.name)(**arguments) # expect: python-function-named-by-model


def old(message):
    name = message["function_call"]["name"]
    return globals()[name](**json.loads(message["function_call"]["arguments"])) # expect: python-function-named-by-model
