"""One way to refuse: an act raises a `Refusal`, and the page that asked for the act shows its words."""


class Refusal(Exception):
    """An act is refused, and nothing of it is done. `text`: in French, what to do, shown as it is.

    `field`: the field of the form beside which it is said, when it is about one. `faults`: each of its sentences with
    the field that it is about; most refusals have one.
    """

    def __init__(self, text: str, *, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field
        self.faults: tuple[tuple[str | None, str], ...] = ((field, text),)


class NotAllowed(Refusal):
    """Whoever asks has not the right, or no longer."""

    def __init__(self) -> None:
        super().__init__("Vous ne pouvez pas faire cette étape : elle revient à une autre personne ou structure.")


class OutOfService(Refusal):
    """A structure is given something while it ends."""

    def __init__(self, structure: object) -> None:
        super().__init__(
            f"{structure} n’est plus en service depuis un instant : recharger la page, et choisir une autre structure."
        )


class Busy(Refusal):
    """Somebody else acts on the case at this moment."""

    def __init__(self) -> None:
        super().__init__("Une autre personne travaille sur ce dossier à l’instant : réessayer dans quelques secondes.")


class StoreAway(Refusal):
    """The store of files does not answer: to be asked again later. What the act had begun is not kept."""

    words = (
        "L’endroit où sont gardés les fichiers ne répond pas pour le moment : rien n’a été enregistré. Recommencer"
        " dans quelques minutes."
    )

    def __init__(self) -> None:
        super().__init__(self.words)


class StoreFull(StoreAway):
    """The disk that keeps the files has no room left."""

    words = (
        "Il n’y a plus de place là où sont gardés les fichiers : rien n’a été enregistré. Prévenir qui administre"
        " Relais, et recommencer quand la place est revenue."
    )
