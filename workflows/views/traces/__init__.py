"""What a data protection officer reads: counts, numbers of cases, services and dates; never a name of a person helped.

`mine`: the services of his controllers, by id. What is of another controller is left out, or told without its service.
"""
