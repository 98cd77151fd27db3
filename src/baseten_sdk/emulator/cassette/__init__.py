"""Cassettes: the service's real replies, recorded once and replayed from a file.

A cassette answers in place of the emulator's endpoints, so it works below every transport and every client, and faults
can be laid over it. `interaction` has the values, `yaml_forms` and `yaml_file` their form on disk, `meaning` what makes
two requests the same, `real_service` calls the service, `replay` makes the replies, and `cassette` puts them together.
"""
