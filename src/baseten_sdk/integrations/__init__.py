"""The package inside other libraries. Each is imported by its name and needs its own extra; nothing here is imported
with the package itself.
"""
