"""What no page has to read: refused before any of them."""

from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.shortcuts import render

NUL = "\0"
TOO_MUCH = (TooManyFieldsSent, TooManyFilesSent, RequestDataTooBig)


class RefuseNul:
    """The database stores no NUL, and would write beside its refusal all that was sent with it. Nobody types one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            asked, posted = request.GET, _posted_data(request)
        except TOO_MUCH:
            # Said here: Django’s own page would not say what to do.
            return render(request, "400.html", {"is_too_much": True}, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if NUL in request.path_info or _holds_nul(asked):
            return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)
        if _holds_nul(posted):
            return render(request, "400.html", {"is_typed": True}, status=HTTPStatus.BAD_REQUEST)
        return self.get_response(request)


def _posted_data(request: HttpRequest) -> QueryDict:
    try:
        return request.POST
    except UnreadablePostError:  # whoever sent it has left: the page will find nothing either
        return QueryDict()


def _holds_nul(sent: QueryDict) -> bool:
    return any(NUL in text for name, values in sent.lists() for text in (name, *values))
