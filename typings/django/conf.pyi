# Written against Django 5.2.

class LazySettings:
    def configure(self, *, ROOT_URLCONF: str, ALLOWED_HOSTS: list[str], DEBUG: bool, LOGGING_CONFIG: None) -> None: ...

settings: LazySettings
