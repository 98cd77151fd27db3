"""The command line: `baseten-sdk`. Each command has a file; `app` lists them, `command` gives them what they share."""
