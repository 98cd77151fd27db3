"""What a fleet of servers that refuse, hang, die and dawdle costs the calls of one client: `python -m benchmarks.fleet`.

`server` plays the fleet, `client` starts it and speaks to it; every other file is one measure.
"""
