"""A fleet with faults: one member is slow, one dies, and the pool still answers.

Needs baseten-sdk[emulator].
"""

from collections import Counter

from baseten_sdk import Client, Hedge, Target, user
from baseten_sdk.emulator import Emulator, FleetMember

FLEET = {
    "abcd1234": FleetMember(),
    "wxyz5678": FleetMember(slow=0.2, slow_delay=0.5),
    "openai/gpt-oss-120b": FleetMember(requests_per_minute=120, burst=5),
}


def main() -> None:
    with (
        Emulator(fleet=FLEET) as emu,
        Client(api_key=emu.api_key, endpoints=emu.endpoints) as client,
    ):
        members = [
            Target("abcd1234"),
            Target("wxyz5678"),
            Target(model="openai/gpt-oss-120b"),
        ]
        pool = client.pool(members, hedge=Hedge(after=0.1, budget=0.5))
        served: Counter[str] = Counter()
        for number in range(30):
            if number == 15:
                emu.fleet["abcd1234"] = FleetMember("drop")  # it dies
            completion = pool.chat.completions.create(messages=[user("Say hello.")])
            for each in completion.meta.tries:
                if each.outcome == "ok":
                    served[each.member.name] += 1
        print(dict(served))
        refused = sum(each.status == 429 for each in emu.requests)
        print("requests:", len(emu.requests), "refused:", refused)


if __name__ == "__main__":
    main()
