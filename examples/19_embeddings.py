"""Vectors of many texts as one array; also scores and labels."""

from baseten_sdk import Client

TEXTS = ["red cars", "green tea", "fast boats", "a cup of tea", "slow cars"]

with Client() as client:
    deployment = client.deployments("abcd1234")
    vectors = deployment.embeddings.embed(TEXTS)
    ranked = deployment.rerank("tea", TEXTS)
    labels = deployment.classify(TEXTS)

print(len(vectors), "vectors of", vectors.dimensions, "numbers")
for score in ranked[:2]:
    print(f"{score.score:.2f}  {TEXTS[score.index]}")
print(labels[0][0].label)
