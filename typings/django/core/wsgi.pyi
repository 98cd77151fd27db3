# Written against Django 5.2.

from wsgiref.types import WSGIApplication

def get_wsgi_application() -> WSGIApplication: ...
