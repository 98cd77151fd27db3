"""The package inside other libraries.

Import each integration by its name. Each needs its own extra, and importing the package loads none of them.
"""
