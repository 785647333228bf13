from langchain.agents import AgentExecutor

runner = AgentExecutor(agent=agent, tools=tools, max_iterations=None) # expect: python-agent-without-limit


def forever(client, messages):
    while True: # expect: python-agent-without-limit
        answer = client.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS)
        messages.append(work(answer))
