"""Who asks for pages in the attacks on the door."""

from typing import Any

from django.test import Client


class AttackingClient(Client):
    """Is answered by an error page where the product fails, and takes each file to its end, which closes it: one that
    nobody takes is closed by chance, in the midst of another test."""

    def __init__(self) -> None:
        super().__init__(raise_request_exception=False)

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        if answer.streaming:
            answer.getvalue()
        return answer
