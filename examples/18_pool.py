"""Several deployments as one: when the first one fails, the next one answers."""

from baseten_sdk import Client, Target, user

with Client() as client:
    pool = client.pool(
        [Target("abcd1234", model="llama"), Target(model="openai/gpt-oss-120b")],
        first_event=5.0,
    )
    completion = pool.chat.completions.create(messages=[user("Say hello.")])

print(completion.text)
for each in completion.meta.tries:
    print(each.member, each.outcome, f"{each.seconds:.3f} s")
