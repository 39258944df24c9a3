"""Who may see a case, as the design has it (§3), written again in a few lines: the door is compared with this."""

from collections.abc import Iterable, Mapping
from datetime import date

from tests.workflows.machine.cast import DESK, LANDLORDS, SERVICES, Post
from tests.workflows.machine.matter import Matter, Part, Waiting

FOLLOW = ("agent", "manager")
"""Those of a service who follow households."""


def sees(post: Post, matter: Matter, parts: Mapping[str, Part]) -> bool:
    """Managers of a service see all that it takes part in; agents what is entrusted to them and what it is asked to
    take; the desk what it qualifies or arbitrates. A landlord, a neighbour, another service of one body: nothing."""
    part = parts.get(post.structure)
    if part is None or post.structure in LANDLORDS:
        return False
    if matter.named.get(post.structure) == post.user:
        return True
    if post.structure == DESK:
        return part.role in ("qualifying", "arbiter") and post.role in ("pilot", "agent", "manager")
    if post.role == "manager":
        return True
    return post.role == "agent" and part.role == "asked"


def sees_fully(post: Post, matter: Matter, parts: Mapping[str, Part]) -> bool:
    return sees(post, matter, parts) and parts[post.structure].level == "full"


def works(posts: Iterable[Post], user: int, structure: str, *, on: date, roles: Iterable[str] = FOLLOW) -> bool:
    return any(
        (post.user, post.structure) == (user, structure) and post.role in roles and post.holds(on) for post in posts
    )


def follows(posts: Iterable[Post], user: int, structure: str, *, on: date) -> bool:
    """Does the person follow households in that structure?"""
    return structure in SERVICES and works(posts, user, structure, on=on)


def may_take(posts: Iterable[Post], user: int, task: Waiting, matter: Matter, *, on: date) -> bool:
    """Whoever works where the ball is, unless the step is a colleague’s; then his manager only. What a landlord is
    asked, who follows the case may answer in his place."""
    where = task.structure
    if where in LANDLORDS:
        claims = works(posts, user, where, on=on, roles=("correspondent", *FOLLOW))
        return claims or follows(posts, user, matter.responsible, on=on)
    if where == DESK:
        return works(posts, user, where, on=on, roles=("pilot", *FOLLOW))
    if not follows(posts, user, where, on=on):
        return False
    return task.owner in (None, user) or works(posts, user, where, on=on, roles=("manager",))
