"""What a fleet of servers that refuse, hang, die and dawdle costs the calls of a client: `python -m benchmarks.fleet`.

`server` plays the fleet, `fleet` starts it and speaks to it; every other file is one measure.
"""
