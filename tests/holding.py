"""What somebody else holds at this moment."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connections, transaction


@contextmanager
def held_by_another(take: Callable[[], object]) -> Iterator[None]:
    """In another transaction, which took it and ends after the block. For a test that commits."""
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            take()
            held.set()
            let_go.wait(timeout=60)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(timeout=60)
    try:
        yield
    finally:
        let_go.set()
        holder.join(timeout=60)
