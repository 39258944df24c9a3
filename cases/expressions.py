"""SQL that Django has no words for."""

from django.db.models import BooleanField, Func


class OneOf(Func):
    """`…__in` an array, which PostgreSQL finds first, then looks for each by an index.

    Of a subquery it guesses how many it finds: wrong, it reads the whole table for some, or thousands of rows again and again.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


class Unnest(Func):
    """A row for each element of an array."""

    function = "unnest"
    set_returning = True
