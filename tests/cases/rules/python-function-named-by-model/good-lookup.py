import json

TOOLS = {"weather": weather}


def step(message):
    for call in message.tool_calls:
        yield TOOLS[call.function.name](**json.loads(call.function.arguments))


def checked(self, message):
    for call in message.tool_calls:
        name = call.function.name
        if name in self.offered:
            yield getattr(self, name)(**json.loads(call.function.arguments))


def plain(row):
    return getattr(row, "name"), globals()["TOOLS"]
