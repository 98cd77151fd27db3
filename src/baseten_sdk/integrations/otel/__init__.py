"""OpenTelemetry: a span for each call, and metrics, by the semantic conventions for generative AI.

Needs the extra `otel`.

```python
client = AsyncClient(hooks=[OpenTelemetry()])
```
"""

from __future__ import annotations

from ..extras import extra

with extra("otel", "opentelemetry"):
    from .observer import OpenTelemetry

__all__ = ["OpenTelemetry"]
