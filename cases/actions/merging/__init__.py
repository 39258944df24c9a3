"""Two records of one person, or of one household, become one; and two again, exactly, when that was a mistake."""
