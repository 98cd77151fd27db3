"""A webhook endpoint in Django, in one file.

Run it with: python -m examples.frameworks.with_django runserver

`csrf_exempt`, because no browser sends these requests. The signature proves the sender.
"""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from baseten_sdk import WebhookSignatureError, verify


@csrf_exempt
def done(request: HttpRequest) -> HttpResponse:
    try:
        result = verify(
            request.body, request.headers, secrets=os.environ["BASETEN_WEBHOOK_SECRET"]
        )
    except WebhookSignatureError:
        return HttpResponse(status=401)
    print(result.request_id, result.data, result.errors)
    return HttpResponse(status=204)


urlpatterns = [path("baseten", done)]
settings.configure(
    ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], DEBUG=False, LOGGING_CONFIG=None
)
app = get_wsgi_application()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
