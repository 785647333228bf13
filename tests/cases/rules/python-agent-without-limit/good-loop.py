from langchain.agents import AgentExecutor

runner = AgentExecutor(agent=agent, tools=tools, max_iterations=10)


def bounded(client, messages):
    for _ in range(20):
        answer = client.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS)
        messages.append(work(answer))


def until_done(client, messages):
    while True:
        answer = client.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS)
        if not answer.choices[0].message.tool_calls:
            return answer


def talk(client, messages):
    while True:
        messages.append({"role": "user", "content": input("> ")})
        answer = client.chat.completions.create(model="gpt-4o", messages=messages)
        messages.append(answer.choices[0].message)
