"""Whatever people do, in whatever order: the procedure of arrears as a machine that hypothesis drives.

Each rule is an act, done for real on the real database. Beside it a small model, which knows nothing of the product’s
code, says what the act must make of the case: where it stands, who takes part, who sees it, what is owed to the cent,
and which acts are refused. After every act the two are compared.
"""
