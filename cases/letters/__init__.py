"""Letters to the household: what they say on a day, and their sheet as an accessible PDF."""
