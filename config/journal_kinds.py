"""The journal lines of the installation itself."""

from cases import journal

journal.register_kinds(told={}, silent={"mail.tried": "a envoyé un courriel d’essai"})
