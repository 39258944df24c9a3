"""The only door to who may see and do what. No other module names a guardian or a participation filter.

Rights live on structures (django-guardian, a group per structure and role) and count only while a membership
is active on the day asked for; a case is seen through a participation of a structure or an assignment of the
person. An unseen case does not exist: callers answer 404.
"""
# ruff: noqa: F403 - each is named where it is, and asked here; what nobody asks any more is still noticed.

from cases.permissions.accesses import *
from cases.permissions.acting import *
from cases.permissions.barrier import *
from cases.permissions.emergency import *
from cases.permissions.family import *
from cases.permissions.held_rights import *
from cases.permissions.people import *
from cases.permissions.pilots import *
from cases.permissions.reading import *
from cases.permissions.seeing import *
