"""« Ouvrir aux données réelles » : the conditions, who attests them, and the banner that goes once all of them are true."""
