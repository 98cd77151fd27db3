# Written against Django 5.2.

from collections.abc import Callable

from .http import HttpRequest, HttpResponse

class URLPattern: ...

def path(route: str, view: Callable[[HttpRequest], HttpResponse]) -> URLPattern: ...
