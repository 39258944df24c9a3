"""The end of the life of data: limits, legal holds, restricted archive, anonymisation, and what is over by its age."""
