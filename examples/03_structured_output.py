"""An answer as an object of your type: validated at the end, or partial as it grows."""

from typing import Literal

import anyio
from pydantic import BaseModel

from baseten_sdk import AsyncClient, user

MODEL = "openai/gpt-oss-120b"
ORDER = "Ada Lovelace of Example Ltd ordered three chairs at 19.99 euros."
LETTER = [user(f"{ORDER} Write the invoice.")]


class Invoice(BaseModel):
    customer: str
    currency: Literal["EUR", "USD"]
    total: float


async def main() -> None:
    async with AsyncClient() as client:
        reply = await client.chat.completions.parse(
            model=MODEL,
            messages=LETTER,
            response_format=Invoice,
            max_tokens=1024,
            output_retries=1,
        )
        invoice = reply.parsed
        print(invoice.customer, "owes", invoice.total, invoice.currency)

        async with client.chat.completions.stream(
            model=MODEL, messages=LETTER, response_format=Invoice
        ) as stream:
            async for partial in stream.partials():
                print("so far:", partial)
            print("in the end:", (await stream.get_parsed()).parsed)


if __name__ == "__main__":
    anyio.run(main)
